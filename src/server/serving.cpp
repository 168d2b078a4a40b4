#include "server/serving.hpp"

#include <boost/asio/dispatch.hpp>
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

awaitable<> serving::run()
{
    auto const self = shared_from_this();
    std::exception_ptr failed;
    try {
        co_await take_in();
    } catch (...) {
        failed = std::current_exception();
    }
    // Cancelled without stop(): end_ is not set, so nothing is waited for.
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    co_await end_connections();
    if (failed)
        std::rethrow_exception(failed);
}

awaitable<> serving::end_connections()
{
    close();
    worker_->drain();
    bool const throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    bool aborted = false;
    while (!worker_->empty()) {
        auto const state = co_await asio::this_coro::cancellation_state;
        bool const cancelled = state.cancelled() != asio::cancellation_type::none;
        if (!aborted && (cancelled || !end_ || std::chrono::steady_clock::now() >= *end_)) {
            worker_->abort();
            aborted = true;
        } else
            co_await worker_->wait_for_end(aborted ? std::chrono::steady_clock::time_point::max() : *end_);
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
}

void serving::stop(std::chrono::milliseconds grace)
{
    asio::dispatch(executor_, [self = shared_from_this(), grace] { self->stop_here(grace); });
}

void serving::replace(std::shared_ptr<service const> next)
{
    asio::post(
        executor_, [self = shared_from_this(), next = std::move(next)] { self->worker_->replace(next); });
}

void serving::stop_here(std::chrono::milliseconds grace)
{
    auto const end = std::chrono::steady_clock::now() + grace;
    end_ = end_ ? std::min(*end_, end) : end;
    close();
    worker_->wake();
}

} // namespace framex
