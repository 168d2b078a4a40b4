#include <framex/client/upstream.hpp>
#include <framex/error.hpp>
#include <framex/http/forwarding.hpp>
#include <framex/http/syntax.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <utility>

namespace framex {

namespace {

/// What this process adds to Via: how it was asked, and its own name.
std::string const& own_via()
{
    static std::string const element = [] {
        char digits[8];
        auto const end = std::to_chars(digits, digits + sizeof digits, std::random_device()(), 16).ptr;
        return "1.1 framex-" + std::string(digits, end);
    }();
    return element;
}

/// A normalised path as a target: what it decoded is encoded again, "%2F" and "%25" are there already.
void append_path(std::string& out, std::string_view path)
{
    constexpr std::string_view digits = "0123456789ABCDEF", never = "[]|^";
    auto const stays = [never](char c) { return is_octet(c, path_octet) && never.find(c) == never.npos; };
    while (!path.empty()) {
        auto const run = std::ranges::find_if_not(path, stays) - path.begin();
        out.append(path.substr(0, static_cast<std::size_t>(run)));
        path.remove_prefix(static_cast<std::size_t>(run));
        if (path.empty())
            break;
        auto const octet = static_cast<unsigned char>(path.front());
        out.append({'%', digits[octet >> 4], digits[octet & 15]});
        path.remove_prefix(1);
    }
}

void refuse_loops(fields const& headers)
{
    auto const own_name = std::string_view(own_via()).substr(4);
    auto const [first, last] = headers.equal_range(http::field::via);
    for (auto line = first; line != last; ++line)
        if (line->value().find(own_name) != std::string_view::npos)
            throw http_error(
                508, "the request has come back to this proxy: an upstream of it forwards to it");
}

/// A list's next element.
template <class Name>
void append(fields& headers, Name name, std::string_view element)
{
    auto const [first, last] = headers.equal_range(name);
    if (first == last)
        return headers.insert(name, element);
    std::string list;
    for (auto line = first; line != last; ++line)
        list.append(line->value()).append(", ");
    headers.set(name, list.append(element));
}

void set_default(fields& headers, std::string_view name, std::string_view value)
{
    if (headers.count(name) == 0)
        headers.insert(name, value);
}

/// What a client claims about its way.
void remove_claims(fields& headers)
{
    constexpr std::string_view claimed = "x-forwarded-";
    for (auto line = headers.begin(); line != headers.end();) {
        auto const name = line->name_string();
        bool const is_claim = line->name() == http::field::unknown
            ? name.size() > claimed.size() && equals_ignoring_case(name.substr(0, claimed.size()), claimed)
            : line->name() == http::field::forwarded;
        if (is_claim)
            line = headers.erase(line);
        else
            ++line;
    }
}

/// RFC 7239 section 4: an address that is no token stands in quotes, that of IPv6 in brackets as well.
void append_node(std::string& element, std::string_view address)
{
    bool const is_v6 = address.find(':') != address.npos;
    element.append(is_v6 ? "for=\"[" : "for=").append(address).append(is_v6 ? "]\";" : ";");
}

void add_forwarded(fields& headers, std::string const& peer, bool behind_proxy)
{
    std::string const host(headers[http::field::host]);
    if (!behind_proxy)
        remove_claims(headers);
    std::string element;
    element.reserve(peer.size() + host.size() + 40);
    if (!peer.empty()) {
        append(headers, std::string_view("X-Forwarded-For"), peer);
        append_node(element, peer);
    }
    element += "proto=http";
    if (!host.empty()) {
        set_default(headers, "X-Forwarded-Host", host);
        element.append(";host=\"").append(host).append("\"");
    }
    set_default(headers, "X-Forwarded-Proto", "http");
    append(headers, http::field::forwarded, element);
    append(headers, http::field::via, own_via());
}

/// In the framing in which it comes.
outgoing_body body_of(fields const& headers, body_reader body)
{
    if (auto const* whole = body.whole())
        return *whole;
    auto const length = headers.find(http::field::content_length);
    if (length != headers.end()) {
        std::uint64_t size = 0;
        auto const text = length->value();
        std::from_chars(text.data(), text.data() + text.size(), size);
        return {std::move(body), size};
    }
    if (headers.count(http::field::transfer_encoding) == 0)
        return {};
    return {std::move(body)};
}

} // namespace

upstream::upstream(std::string_view base_url, upstream_options options)
    : client_(options.client), behind_proxy_(options.behind_proxy)
{
    request_url parts(base_url);
    if (parts.target.find('?') != parts.target.npos)
        throw std::invalid_argument("the base URL of an upstream has no query");
    to_ = std::move(parts.to);
    prefix_ = std::move(parts.target);
    while (prefix_.ends_with('/'))
        prefix_.pop_back();
}

awaitable<streamed_response> upstream::forward(request incoming) const
{
    body_reader body(std::exchange(incoming.body, {}));
    return forward(std::move(incoming), std::move(body));
}

awaitable<streamed_response> upstream::forward(request incoming, body_reader body) const
{
    refuse_loops(incoming.headers);
    outgoing_request request;
    request.method = std::move(incoming.method);
    request.to = to_;
    request.target = prefix_;
    append_path(request.target, incoming.path);
    if (auto const query = incoming.target.find('?'); query != incoming.target.npos)
        request.target.append(incoming.target, query);
    request.headers = std::move(incoming.headers);
    request.opens_websocket = incoming.opens_websocket;
    if (request.opens_websocket)
        request.body = outgoing_body(std::move(body));
    else
        request.body = body_of(request.headers, std::move(body));
    remove_hop_by_hop(request.headers);
    add_forwarded(request.headers, incoming.peer, behind_proxy_);
    return client_.stream(std::move(request));
}

} // namespace framex
