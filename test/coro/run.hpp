/// What every test of this room needs: running a coroutine to its end, and counting what is alive.
#pragma once

#include <framex/coro/awaitable.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <utility>

namespace framex::test_coro {

using namespace std::chrono_literals;

/// Counts the objects of it that are alive, on any thread.
struct counted {
    static inline std::atomic<int> live{0};
    counted() { ++live; }
    counted(counted const&) { ++live; }
    counted& operator=(counted const&) = default;
    ~counted() { --live; }
};

/// Runs `body` to its end on a context of its own; rethrows what it throws.
inline void run(awaitable<void> body)
{
    asio::io_context context(1);
    bool ended = false;
    std::exception_ptr error;
    asio::co_spawn(context, std::move(body), [&](std::exception_ptr e) {
        ended = true;
        error = e;
    });
    context.run();
    BOOST_TEST(ended);
    if (error)
        std::rethrow_exception(error);
}

/// The code of a system_error; none for success and for any other exception.
inline error_code code_of(std::exception_ptr const& error)
{
    try {
        if (error)
            std::rethrow_exception(error);
    } catch (boost::system::system_error const& e) {
        return e.code();
    } catch (...) {
    }
    return {};
}

/// Runs `body` on an executor that has threads of its own; gives the error it ends with.
template <class Executor, class T>
error_code run_on(Executor executor, awaitable<T> body)
{
    auto ended = std::make_shared<std::promise<error_code>>();
    auto future = ended->get_future();
    asio::post(executor, [executor, ended, body = std::move(body)]() mutable {
        asio::co_spawn(executor, std::move(body),
            [ended](std::exception_ptr error, auto...) { ended->set_value(code_of(error)); });
    });
    return future.get();
}

/// Runs `body`, cancels it after a few milliseconds, and gives the error it ends with (none: it ended well).
inline error_code run_and_cancel(awaitable<void> body)
{
    asio::io_context context(1);
    asio::cancellation_signal signal;
    bool ended = false;
    error_code result;
    auto done = [&](std::exception_ptr e) {
        ended = true;
        result = code_of(e);
    };
    asio::co_spawn(context, std::move(body), asio::bind_cancellation_slot(signal.slot(), done));
    asio::steady_timer timer(context, 3ms);
    timer.async_wait([&](error_code) { signal.emit(asio::cancellation_type::terminal); });
    context.run();
    BOOST_TEST(ended);
    return result;
}

/// Destroys the context of `body` while that is suspended.
inline void run_and_abandon(awaitable<void> body)
{
    asio::io_context context(1);
    bool ended = false;
    asio::co_spawn(context, std::move(body), [&](std::exception_ptr) { ended = true; });
    context.run_for(4ms);
    BOOST_TEST(!ended);
}

/// No object of a test outlives it.
struct nothing_left {
    ~nothing_left()
    {
        BOOST_TEST(counted::live == 0);
        counted::live = 0;
    }
};

} // namespace framex::test_coro
