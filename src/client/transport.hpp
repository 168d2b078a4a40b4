/// The octets of one connection to an upstream, whatever carries them.
#pragma once

#include <framex/fwd.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <memory>

namespace framex {

/// Operations complete on the executor it was made for and are cancelled through the handler's slot; one read
/// and one write at a time. They may outlive the transport: its death ends them with operation_aborted.
class transport {
public:
    using handler = asio::any_completion_handler<void(error_code, std::size_t)>;

    virtual ~transport() = default;
    /// Ready for octets once it completes.
    virtual void connect(asio::ip::tcp::endpoint to, handler done) = 0;
    virtual void read_some(asio::mutable_buffer to, handler done) = 0;
    virtual void write_some(asio::const_buffer from, handler done) = 0;
    /// Whether octets, the end or a fault wait to be read.
    virtual bool is_readable() noexcept = 0;
    virtual bool is_open() const noexcept = 0;
    /// Ends what is outstanding with operation_aborted; what has gone or come stays.
    virtual void cancel() noexcept = 0;
    /// Ends what is outstanding, and the connection.
    virtual void close() noexcept = 0;
};

std::unique_ptr<transport> make_tcp_transport(asio::any_io_executor executor);

} // namespace framex
