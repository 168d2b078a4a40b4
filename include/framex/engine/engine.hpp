/// An engine: where the jobs of remote() run, beside the threads that serve.
#pragma once

#include <framex/fwd.hpp>

#include <boost/asio/execution_context.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>

namespace framex {

enum class engine_errc : unsigned char {
    missing, ///< the context of the caller's executor was given no engine
    queue_full, ///< as many jobs wait as may
    stopped, ///< the engine ended before the job
};

/// Thrown by remote() when a job cannot be run. A handler that lets it pass answers 503 with Retry-After and
/// this text; 500 when the engine is missing, which no retry will change.
class engine_error : public std::runtime_error {
public:
    explicit engine_error(engine_errc why);
    ~engine_error() override;
    engine_errc why() const noexcept { return why_; }

private:
    engine_errc why_;
};

/// What an engine is given to do. Its end is told to the caller, whatever thread it happens on.
class engine_job {
public:
    engine_job() = default;
    engine_job(engine_job const&) = delete;
    engine_job& operator=(engine_job const&) = delete;
    virtual ~engine_job();

    /// Does the work, in the calling thread; at most once. Nothing is done when the caller has gone.
    virtual void run() noexcept = 0;
    /// Instead of run(), or while it works on another thread: the caller gets `why`, the work is asked to
    /// stop.
    virtual void abandon(std::exception_ptr why) noexcept = 0;
};

/// The place of one job among those of its engine.
using engine_ticket = std::uint64_t;

/// How far the jobs have come. Tickets grow; 0 is none.
struct engine_progress {
    engine_ticket newest = 0; ///< of all that were taken
    engine_ticket oldest = 0; ///< of those that have not ended; who withdraws or abandons one does not end it
};

/// Runs jobs: local_engine in threads of this process. Every function may be called from any thread.
class engine {
public:
    engine() = default;
    engine(engine const&) = delete;
    engine& operator=(engine const&) = delete;
    /// Ends every job that was taken: run, or abandoned.
    virtual ~engine();

    /// Takes the job, to run it when its turn comes. Throws engine_error when it does not.
    virtual engine_ticket submit(std::shared_ptr<engine_job> job) = 0;
    /// Forgets a job that has not begun: nobody waits for it any more.
    virtual void withdraw(engine_ticket job) noexcept = 0;
    /// A job may use what its caller does no longer: that must stay until the job has ended.
    virtual engine_progress progress() const noexcept = 0;
};

/// From now on remote() uses `with` in every coroutine whose executor belongs to `context`: strands and all
/// apps on it included. Several contexts may share one engine. Call it before the context runs; `with` must
/// live until it runs no more.
void use_engine(asio::execution_context& context, engine& with);

} // namespace framex
