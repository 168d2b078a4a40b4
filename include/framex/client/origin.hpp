/// The server that an URL names. RFC 3986, RFC 9110 section 4.2.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace framex {

/// Where connections go: host and port of an http or https URL.
class origin {
public:
    origin() = default;
    origin(std::string host, std::uint16_t port, bool is_secure = false);

    /// A name or an address, an IPv6 address without its brackets.
    std::string const& host() const noexcept { return host_; }
    std::uint16_t port() const noexcept { return port_; }
    /// Whether its connections speak TLS.
    bool is_secure() const noexcept { return is_secure_; }
    /// "host:port" with brackets around an IPv6 address: how messages name it.
    std::string const& name() const noexcept { return name_; }
    /// The value of the Host field: the name without the port that the scheme implies.
    std::string authority() const;

    friend bool operator==(origin const& a, origin const& b) noexcept
    {
        return a.name_ == b.name_ && a.is_secure_ == b.is_secure_;
    }
    friend bool operator<(origin const& a, origin const& b) noexcept
    {
        return a.is_secure_ != b.is_secure_ ? b.is_secure_ : a.name_ < b.name_;
    }

private:
    std::string host_;
    std::string name_;
    std::uint16_t port_ = 0;
    bool is_secure_ = false;
};

/// An http or https URL taken apart for a request.
struct request_url {
    origin to;
    std::string target; ///< path and query as they are written; "/" for no path

    /// Throws std::invalid_argument, with a sentence that says what was expected, for anything but
    /// `http[s]://host[:port][/path][?query]`. A fragment is dropped. Credentials in an URL are refused (RFC
    /// 9110 section 4.2.4).
    explicit request_url(std::string_view url);
};

} // namespace framex
