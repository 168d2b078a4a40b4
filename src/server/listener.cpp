#include "server/listener.hpp"

#include "coro/io.hpp"
#include "server/session.hpp"

#include <framex/client/connection_pool.hpp>
#include <framex/coro/sleep.hpp>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <sys/socket.h>

namespace framex {

using asio::ip::tcp;

namespace {
constexpr int backlog = 4096;
constexpr std::chrono::milliseconds out_of_descriptors{100};
constexpr std::chrono::milliseconds end_poll{5};

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
    : executor_(executor), acceptor_(std::move(on)),
      worker_(std::make_shared<worker>(std::move(executor), std::move(shared)))
{
}

awaitable<> listener::run()
{
    auto const self = shared_from_this();
    std::exception_ptr failed;
    try {
        if (auto const* context = executor_.target<asio::io_context::executor_type>())
            co_await accept<context_socket>(*context);
        else
            co_await accept<any_socket>(executor_);
    } catch (...) {
        failed = std::current_exception();
    }
    // Cancelled without stop(): end_ is not set, so nothing is waited for.
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    co_await end_connections();
    close_idle_connections(executor_);
    if (failed)
        std::rethrow_exception(failed);
}

template <class Socket, class Executor>
awaitable<> listener::accept(Executor executor)
{
    error_code error;
    std::size_t unused = 0;
    while (!end_) {
        Socket socket(executor);
        co_await io([&](auto handler) { acceptor_.async_accept(socket, std::move(handler)); }, executor_,
            error, unused);
        if (!error)
            session<Socket>::start(std::move(socket), worker_);
        else if (error == asio::error::operation_aborted)
            break;
        else if (error != asio::error::connection_aborted) // descriptors or memory have run out
            co_await sleep_for(out_of_descriptors);
    }
}

awaitable<> listener::end_connections()
{
    error_code ignored;
    acceptor_.close(ignored);
    worker_->drain();
    bool aborted = false;
    while (!worker_->empty()) {
        if (!aborted && (!end_ || std::chrono::steady_clock::now() >= *end_)) {
            worker_->abort();
            aborted = true;
        }
        co_await sleep_for(end_poll);
    }
}

void listener::stop(std::chrono::milliseconds grace)
{
    asio::dispatch(executor_, [self = shared_from_this(), grace] { self->stop_here(grace); });
}

void listener::replace(std::shared_ptr<service const> next)
{
    asio::post(
        executor_, [self = shared_from_this(), next = std::move(next)] { self->worker_->replace(next); });
}

void listener::stop_here(std::chrono::milliseconds grace)
{
    auto const end = std::chrono::steady_clock::now() + grace;
    end_ = end_ ? std::min(*end_, end) : end;
    error_code ignored;
    acceptor_.cancel(ignored);
}

} // namespace framex
