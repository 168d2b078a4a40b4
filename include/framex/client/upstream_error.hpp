/// Why another server has not answered as asked.
#pragma once

#include <framex/fwd.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace framex {

/// The step that failed.
enum class upstream_errc : unsigned char {
    resolve, ///< the name has no address
    connect, ///< no connection: refused, unreachable
    tls, ///< the handshake failed: a certificate or a version that one side does not take
    write, ///< the connection broke while the request was sent
    no_answer, ///< the connection ended before an answer's head was whole
    malformed_head,
    broken_body, ///< the connection ended within the body
    malformed_body, ///< chunks that are none
    too_large, ///< a head, a body or an event over the client's limit
    refused, ///< a whole answer, but none of the kind that was asked for
    unavailable, ///< nobody was asked: all of a group have enough to do, or are not well
    connect_timeout,
    tls_timeout,
    write_timeout,
    head_timeout,
    body_timeout, ///< nothing of the body came for too long, or too little
    total_timeout,
};

/// Whether the step took longer than it may.
constexpr bool is_timeout(upstream_errc step) noexcept { return step >= upstream_errc::connect_timeout; }

/// Whether nothing of the request had gone out.
constexpr bool is_before_request(upstream_errc step) noexcept
{
    return step <= upstream_errc::tls || step == upstream_errc::connect_timeout
        || step == upstream_errc::tls_timeout;
}

/// Thrown by the HTTP client, and by the bodies that it gives. what() names the upstream and the step, never
/// anything of the inside of either side; a handler that lets it pass answers status() with that text.
class upstream_error : public std::runtime_error {
public:
    /// `upstream`: "host:port". `detail` ends the sentence.
    upstream_error(
        upstream_errc step, std::string upstream, error_code cause = {}, std::string const& detail = {});
    ~upstream_error() override;

    upstream_errc step() const noexcept { return step_; }
    std::string const& upstream() const noexcept { return upstream_; }
    /// What the system said, for the log; may be empty.
    error_code const& cause() const noexcept { return cause_; }
    /// 502; 504 for a time-out, 503 for upstream_errc::unavailable.
    int status() const noexcept;

    /// Why a group of upstreams did not send the request to another member, for the log; empty when no group
    /// had it.
    std::string const& not_repeated() const noexcept { return not_repeated_; }
    void not_repeated(std::string why) { not_repeated_ = std::move(why); }

protected:
    /// With a sentence of its own.
    upstream_error(upstream_errc step, std::string upstream, std::string const& sentence);

private:
    upstream_errc step_;
    std::string upstream_;
    error_code cause_;
    std::string not_repeated_;
};

} // namespace framex
