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

/// How this process names itself in Via.
std::string const& own_name()
{
    static std::string const name = [] {
        char digits[8];
        auto const end = std::to_chars(digits, digits + sizeof digits, std::random_device()(), 16).ptr;
        return "framex-" + std::string(digits, end);
    }();
    return name;
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
    auto const range = headers.equal_range(http::field::via);
    for (auto one = range.first; one != range.second; ++one)
        if (one->value().find(own_name()) != one->value().npos)
            throw http_error(
                508, "the request has come back to this proxy: an upstream of it forwards to it");
}

/// A list's next element.
void append(fields& headers, std::string_view name, std::string_view element)
{
    auto const before = headers.find(name);
    if (before == headers.end())
        return headers.set(name, element);
    std::string list;
    auto const range = headers.equal_range(name);
    for (auto one = range.first; one != range.second; ++one)
        list.append(one->value()).append(", ");
    headers.set(name, list.append(element));
}

/// RFC 7239 section 4: an address that is no token stands in quotes, that of IPv6 in brackets as well.
std::string node_of(std::string const& address)
{
    bool const is_v6 = address.find(':') != address.npos;
    return is_v6 ? "\"[" + address + "]\"" : address;
}

void add_forwarded(fields& headers, std::string const& peer, bool behind_proxy)
{
    std::string const host(headers[http::field::host]);
    if (!behind_proxy)
        for (std::string_view const name :
            {"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded"})
            headers.erase(name);
    std::string element = "proto=http";
    if (!peer.empty()) {
        append(headers, "X-Forwarded-For", peer);
        element = "for=" + node_of(peer) + ";" + element;
    }
    if (!host.empty()) {
        if (headers.count("X-Forwarded-Host") == 0)
            headers.set("X-Forwarded-Host", host);
        element += ";host=\"" + host + "\"";
    }
    if (headers.count("X-Forwarded-Proto") == 0)
        headers.set("X-Forwarded-Proto", "http");
    append(headers, "Forwarded", element);
    append(headers, "Via", "1.1 " + own_name());
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
    request.body = body_of(request.headers, std::move(body));
    remove_hop_by_hop(request.headers);
    add_forwarded(request.headers, incoming.peer, behind_proxy_);
    return client_.stream(std::move(request));
}

} // namespace framex
