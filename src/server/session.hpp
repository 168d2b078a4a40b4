/// One connection's I/O: a coroutine that reads, writes, awaits handlers and drains streams.
#pragma once

#include "coro/io.hpp"
#include "server/connection.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <memory>

namespace framex {

/// Socket: a stream socket of any executor. Made and started on the worker's executor; owned by its own
/// coroutine.
template <class Socket>
class session final : public connection, public std::enable_shared_from_this<session<Socket>> {
public:
    session(Socket socket, asio::ip::tcp::endpoint peer, std::shared_ptr<worker> owner);
    ~session() override;

    /// Spawns the coroutine that serves the connection until it ends.
    static void start(Socket socket, asio::ip::tcp::endpoint const& peer, std::shared_ptr<worker> owner);

    void on_tick(tick now) override;
    void drain() override;
    void abort() override;

private:
    class end;
    class pulling;
    class streaming;

    awaitable<> run();
    awaitable<bool> send();
    awaitable<> linger();
    template <class Generator>
    awaitable<bool> send_stream(Generator& generator);
    /// `co_await others_first();` whatever else is ready in this thread runs before.
    auto others_first()
    {
        return io(
            [this](auto handler) {
                asio::post(socket_.get_executor(), [h = std::move(handler)]() mutable { h(error_code()); });
            },
            socket_.get_executor(), error_, transferred_);
    }
    static async_generator<std::string> pull_body(session* self, std::shared_ptr<bool> open);
    std::string address() const override;
    body_reader make_body_reader() override;
    void end_pulled_body() noexcept;
    /// Octets of the body are still to come; between two pulls nothing reads them.
    bool pulls_body() const noexcept { return body_open_ && *body_open_ && !body_complete(); }

    void look_for_departure();
    void watch_for_departure();
    bool has_hung_up();
    void look_at_tunnel();
    void await_silence() noexcept;
    void break_silence();
    void depart();
    void cancel_handler() noexcept;
    void look_after(tick now);
    void look_for_rest(tick now);
    bool reads_on();

    Socket socket_;
    asio::cancellation_signal signal_;
    error_code error_;
    std::size_t transferred_ = 0;
    tick handler_since_ = never;
    bool watched_ = false; ///< readability means departure now
    bool watching_ = false; ///< a wait for readability is outstanding
    bool blind_ = false; ///< octets wait in the socket: readability says nothing
    bool cancels_ = false; ///< the handler was not told yet that it is cancelled
    detail::generator_base* stream_ = nullptr; ///< what send_stream() waits for
    bool pulling_ = false; ///< a read for a pulled body is outstanding
    tick leaves_at_ = never; ///< when the client of a tunnel that has closed its side counts as gone
    bool resting_ = false; ///< idle for long: waits without a buffer
    tick idle_deadline_ = never; ///< tells one idle time from the next
    tick idle_since_ = 0;
    asio::ip::tcp::endpoint peer_;
    std::shared_ptr<bool> body_open_; ///< false once the request of a pulled body is over
};

/// The sockets that framex serves: of an io_context, and of any executor.
using context_socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;
using any_socket = asio::basic_stream_socket<asio::ip::tcp, asio::any_io_executor>;

extern template class session<context_socket>;
extern template class session<any_socket>;

} // namespace framex
