/// Socket operations for the connection's coroutine: bound to the socket's own executor, results in the
/// awaiting frame. No tuple, no exception, no any_io_executor on the way.
#pragma once

#include <framex/fwd.hpp>

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>

#include <cstddef>
#include <utility>

namespace framex {

template <class Handler, class Executor>
class io_handler {
public:
    using executor_type = Executor;
    using cancellation_slot_type = asio::associated_cancellation_slot_t<Handler>;
    using allocator_type = asio::associated_allocator_t<Handler>;

    io_handler(Handler inner, Executor executor, error_code& error, std::size_t& size)
        : inner_(std::move(inner)), executor_(std::move(executor)), error_(&error), size_(&size)
    {
    }
    executor_type get_executor() const noexcept { return executor_; }
    cancellation_slot_type get_cancellation_slot() const noexcept
    {
        return asio::get_associated_cancellation_slot(inner_);
    }
    allocator_type get_allocator() const noexcept { return asio::get_associated_allocator(inner_); }

    void operator()(error_code error, std::size_t size = 0)
    {
        *error_ = error;
        *size_ = size;
        std::move(inner_)();
    }

private:
    Handler inner_;
    Executor executor_;
    error_code* error_;
    std::size_t* size_;
};

/// An asynchronous operation of signature void(); `start(handler)` begins it.
template <class Start, class Executor>
class io_operation {
public:
    io_operation(Start start, Executor executor, error_code& error, std::size_t& size)
        : start_(std::move(start)), executor_(std::move(executor)), error_(&error), size_(&size)
    {
    }
    template <asio::completion_token_for<void()> Token>
    auto operator()(Token&& token)
    {
        return asio::async_initiate<Token, void()>(
            [this](auto handler) {
                start_(
                    io_handler<decltype(handler), Executor>(std::move(handler), executor_, *error_, *size_));
            },
            token);
    }

private:
    Start start_;
    Executor executor_;
    error_code* error_;
    std::size_t* size_;
};

/// `co_await io([&](auto handler) { socket.async_read_some(buffer, std::move(handler)); },
/// socket.get_executor(), ec, n);` `error` and `size` must live in the awaiting frame.
template <class Start, class Executor>
io_operation<Start, Executor> io(Start start, Executor executor, error_code& error, std::size_t& size)
{
    return {std::move(start), std::move(executor), error, size};
}

} // namespace framex
