/// Accepts connections on one address and one executor.
#pragma once

#include "server/serving.hpp"

#include <boost/asio/ip/tcp.hpp>

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
    awaitable<> accept(Executor on);

    asio::ip::tcp::acceptor acceptor_;
};

} // namespace framex
