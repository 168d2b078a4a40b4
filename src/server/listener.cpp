#include "server/listener.hpp"

#include "server/session.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <sys/socket.h>
#include <utility>

namespace framex {

using asio::ip::tcp;

namespace {
constexpr int backlog = 4096;
constexpr std::chrono::milliseconds out_of_descriptors{100};

/// SO_REUSEPORT as an Asio SettableSocketOption.
class reuse_port_option {
public:
    template <class Protocol>
    int level(Protocol const&) const
    {
        return SOL_SOCKET;
    }
    template <class Protocol>
    int name(Protocol const&) const
    {
        return SO_REUSEPORT;
    }
    template <class Protocol>
    int const* data(Protocol const&) const
    {
        return &on_;
    }
    template <class Protocol>
    std::size_t size(Protocol const&) const
    {
        return sizeof on_;
    }

private:
    int on_ = 1;
};

tcp::acceptor bound(asio::any_io_executor const& executor, tcp::endpoint where, bool reuse_port)
{
    tcp::acceptor made(executor, where.protocol());
    made.set_option(tcp::acceptor::reuse_address(true));
    if (reuse_port)
        made.set_option(reuse_port_option());
    made.bind(where);
    made.listen(backlog);
    return made;
}

} // namespace

listener::listener(asio::any_io_executor executor, std::shared_ptr<service const> shared, tcp::endpoint where,
    bool reuse_port)
    : listener(executor, std::move(shared), bound(executor, where, reuse_port))
{
}

listener::listener(asio::any_io_executor executor, std::shared_ptr<service const> shared, tcp::acceptor on)
    : serving(std::move(executor), std::move(shared)), acceptor_(std::move(on)), pause_(serving::executor()),
      closed_(serving::executor(), asio::steady_timer::time_point::max())
{
    acceptor_.non_blocking(true);
    error_code ignored;
    acceptor_.set_option(tcp::no_delay(true), ignored); // which those that it accepts inherit
}

awaitable<> listener::take_in()
{
    if (is_stopped())
        co_return;
    if (auto const* context = executor().target<asio::io_context::executor_type>())
        await_client<context_socket>(*context);
    else
        await_client<any_socket>(executor());
    error_code ignored;
    co_await closed_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

/// Handlers instead of a coroutine: a coroutine is lost when its next operation finds no memory.
template <class Socket, class Executor>
void listener::await_client(Executor on)
{
    auto const self = std::static_pointer_cast<listener>(shared_from_this());
    auto again = [self, on](error_code) {
        if (self->acceptor_.is_open())
            self->await_client<Socket>(on);
    };
    auto take = [self, on, again](error_code error) {
        if (!self->acceptor_.is_open())
            return;
        if (!error)
            error = self->accept<Socket>(on);
        if (!error || error == asio::error::would_block || error == asio::error::connection_aborted)
            return again(error);
        try {
            self->pause_.expires_after(out_of_descriptors);
            self->pause_.async_wait(in_reserved(self->memory_, again));
        } catch (std::bad_alloc const&) { // the timers' queue had to grow
            again(error);
        }
    };
    acceptor_.async_wait(
        tcp::acceptor::wait_read, in_reserved(memory_, asio::bind_executor(executor(), std::move(take))));
}

/// Serves the client that is next, or tells why not.
template <class Socket, class Executor>
error_code listener::accept(Executor on) noexcept
{
    error_code error;
    try {
        Socket socket(on);
        tcp::endpoint peer;
        acceptor_.accept(socket, peer, error);
        if (!error)
            session<Socket>::start(std::move(socket), peer, connections());
    } catch (...) { // no memory: this client is let go
        error = asio::error::no_memory;
    }
    return error;
}

void listener::close()
{
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    closed_.cancel();
}

} // namespace framex
