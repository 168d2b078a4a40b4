#include "engine/engine_service.hpp"

#include "coro/reserved_memory.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>

namespace framex {

namespace detail {

void callers::start(std::shared_ptr<remote_call> job, asio::any_io_executor executor, handler resume)
{
    if (auto slot = asio::get_associated_cancellation_slot(resume); slot.is_connected())
        slot.assign([weak = job->weak_from_this()](asio::cancellation_type) {
            if (auto const waited_for = weak.lock())
                waited_for->cancel();
        });
    job->callers_->wait(*job, std::move(executor), std::move(resume));
    try {
        job->ticket_ = job->engine_->submit(job);
    } catch (...) {
        job->callers_->resume(*job, std::current_exception());
    }
}

void callers::wait(remote_call& job, asio::any_io_executor executor, handler resume)
{
    std::lock_guard const lock(guard_);
    waiting_.try_emplace(&job, std::move(executor), std::move(resume));
}

bool callers::has(remote_call& job) const
{
    std::lock_guard const lock(guard_);
    auto const found = waiting_.find(&job);
    return found != waiting_.end() && !found->second.is_resumed;
}

std::size_t callers::count() const
{
    std::lock_guard const lock(guard_);
    return waiting_.size();
}

/// What is posted holds the job, whose memory it uses, but not the caller: that stays where it is when there
/// is no memory.
bool callers::resume(remote_call& job, std::exception_ptr error)
{
    std::lock_guard const lock(guard_);
    auto const found = waiting_.find(&job);
    if (found == waiting_.end() || found->second.is_resumed)
        return false;
    auto& one = found->second;
    auto go_on = [job = job.shared_from_this()]() mutable { deliver(std::move(job)); };
    post_in_reserved(one.executor, *job.memory_, std::move(go_on));
    one.is_resumed = true;
    one.error = std::move(error);
    return true;
}

void callers::deliver(std::shared_ptr<remote_call> job)
{
    auto const self = job->callers_;
    std::unique_lock lock(self->guard_);
    auto node = self->waiting_.extract(job.get());
    lock.unlock();
    job.reset(); // the caller holds it, and ends it in time
    auto& one = node.mapped();
    if (auto slot = asio::get_associated_cancellation_slot(one.resume); slot.is_connected())
        slot.clear();
    std::move(one.resume)(std::move(one.error));
}

void callers::destroy()
{
    decltype(waiting_) left;
    {
        std::lock_guard const lock(guard_);
        left.swap(waiting_);
    }
    for (auto const& [job, one] : left)
        job->stop();
}

} // namespace detail

asio::execution_context::id engine_service::id;

engine_service& engine_service::of(asio::any_io_executor const& executor)
{
    return asio::use_service<engine_service>(asio::query(executor, asio::execution::context));
}

void use_engine(asio::execution_context& context, engine& with)
{
    asio::use_service<engine_service>(context).used = &with;
}

} // namespace framex
