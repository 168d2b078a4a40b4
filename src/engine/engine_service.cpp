#include "engine/engine_service.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/post.hpp>
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
    return waiting_.contains(&job);
}

std::size_t callers::count() const
{
    std::lock_guard const lock(guard_);
    return waiting_.size();
}

bool callers::resume(remote_call& job, std::exception_ptr error)
{
    std::lock_guard const lock(guard_);
    auto node = waiting_.extract(&job);
    if (!node)
        return false;
    auto go_on = [resume = std::move(node.mapped().resume), error = std::move(error)]() mutable {
        if (auto slot = asio::get_associated_cancellation_slot(resume); slot.is_connected())
            slot.clear();
        std::move(resume)(std::move(error));
    };
    asio::post(node.mapped().executor, std::move(go_on));
    return true;
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
