// The only file that compiles Asio's TLS stream.
#include "client/tls_context.hpp"
#include "client/transport.hpp"
#include "coro/probes.hpp"

#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <algorithm>
#include <cstring>
#include <openssl/err.h>

namespace framex {

using asio::ip::tcp;

namespace {

/// What the upstream's certificate is refused for.
char const* fault_of_certificate(long verdict) noexcept
{
    switch (verdict) {
    case X509_V_OK:
        return nullptr;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return "its certificate has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "its certificate is not valid yet";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return "its certificate is for another host";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return "its certificate is signed by itself, and not trusted";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return "the issuer of its certificate is unknown";
    default:
        return ::X509_verify_cert_error_string(verdict);
    }
}

/// The octets of one connection, shared with the operations that are outstanding.
struct tls_stream {
    tls_stream(asio::any_io_executor executor, std::shared_ptr<tls_context> shared, origin where)
        : context(std::move(shared)), to(std::move(where)),
          stream(tcp_socket(std::move(executor)), context->connection(to))
    {
    }
    ~tls_stream() { ::SSL_set_shutdown(stream.native_handle(), SSL_SENT_SHUTDOWN); } // its session is good

    std::shared_ptr<tls_context> context;
    origin to;
    asio::ssl::stream<tcp_socket> stream;
    bool has_owner = true;
};

/// A handler whose results pass through `function(handler, results...)`.
template <class Function>
class passing : public on_socket {
public:
    passing(on_socket inner, Function function) : on_socket(std::move(inner)), function_(std::move(function))
    {
    }
    void operator()(error_code error, std::size_t size = 0)
    {
        function_(static_cast<on_socket&>(*this), error, size);
    }

private:
    Function function_;
};

/// Passes the results on.
struct kept {
    explicit kept(std::shared_ptr<tls_stream> stream) noexcept : shared(std::move(stream)) {}
    void operator()(on_socket& inner, error_code error, std::size_t size) const { inner(error, size); }

    std::shared_ptr<tls_stream> shared;
};

class socket_tls_transport final : public tls_transport {
public:
    socket_tls_transport(asio::any_io_executor executor, std::shared_ptr<tls_context> context, origin to)
        : shared_(std::make_shared<tls_stream>(std::move(executor), std::move(context), std::move(to)))
    {
    }
    socket_tls_transport(socket_tls_transport const&) = delete;
    socket_tls_transport& operator=(socket_tls_transport const&) = delete;
    ~socket_tls_transport() override
    {
        shared_->has_owner = false;
        socket_tls_transport::close();
    }

    bool connect(tcp::endpoint to, error_code& error) override { return begin_connect(socket(), to, error); }
    void await_connect(handler done) override { framex::await_connect(socket(), std::move(done)); }
    bool has_connected(error_code& error) noexcept override { return framex::has_connected(socket(), error); }
    void handshake(handler done) override
    {
        shared_->stream.async_handshake(
            asio::ssl::stream_base::client, passing(here(std::move(done)), kept(shared_)));
    }
    void read_some(asio::mutable_buffer to, handler done) override;
    void write_some(asio::const_buffer from, handler done) override
    {
        shared_->stream.async_write_some(from, passing(here(std::move(done)), kept(shared_)));
    }
    bool is_readable() noexcept override;
    bool is_open() const noexcept override { return shared_->stream.next_layer().is_open(); }
    void cancel() noexcept override
    {
        error_code ignored;
        socket().cancel(ignored);
    }
    void probe_when_silent() noexcept override { framex::probe_when_silent(socket().native_handle()); }
    void close() noexcept override
    {
        error_code ignored;
        socket().close(ignored);
    }
    char const* refusal(error_code error) const noexcept override;

private:
    tcp_socket& socket() noexcept { return shared_->stream.next_layer(); }
    on_socket here(handler done) { return {std::move(done), socket().get_executor()}; }

    std::shared_ptr<tls_stream> shared_;
};

/// Decrypted is when the operation ends, perhaps after the death of the transport: not into the caller's
/// buffer, which then is gone, too.
void socket_tls_transport::read_some(asio::mutable_buffer to, handler done)
{
    auto piece = std::make_unique<char[]>(to.size());
    auto const into = asio::buffer(piece.get(), to.size());
    auto complete = [shared = shared_, to, piece = std::move(piece)](
                        on_socket& inner, error_code error, std::size_t size) {
        if (!shared->has_owner)
            return inner(asio::error::operation_aborted, 0);
        std::memcpy(to.data(), piece.get(), size);
        inner(error, size);
    };
    shared_->stream.async_read_some(into, passing(here(std::move(done)), std::move(complete)));
}

bool socket_tls_transport::is_readable() noexcept
{
    if (framex::is_readable(socket()))
        return true;
    auto* const connection = shared_->stream.native_handle();
    char octet = 0;
    ::ERR_clear_error();
    auto const size = ::SSL_peek(connection, &octet, 1); // of what has come to this side already
    return size > 0 || ::SSL_get_error(connection, size) != SSL_ERROR_WANT_READ;
}

char const* socket_tls_transport::refusal(error_code error) const noexcept
{
    if (error.category() != asio::error::get_ssl_category())
        return nullptr;
    auto* const connection = shared_->stream.native_handle();
    bool const is_known = ::SSL_get_certificate(connection) != nullptr;
    switch (ERR_GET_REASON(static_cast<unsigned long>(error.value()))) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
        return fault_of_certificate(::SSL_get_verify_result(connection));
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
        return "it wants a certificate of its client";
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
        return is_known ? "it found no common ground"
                        : "it found no common ground, or wants a certificate of its client";
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
        return is_known ? "it refused the certificate of its client" : "it wants a certificate of its client";
    case SSL_R_WRONG_VERSION_NUMBER:
        return "it does not speak TLS";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        return "it does not speak TLS 1.2 or later";
    case SSL_R_TLSV1_UNRECOGNIZED_NAME:
        return "it does not know that host";
    case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
        return "it does not speak HTTP/1.1";
    default:
        return nullptr;
    }
}

} // namespace

std::unique_ptr<tls_transport> make_tls_transport(
    asio::any_io_executor executor, std::shared_ptr<tls_context> context, origin to)
{
    return std::make_unique<socket_tls_transport>(std::move(executor), std::move(context), std::move(to));
}

} // namespace framex
