/// An app that serves what its program has accepted.
#pragma once

#include "sample.hpp"

#include <framex/server/app.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <thread>

namespace framex::test {

inline std::atomic<int> started = 0, stopped = 0; // plugins of the kind below

template <int N>
struct guest {
    static inline plugin_metadata const metadata{.name = "guest", .version = "1.0.0"};
    awaitable<> on_start()
    {
        co_await sleep_for(std::chrono::milliseconds(1));
        ++started;
    }
    awaitable<> on_stop()
    {
        co_await sleep_for(std::chrono::milliseconds(1));
        ++stopped;
    }
    int number() { return N; }
    static void define(api<guest>& api) { api.get("/number", &guest::number); }
};

/// A context that one thread runs, its app, and an acceptor of the program's own.
struct hotel {
    asio::io_context context{1};
    asio::ip::tcp::acceptor door{context, {asio::ip::address_v4::loopback(), 0}};
    std::optional<framex::app> app{std::in_place, context.get_executor()};

    hotel()
    {
        started = stopped = 0;
        app->load<sample>().load<guest<1>>();
        thread_ = std::thread([this] { context.run(); });
    }
    hotel(hotel const&) = delete;
    hotel& operator=(hotel const&) = delete;
    ~hotel()
    {
        if (app)
            app->stop(std::chrono::milliseconds(0));
        work_.reset();
        thread_.join();
    }
    unsigned short port() const { return door.local_endpoint().port(); }
    /// The next connection.
    asio::ip::tcp::socket accepted() { return door.async_accept(asio::use_future).get(); }
    /// Serves it on the context, or `where`; the end of that.
    std::future<std::exception_ptr> serve(asio::ip::tcp::socket socket)
    {
        return serve(std::move(socket), context.get_executor());
    }
    std::future<std::exception_ptr> serve(asio::ip::tcp::socket socket, asio::any_io_executor where)
    {
        auto const ended = std::make_shared<std::promise<std::exception_ptr>>();
        asio::co_spawn(where, app->serve(std::move(socket)),
            [ended](std::exception_ptr error) { ended->set_value(error); });
        return ended->get_future();
    }
    /// Awaits it on the context.
    void run(awaitable<> body) { asio::co_spawn(context, std::move(body), asio::use_future).get(); }

private:
    asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(context);
    std::thread thread_;
};

} // namespace framex::test
