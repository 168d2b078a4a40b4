#include "server/one_connection.hpp"

#include "server/session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace framex {

using asio::ip::tcp;

namespace {

int option_of(tcp::socket& socket, int name)
{
    int value = 0;
    socklen_t size = sizeof value;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, name, &value, &size) != 0)
        throw boost::system::system_error(error_code(errno, boost::system::system_category()),
            "app::serve(socket): the socket cannot be asked what it is");
    return value;
}

/// Throws for a socket that cannot be served. Closes one whose peer has left already.
void check(tcp::socket& socket)
{
    if (!socket.is_open())
        throw boost::system::system_error(asio::error::bad_descriptor,
            "app::serve(socket): the socket is not open; accept a connection into it before");
    auto const family = option_of(socket, SO_DOMAIN);
    if ((family != AF_INET && family != AF_INET6) || option_of(socket, SO_TYPE) != SOCK_STREAM)
        throw boost::system::system_error(make_error_code(boost::system::errc::wrong_protocol_type),
            "app::serve(socket): the descriptor in the socket is none of TCP; give a connected TCP socket");
    error_code error;
    socket.remote_endpoint(error);
    if (!error)
        return;
    if (option_of(socket, SO_ERROR) == 0)
        throw boost::system::system_error(
            error, "app::serve(socket): the socket is not connected; accept a connection into it before");
    socket.close(error);
}

} // namespace

one_connection::one_connection(
    asio::any_io_executor executor, std::shared_ptr<service const> shared, tcp::socket on)
    : serving(std::move(executor), std::move(shared)), socket_(std::move(on))
{
    check(socket_);
}

awaitable<> one_connection::take_in()
{
    if (is_stopped() || !socket_.is_open())
        co_return;
    if (auto const* context = executor().target<asio::io_context::executor_type>())
        begin<context_socket>(*context);
    else
        begin<any_socket>(executor());
    auto state = co_await asio::this_coro::cancellation_state;
    while (!is_stopped() && !connections()->empty() && state.cancelled() == asio::cancellation_type::none) {
        co_await connections()->wait_for_end(std::chrono::steady_clock::time_point::max());
        state = co_await asio::this_coro::cancellation_state;
    }
}

template <class Socket, class Executor>
void one_connection::begin(Executor on)
{
    auto const protocol = option_of(socket_, SO_DOMAIN) == AF_INET ? tcp::v4() : tcp::v6();
    Socket moved(on);
    error_code error;
    auto const descriptor = socket_.release();
    moved.assign(protocol, descriptor, error);
    if (error) {
        ::close(descriptor);
        throw boost::system::system_error(error, "app::serve(socket): the executor does not take the socket");
    }
    moved.set_option(tcp::no_delay(true), error);
    auto const peer = moved.remote_endpoint(error);
    session<Socket>::start(std::move(moved), peer, connections());
}

void one_connection::close()
{
    error_code ignored;
    socket_.close(ignored);
}

} // namespace framex
