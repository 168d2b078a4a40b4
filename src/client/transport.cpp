#include "client/transport.hpp"

#include "coro/probes.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace framex {

using asio::ip::tcp;

namespace {

class tcp_transport final : public transport {
public:
    explicit tcp_transport(asio::any_io_executor executor) : socket_(std::move(executor)) {}

    bool connect(tcp::endpoint to, error_code& error) override { return begin_connect(socket_, to, error); }
    void await_connect(handler done) override { framex::await_connect(socket_, std::move(done)); }
    bool has_connected(error_code& error) noexcept override { return framex::has_connected(socket_, error); }
    void read_some(asio::mutable_buffer to, handler done) override
    {
        socket_.async_read_some(to, here(std::move(done)));
    }
    void write_some(asio::const_buffer from, handler done) override
    {
        socket_.async_write_some(from, here(std::move(done)));
    }
    std::size_t read_now(asio::mutable_buffer to, error_code& error) noexcept override
    {
        return socket_.read_some(to, error);
    }
    std::size_t write_now(asio::const_buffer from) noexcept override
    {
        error_code ignored;
        return socket_.write_some(from, ignored);
    }
    bool is_readable() noexcept override { return framex::is_readable(socket_); }
    bool is_open() const noexcept override { return socket_.is_open(); }
    void probe_when_silent() noexcept override { framex::probe_when_silent(socket_.native_handle()); }
    void end_writing() noexcept override
    {
        error_code ignored;
        socket_.shutdown(tcp::socket::shutdown_send, ignored);
    }
    void cancel() noexcept override
    {
        error_code ignored;
        socket_.cancel(ignored);
    }
    void close() noexcept override
    {
        error_code ignored;
        socket_.close(ignored);
    }

private:
    on_socket here(handler done) { return {std::move(done), socket_.get_executor()}; }

    tcp_socket socket_;
};

} // namespace

std::unique_ptr<transport> make_tcp_transport(asio::any_io_executor executor)
{
    return std::make_unique<tcp_transport>(std::move(executor));
}

bool begin_connect(tcp_socket& socket, tcp::endpoint to, error_code& error)
{
    error_code ignored;
    socket.close(ignored);
    socket.open(to.protocol(), error);
    if (error)
        return true;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.non_blocking(true, ignored);
    if (::connect(socket.native_handle(), to.data(), static_cast<socklen_t>(to.size())) == 0)
        return true;
    if (errno != EINPROGRESS && errno != EINTR) {
        error.assign(errno, boost::system::system_category());
        return true;
    }
    return has_connected(socket, error);
}

void await_connect(tcp_socket& socket, transport::handler done)
{
    socket.async_wait(tcp_socket::wait_write, on_socket(std::move(done), socket.get_executor()));
}

bool has_connected(tcp_socket& socket, error_code& error) noexcept
{
    pollfd state{socket.native_handle(), POLLOUT, 0};
    if (::poll(&state, 1, 0) <= 0) // perhaps a signal has come: that says nothing
        return false;
    int fault = 0;
    socklen_t size = sizeof fault;
    if (state.revents != POLLOUT && ::getsockopt(state.fd, SOL_SOCKET, SO_ERROR, &fault, &size) != 0)
        fault = errno;
    error.assign(fault, boost::system::system_category());
    return true;
}

bool is_readable(tcp_socket& socket) noexcept
{
    char octet = 0;
    auto const size = ::recv(socket.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    return size >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

} // namespace framex
