/// What every test of this room needs: a caller that can be cancelled, and jobs that wait for the test.
#pragma once

#include "coro/run.hpp"

#include <framex/engine/local_engine.hpp>
#include <framex/engine/remote.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>

namespace framex::test_engine {

using namespace framex::test_coro;

/// Closed until open(). Every wait is bounded; one that takes so long fails its test.
class gate {
public:
    void open()
    {
        std::lock_guard const lock(guard_);
        is_open_ = true;
        changed_.notify_all();
    }
    bool wait()
    {
        std::unique_lock lock(guard_);
        return changed_.wait_for(lock, 20s, [this] { return is_open_; });
    }

private:
    std::mutex guard_;
    std::condition_variable changed_;
    bool is_open_ = false;
};

/// A coroutine that was started on a context, and how it has ended.
class caller {
public:
    caller(asio::any_io_executor const& executor, awaitable<void> body)
    {
        auto ended = [this](std::exception_ptr e) { error_.emplace(e); };
        asio::co_spawn(executor, std::move(body), asio::bind_cancellation_slot(signal_.slot(), ended));
    }
    void cancel() { signal_.emit(asio::cancellation_type::terminal); }
    bool has_ended() const { return error_.has_value(); }
    bool has_value() const { return error_ && !*error_; }
    bool was_cancelled() const { return error_ && code_of(*error_) == asio::error::operation_aborted; }
    bool was_refused(engine_errc why) const
    {
        try {
            if (error_ && *error_)
                std::rethrow_exception(*error_);
        } catch (engine_error const& e) {
            return e.why() == why;
        } catch (...) {
        }
        return false;
    }

private:
    asio::cancellation_signal signal_;
    std::optional<std::exception_ptr> error_;
};

/// A context with an engine; the engine dies first.
struct lab : nothing_left {
    asio::io_context context{1};
    std::optional<local_engine> engine;

    void use(std::size_t threads, std::size_t queue_limit = 1'000)
    {
        engine.emplace(threads, queue_limit);
        use_engine(context, *engine);
    }
    /// Runs the callers until all have ended.
    void run()
    {
        context.restart();
        context.run_for(20s);
        BOOST_TEST(context.stopped());
    }
    /// Runs `body` to its end and rethrows what it throws.
    void run(awaitable<void> body)
    {
        std::exception_ptr error;
        asio::co_spawn(context, std::move(body), [&](std::exception_ptr e) { error = e; });
        run();
        if (error)
            std::rethrow_exception(error);
    }
};

} // namespace framex::test_engine
