/// The octets of one connection to an upstream, whatever carries them.
#pragma once

#include <framex/client/origin.hpp>
#include <framex/fwd.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace framex {

class tls_context;

/// Operations complete on the executor it was made for and are cancelled through the handler's slot; one read
/// and one write at a time. They may outlive the transport: its death ends them with operation_aborted. A
/// buffer to read into outlives the transport, one to write from the operation.
class transport {
public:
    using handler = asio::any_completion_handler<void(error_code, std::size_t)>;

    virtual ~transport() = default;
    /// Begins to connect. True: that has ended, with `error` or ready for octets or the handshake. False: it
    /// may have when await_connect() has, as has_connected() tells.
    virtual bool connect(asio::ip::tcp::endpoint to, error_code& error) = 0;
    virtual void await_connect(handler done) = 0;
    virtual bool has_connected(error_code& error) noexcept = 0;
    virtual void read_some(asio::mutable_buffer to, handler done) = 0;
    virtual void write_some(asio::const_buffer from, handler done) = 0;
    /// What is there already; would_block when nothing is, or when only read_some() can tell.
    virtual std::size_t read_now(asio::mutable_buffer, error_code& error) noexcept
    {
        error = asio::error::would_block;
        return 0;
    }
    /// How many octets go out at once, without a wait; perhaps none. A fault shows again in write_some().
    virtual std::size_t write_now(asio::const_buffer) noexcept { return 0; }
    /// Whether octets, the end or a fault wait to be read.
    virtual bool is_readable() noexcept = 0;
    virtual bool is_open() const noexcept = 0;
    /// See probes.hpp.
    virtual void probe_when_silent() noexcept = 0;
    /// Ends what is outstanding with operation_aborted; what has gone or come stays.
    virtual void cancel() noexcept = 0;
    /// Nothing more is written: the other side reads the end behind what has gone, and may go on writing. Of
    /// a transport that cannot do half of it: close().
    virtual void end_writing() noexcept { close(); }
    /// Ends what is outstanding, and the connection.
    virtual void close() noexcept = 0;
};

/// TLS over TCP. Without the close_notify of the other side (RFC 8446 section 6.1) the end is a fault, not
/// eof.
class tls_transport : public transport {
public:
    /// After connect(), before octets.
    virtual void handshake(handler done) = 0;
    /// Why one side has refused the other, when an operation has ended so: the end of a sentence that begins
    /// with the upstream. Null: that is not it. Under TLS 1.3 a server looks at the client's certificate when
    /// that speaks already.
    virtual char const* refusal(error_code error) const noexcept = 0;
};

std::unique_ptr<transport> make_tcp_transport(asio::any_io_executor executor);
std::unique_ptr<tls_transport> make_tls_transport(
    asio::any_io_executor executor, std::shared_ptr<tls_context> context, origin to);

// ---- for those who make transports ------------------------------------------------------------------

using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, asio::any_io_executor>;

/// Closes what was tried before. To this machine it mostly ends at once.
bool begin_connect(tcp_socket& socket, asio::ip::tcp::endpoint to, error_code& error);
void await_connect(tcp_socket& socket, transport::handler done);
bool has_connected(tcp_socket& socket, error_code& error) noexcept;
bool is_readable(tcp_socket& socket) noexcept;

/// A handler with the socket's executor. Its own, which is the same, would have to be allocated each time,
/// and without memory Asio 1.81 calls an empty one.
class on_socket {
public:
    using executor_type = asio::any_io_executor;
    using cancellation_slot_type = asio::associated_cancellation_slot_t<transport::handler>;

    on_socket(transport::handler inner, executor_type executor)
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
    transport::handler inner_;
    executor_type executor_;
};

} // namespace framex
