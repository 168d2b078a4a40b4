/// Why another server has not answered as asked.
#pragma once

#include <framex/fwd.hpp>

#include <stdexcept>
#include <string>

namespace framex {

/// The step that failed.
enum class upstream_errc : unsigned char {
    resolve, ///< the name has no address
    connect, ///< no connection: refused, unreachable
    write, ///< the connection broke while the request was sent
    no_answer, ///< the connection ended before an answer's head was whole
    malformed_head,
    broken_body, ///< the connection ended within the body
    malformed_body, ///< chunks that are none
    too_large, ///< a head, a body or an event over the client's limit
    refused, ///< a whole answer, but none of the kind that was asked for
    connect_timeout,
    write_timeout,
    head_timeout,
    body_timeout, ///< nothing of the body came for too long
    total_timeout,
};

/// Whether the step took longer than it may.
constexpr bool is_timeout(upstream_errc step) noexcept { return step >= upstream_errc::connect_timeout; }

/// Thrown by the HTTP client, and by the bodies that it gives. what() names the upstream and the step, never
/// anything of the inside of either side; a handler that lets it pass answers 502, for a time-out 504, with
/// that text.
class upstream_error : public std::runtime_error {
public:
    /// `upstream`: "host:port".
    upstream_error(upstream_errc step, std::string upstream, error_code cause = {});
    ~upstream_error() override;

    upstream_errc step() const noexcept { return step_; }
    std::string const& upstream() const noexcept { return upstream_; }
    /// What the system said, for the log; may be empty.
    error_code const& cause() const noexcept { return cause_; }
    /// 502 or 504.
    int status() const noexcept { return is_timeout(step_) ? 504 : 502; }

protected:
    /// With a sentence of its own.
    upstream_error(upstream_errc step, std::string upstream, std::string const& sentence);

private:
    upstream_errc step_;
    std::string upstream_;
    error_code cause_;
};

} // namespace framex
