/// Serves a connection that somebody else has accepted.
#pragma once

#include "server/serving.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace framex {

class one_connection final : public serving {
public:
    /// `on` may have another executor: its descriptor moves to this one. Throws system_error for a socket
    /// that is no connected one of TCP. A peer that has reset the connection is no error.
    one_connection(
        asio::any_io_executor executor, std::shared_ptr<service const> shared, asio::ip::tcp::socket on);

private:
    awaitable<> take_in() override;
    void close() override;
    template <class Socket, class Executor>
    void begin(Executor on);

    asio::ip::tcp::socket socket_; ///< until it is served
};

} // namespace framex
