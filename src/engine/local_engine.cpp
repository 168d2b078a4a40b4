#include <framex/engine/local_engine.hpp>

#include <algorithm>
#include <utility>

namespace framex {

namespace {

std::size_t processors() { return std::max(1u, std::thread::hardware_concurrency()); }

} // namespace

local_engine::local_engine(std::size_t threads, std::size_t queue_limit)
    : threads_(threads != 0 ? threads : processors()), queue_limit_(queue_limit)
{
}

local_engine::~local_engine()
{
    {
        std::lock_guard const lock(guard_);
        is_stopping_ = true;
        running_.merge(queued_);
    }
    changed_.notify_all();
    std::exception_ptr stopped;
    try {
        throw engine_error(engine_errc::stopped);
    } catch (...) { // bad_alloc, perhaps
        stopped = std::current_exception();
    }
    for (engine_ticket last = 0; auto const job = next_running(last);)
        job->abandon(stopped);
    for (auto& worker : workers_)
        worker.join();
}

/// The first job behind `last`, which becomes its ticket; null when there is none.
std::shared_ptr<engine_job> local_engine::next_running(engine_ticket& last) const
{
    std::lock_guard const lock(guard_);
    auto next = running_.upper_bound(last);
    while (next != running_.end() && !next->second) // it is being dropped
        ++next;
    if (next == running_.end())
        return nullptr;
    last = next->first;
    return next->second;
}

engine_ticket local_engine::submit(std::shared_ptr<engine_job> job)
{
    std::lock_guard const lock(guard_);
    if (is_stopping_)
        throw engine_error(engine_errc::stopped);
    if (queued_.size() >= queue_limit_)
        throw engine_error(engine_errc::queue_full);
    if (queued_.size() >= idle_ && workers_.size() < threads_)
        workers_.emplace_back([this] { work(); });
    queued_.emplace(++last_, std::move(job));
    changed_.notify_one();
    return last_;
}

void local_engine::withdraw(engine_ticket job) noexcept
{
    std::unique_lock lock(guard_);
    if (auto gone = queued_.extract(job))
        drop(running_.insert(std::move(gone)).position, lock);
}

/// The job has not ended before all that it holds is gone: a result, perhaps, that nobody waits for.
void local_engine::drop(jobs::iterator ended, std::unique_lock<std::mutex>& lock) noexcept
{
    auto job = std::move(ended->second);
    lock.unlock();
    job.reset();
    lock.lock();
    running_.erase(ended);
}

engine_progress local_engine::progress() const noexcept
{
    std::lock_guard const lock(guard_);
    engine_progress seen{.newest = last_};
    for (auto const* some : {&running_, &queued_})
        if (!some->empty() && (seen.oldest == 0 || some->begin()->first < seen.oldest))
            seen.oldest = some->begin()->first;
    return seen;
}

/// Until there is a job; false when the engine stops.
bool local_engine::wait(std::unique_lock<std::mutex>& lock)
{
    ++idle_;
    changed_.wait(lock, [this] { return is_stopping_ || !queued_.empty(); });
    --idle_;
    return !is_stopping_;
}

void local_engine::work()
{
    std::unique_lock lock(guard_);
    while (wait(lock)) {
        auto const mine = running_.insert(queued_.extract(queued_.begin())).position;
        lock.unlock();
        mine->second->run();
        lock.lock();
        drop(mine, lock);
    }
}

} // namespace framex
