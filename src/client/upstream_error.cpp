#include <framex/client/upstream_error.hpp>

#include <utility>

namespace framex {

namespace {

char const* sentence(upstream_errc step) noexcept
{
    switch (step) {
    case upstream_errc::resolve:
        return " has no known address";
    case upstream_errc::connect:
        return " cannot be reached";
    case upstream_errc::tls:
        return " failed in the TLS handshake";
    case upstream_errc::write:
        return " did not take the request";
    case upstream_errc::no_answer:
        return " ended the connection without an answer";
    case upstream_errc::malformed_head:
        return " answered with a malformed head";
    case upstream_errc::broken_body:
        return " broke its answer off";
    case upstream_errc::malformed_body:
        return " answered with a malformed body";
    case upstream_errc::too_large:
        return " answered with more than is allowed";
    case upstream_errc::refused:
        return " answered otherwise than asked";
    case upstream_errc::unavailable:
        return " cannot take the request";
    case upstream_errc::connect_timeout:
        return " could not be reached in time";
    case upstream_errc::tls_timeout:
        return " did not end the TLS handshake in time";
    case upstream_errc::write_timeout:
        return " did not take the request in time";
    case upstream_errc::head_timeout:
        return " did not answer in time";
    case upstream_errc::body_timeout:
        return " did not send its answer's body in time";
    case upstream_errc::total_timeout:
        break;
    }
    return " took too long";
}

} // namespace

upstream_error::upstream_error(
    upstream_errc step, std::string upstream, error_code cause, std::string const& detail)
    : std::runtime_error("the upstream " + upstream + sentence(step) + (detail.empty() ? "" : ": ") + detail),
      step_(step), upstream_(std::move(upstream)), cause_(cause)
{
}
upstream_error::upstream_error(upstream_errc step, std::string upstream, std::string const& sentence)
    : std::runtime_error(sentence), step_(step), upstream_(std::move(upstream))
{
}
upstream_error::~upstream_error() = default;

int upstream_error::status() const noexcept
{
    if (step_ == upstream_errc::unavailable)
        return 503;
    return is_timeout(step_) ? 504 : 502;
}

} // namespace framex
