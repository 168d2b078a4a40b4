#include "client/transport.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace framex {

namespace {

using asio::ip::tcp;

class tcp_transport final : public transport {
public:
    explicit tcp_transport(asio::any_io_executor executor) : socket_(std::move(executor)) {}

    void connect(tcp::endpoint to, handler done) override
    {
        error_code ignored;
        socket_.close(ignored); // an address that was tried before
        socket_.open(to.protocol(), ignored); // a fault shows again in async_connect
        socket_.set_option(tcp::no_delay(true), ignored);
        socket_.async_connect(to, here(std::move(done)));
    }
    void read_some(asio::mutable_buffer to, handler done) override
    {
        socket_.async_read_some(to, here(std::move(done)));
    }
    void write_some(asio::const_buffer from, handler done) override
    {
        socket_.async_write_some(from, here(std::move(done)));
    }
    bool is_readable() noexcept override
    {
        char octet = 0;
        auto const size = ::recv(socket_.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
        return size >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    }
    bool is_open() const noexcept override { return socket_.is_open(); }
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
    /// A handler with the socket's executor. Its own, which is the same, would have to be allocated each
    /// time, and without memory Asio 1.81 calls an empty one.
    class on_socket {
    public:
        using executor_type = asio::any_io_executor;
        using cancellation_slot_type = asio::associated_cancellation_slot_t<handler>;

        on_socket(handler inner, executor_type executor)
            : inner_(std::move(inner)), executor_(std::move(executor))
        {
        }
        executor_type get_executor() const noexcept { return executor_; }
        cancellation_slot_type get_cancellation_slot() const noexcept
        {
            return asio::get_associated_cancellation_slot(inner_);
        }
        void operator()(error_code error, std::size_t size = 0) { std::move(inner_)(error, size); }

    private:
        handler inner_;
        executor_type executor_;
    };
    on_socket here(handler done) { return {std::move(done), socket_.get_executor()}; }

    asio::basic_stream_socket<tcp, asio::any_io_executor> socket_;
};

} // namespace

std::unique_ptr<transport> make_tcp_transport(asio::any_io_executor executor)
{
    return std::make_unique<tcp_transport>(std::move(executor));
}

} // namespace framex
