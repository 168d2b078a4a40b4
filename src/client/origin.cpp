#include <framex/client/origin.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <stdexcept>
#include <utility>

namespace framex {

namespace {

/// RFC 9110 section 4.2
std::uint16_t port_of_scheme(bool is_secure) noexcept { return is_secure ? 443 : 80; }

/// The text of the URL is not repeated: it may hold credentials.
[[noreturn]] void refuse(char const* why)
{
    throw std::invalid_argument(
        std::string("expected an URL of the form http[s]://host[:port][/path], but ") + why);
}

/// 0 for a port that is none. RFC 3986 section 3.2.3
std::uint16_t read_port(std::string_view text, bool is_secure)
{
    unsigned value = 0;
    if (text.empty())
        return port_of_scheme(is_secure);
    if (text.size() > 5)
        return 0;
    for (char c : text)
        value = value * 10 + static_cast<unsigned>(c - '0');
    return value > 65535 ? std::uint16_t{0} : static_cast<std::uint16_t>(value);
}

bool is_bracketed(std::string_view host) { return host.find(':') != host.npos; }

} // namespace

origin::origin(std::string host, std::uint16_t port, bool is_secure)
    : host_(std::move(host)), name_(is_bracketed(host_) ? "[" + host_ + "]" : host_), port_(port),
      is_secure_(is_secure)
{
    name_ += ":" + std::to_string(port_);
}

std::string origin::authority() const
{
    return port_ == port_of_scheme(is_secure_) ? name_.substr(0, name_.rfind(':')) : name_;
}

request_url::request_url(std::string_view url)
{
    namespace urls = boost::urls;
    auto const parsed = urls::parse_uri({url.data(), url.size()});
    if (!parsed)
        refuse("it is not an URL");
    auto const& given = *parsed;
    bool const is_secure = given.scheme_id() == urls::scheme::https;
    if (!is_secure && given.scheme_id() != urls::scheme::http)
        refuse("it has another scheme");
    if (given.has_userinfo())
        refuse("it holds credentials: send them as a header field");
    auto const kind = given.host_type();
    auto const address = given.encoded_host_address();
    std::string host(address.data(), address.size());
    if (host.empty() || kind == urls::host_type::ipvfuture || host.find('%') != host.npos)
        refuse("its host is not a name or an address");
    auto const digits = given.port();
    auto const port = read_port({digits.data(), digits.size()}, is_secure);
    auto const path = given.encoded_path();
    if (port == 0 || !(path.empty() || path.front() == '/')) // Boost 1.81 takes "a:x" for host and path
        refuse("its port is not from 1 to 65535");
    to = origin(std::move(host), port, is_secure);
    auto const query = given.encoded_query();
    target.assign(path.data(), path.size());
    if (target.empty())
        target = "/";
    if (given.has_query())
        target.append("?").append(query.data(), query.size());
}

} // namespace framex
