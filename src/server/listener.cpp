#include "server/listener.hpp"

#include "coro/io.hpp"
#include "server/session.hpp"

#include <framex/coro/sleep.hpp>

#include <boost/asio/io_context.hpp>

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
    : serving(std::move(executor), std::move(shared)), acceptor_(std::move(on))
{
}

awaitable<> listener::take_in()
{
    if (auto const* context = executor().target<asio::io_context::executor_type>())
        return accept<context_socket>(*context);
    return accept<any_socket>(executor());
}

template <class Socket, class Executor>
awaitable<> listener::accept(Executor on)
{
    error_code error;
    std::size_t unused = 0;
    while (!is_stopped()) {
        Socket socket(on);
        co_await io([&](auto handler) { acceptor_.async_accept(socket, std::move(handler)); }, executor(),
            error, unused);
        if (!error)
            session<Socket>::start(std::move(socket), connections());
        else if (error == asio::error::operation_aborted)
            break;
        else if (error != asio::error::connection_aborted) // descriptors or memory have run out
            co_await sleep_for(out_of_descriptors);
    }
}

void listener::close()
{
    error_code ignored;
    acceptor_.close(ignored);
}

} // namespace framex
