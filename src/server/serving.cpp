#include "server/serving.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace framex {

serving::serving(asio::any_io_executor executor, std::shared_ptr<service const> shared)
    : executor_(executor), worker_(std::make_shared<worker>(std::move(executor), std::move(shared)))
{
}
serving::~serving() = default;

/// Once it was stopped, no frame and no memory is needed: without these its connections would be left alone.
awaitable<> serving::run()
{
    auto const self = shared_from_this();
    std::exception_ptr failed;
    try {
        co_await take_in();
    } catch (...) {
        failed = std::current_exception();
    }
    // Cancelled without stop(): there is no end, so nothing is waited for.
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    close();
    worker_->drain();
    bool const throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    bool aborted = false;
    while (!worker_->empty()) {
        auto const state = co_await asio::this_coro::cancellation_state;
        bool const cancelled = state.cancelled() != asio::cancellation_type::none;
        auto until = clock::time_point::max();
        if (!aborted)
            until = end().value_or(clock::time_point::min());
        if (!aborted && (cancelled || clock::now() >= until)) {
            worker_->abort();
            aborted = true;
            continue;
        }
        co_await worker_->wait_for_end(until);
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (failed)
        std::rethrow_exception(failed);
}

void serving::stop(std::chrono::milliseconds grace)
{
    auto const end = clock::now() + grace;
    std::lock_guard const alone(guard_);
    end_ = end_ ? std::min(*end_, end) : end;
    if (!is_stopping_)
        post_in_reserved(executor_, memory_, [self = shared_from_this()] { self->stop_here(); });
    is_stopping_ = true;
}

std::optional<serving::clock::time_point> serving::end() const
{
    std::lock_guard const alone(guard_);
    return end_;
}

void serving::replace(std::shared_ptr<service const> next)
{
    asio::post(
        executor_, [self = shared_from_this(), next = std::move(next)] { self->worker_->replace(next); });
}

void serving::stop_here()
{
    {
        std::lock_guard const alone(guard_);
        is_stopping_ = false;
    }
    close();
    worker_->wake();
}

} // namespace framex
