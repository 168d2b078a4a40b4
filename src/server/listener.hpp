/// Accepts connections on one address and one executor.
#pragma once

#include "coro/reserved_memory.hpp"
#include "server/serving.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace framex {

class listener final : public serving {
public:
    /// Binds and listens. Throws system_error.
    listener(asio::any_io_executor executor, std::shared_ptr<service const> shared,
        asio::ip::tcp::endpoint where, bool reuse_port);
    /// `on` listens already.
    listener(
        asio::any_io_executor executor, std::shared_ptr<service const> shared, asio::ip::tcp::acceptor on);

    asio::ip::tcp::endpoint local_endpoint() const { return acceptor_.local_endpoint(); }

private:
    awaitable<> take_in() override;
    void close() override;
    template <class Socket, class Executor>
    void await_client(Executor on);
    template <class Socket, class Executor>
    error_code accept(Executor on) noexcept;

    asio::ip::tcp::acceptor acceptor_;
    asio::steady_timer pause_; ///< between two attempts while descriptors or memory have run out
    asio::steady_timer closed_; ///< its wait ends with close()
    reserved_memory memory_; ///< of the wait for a client, or of the pause
};

} // namespace framex
