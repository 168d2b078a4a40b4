/// The engine of one process: a bounded pool of threads with a bounded queue.
#pragma once

#include <framex/engine/engine.hpp>

#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace framex {

/// Jobs begin in the order in which they were submitted, as many at a time as there are threads. A thread is
/// started when a job finds none idle, so an engine that nobody uses costs nothing.
///
///     asio::io_context context;
///     framex::app app(context.get_executor());
///     framex::local_engine jobs; // dies before what its jobs use
///     framex::use_engine(context, jobs);
class local_engine final : public engine {
public:
    /// `threads`: 0 means one for each processor. `queue_limit`: how many jobs may wait; the next one is
    /// refused with engine_errc::queue_full. A job for which a thread is idle or can be started does not
    /// wait for long, but counts until it is begun.
    explicit local_engine(std::size_t threads = 0, std::size_t queue_limit = 1'000);
    /// Callers of all jobs, waiting and running, get engine_errc::stopped. What waits is never run, what runs
    /// is asked to stop by its std::stop_token and joined. Not to be called from a job.
    ~local_engine() override;

    engine_ticket submit(std::shared_ptr<engine_job> job) override;
    void withdraw(engine_ticket job) noexcept override;
    engine_progress progress() const noexcept override;

private:
    using jobs = std::map<engine_ticket, std::shared_ptr<engine_job>>;

    void work();
    void drop(jobs::iterator ended, std::unique_lock<std::mutex>& lock) noexcept;
    bool wait(std::unique_lock<std::mutex>& lock);
    std::shared_ptr<engine_job> next_running(engine_ticket& last) const;

    std::size_t const threads_;
    std::size_t const queue_limit_;
    mutable std::mutex guard_; // of everything below; no job runs or dies while it is held
    std::condition_variable changed_;
    jobs queued_; // the oldest first
    jobs running_; // or dying; those are null
    std::vector<std::thread> workers_;
    std::size_t idle_ = 0; // workers that wait
    engine_ticket last_ = 0;
    bool is_stopping_ = false;
};

} // namespace framex
