/// with_timeout(awaitable, duration): the awaitable's result, or asio::error::timed_out.
#pragma once

#include <framex/coro/awaitable.hpp>
#include <framex/coro/detail/operation_awaiter.hpp>
#include <framex/coro/sleep.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace framex {

namespace detail {

/// Between an operation, its deadline and whoever cancels from outside; owns none of them.
struct timed_operation {
    asio::cancellation_signal operation;
    asio::cancellation_signal clock;
    bool ended = false; // the operation
    bool stopped = false; // the clock
    bool timed_out = false;

    void cancel(asio::cancellation_type type)
    {
        if (!ended)
            operation.emit(type);
    }
    void end()
    {
        ended = true;
        if (!stopped)
            clock.emit(asio::cancellation_type::terminal);
    }
    static void start_clock(std::shared_ptr<timed_operation> self, asio::any_io_executor const& executor,
        std::chrono::steady_clock::duration limit)
    {
        auto slot = self->clock.slot();
        auto due = [self = std::move(self)](error_code ec) {
            self->stopped = true;
            if (ec || self->ended)
                return;
            self->timed_out = true;
            self->cancel(asio::cancellation_type::terminal);
        };
        sleep_for(limit)(asio::bind_executor(executor, asio::bind_cancellation_slot(slot, std::move(due))));
    }
};

} // namespace detail

/// Awaits `operation` for at most `limit`, in ticks of sleep_for. Gives its value or throws what it throws.
///
/// At the deadline the operation is cancelled (terminal) and awaited to its end, so nothing of it runs
/// afterwards; then boost::system::system_error(asio::error::timed_out) is thrown, whatever the operation
/// threw while it unwound. An operation that gives a value nevertheless, at the same time or since it ignores
/// cancellation, wins: its value is returned. Cancellation of the caller reaches the operation as it is, and
/// what that throws is rethrown. The operation runs on the caller's executor: one thread or a strand.
template <class T>
awaitable<T> with_timeout(awaitable<T> operation, std::chrono::steady_clock::duration limit)
{
    auto executor = co_await asio::this_coro::executor;
    auto cancellation = co_await asio::this_coro::cancellation_state;
    auto timed = std::make_shared<detail::timed_operation>();
    if (auto outer = cancellation.slot(); outer.is_connected())
        outer.assign([timed](asio::cancellation_type type) { timed->cancel(type); });
    detail::timed_operation::start_clock(timed, executor, limit);

    std::exception_ptr error;
    typename decltype(detail::boxed(std::move(operation)))::value_type value;
    auto run = [&](auto caller) { // what it refers to is in the caller's frame, which `caller` owns
        auto done = [&error, &value, caller = std::move(caller)](auto e, auto v) mutable {
            error = std::move(e);
            value = std::move(v);
            std::move(caller)();
        };
        asio::co_spawn(executor, detail::boxed(std::move(operation)),
            asio::bind_cancellation_slot(timed->operation.slot(), std::move(done)));
    };
    co_await asio::async_initiate<asio::deferred_t const, void()>(run, asio::deferred);
    timed->end();
    if (error && timed->timed_out)
        throw boost::system::system_error(asio::error::timed_out);
    if (error)
        std::rethrow_exception(std::move(error));
    if constexpr (!std::is_void_v<T>)
        co_return std::move(*value);
}

} // namespace framex
