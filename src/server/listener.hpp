/// Accepts connections on one address and one executor, and ends them in order.
#pragma once

#include "server/worker.hpp"

#include <framex/coro/awaitable.hpp>
#include <framex/server/app.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace framex {

class listener : public std::enable_shared_from_this<listener> {
public:
    /// Binds and listens. Throws system_error.
    listener(asio::any_io_executor executor, std::shared_ptr<service const> shared,
        asio::ip::tcp::endpoint where, bool reuse_port);
    /// `on` listens already.
    listener(
        asio::any_io_executor executor, std::shared_ptr<service const> shared, asio::ip::tcp::acceptor on);

    asio::ip::tcp::endpoint local_endpoint() const { return acceptor_.local_endpoint(); }

    /// Until stop(), or cancelled.
    awaitable<> run();

    /// May be called from any thread, both.
    void stop(std::chrono::milliseconds grace);
    void replace(std::shared_ptr<service const> next);

private:
    template <class Socket, class Executor>
    awaitable<> accept(Executor executor);
    awaitable<> end_connections();
    void stop_here(std::chrono::milliseconds grace);

    asio::any_io_executor executor_;
    asio::ip::tcp::acceptor acceptor_;
    std::shared_ptr<worker> worker_;
    std::optional<std::chrono::steady_clock::time_point> end_;
};

} // namespace framex
