#include <framex/client/upstream.hpp>
#include <framex/http/forwarding.hpp>
#include <framex/http/syntax.hpp>

#include <stdexcept>
#include <utility>

namespace framex {

namespace {

constexpr std::string_view own_via = "1.1 framex";

/// A normalised path as a target: what it decoded is encoded again, "%2F" and "%25" are there already.
void append_path(std::string& out, std::string_view path)
{
    constexpr std::string_view digits = "0123456789ABCDEF", never = "[]|^";
    for (char const c : path) {
        if (is_octet(c, path_octet) && never.find(c) == never.npos) {
            out += c;
            continue;
        }
        auto const octet = static_cast<unsigned char>(c);
        out += '%';
        out += digits[octet >> 4];
        out += digits[octet & 15];
    }
}

void add_forwarded(fields& headers, bool behind_proxy)
{
    std::string const host(headers["host"]);
    if (!behind_proxy)
        for (char const* name : {"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded"})
            headers.erase(name);
    if (!host.empty() && headers.count("X-Forwarded-Host") == 0)
        headers.set("X-Forwarded-Host", host);
    if (headers.count("X-Forwarded-Proto") == 0)
        headers.set("X-Forwarded-Proto", "http");
    headers.insert("Via", own_via);
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
    outgoing_request request;
    request.method = std::move(incoming.method);
    request.to = to_;
    request.target = prefix_;
    append_path(request.target, incoming.path);
    if (auto const query = incoming.target.find('?'); query != incoming.target.npos)
        request.target.append(incoming.target, query);
    request.headers = std::move(incoming.headers);
    remove_hop_by_hop(request.headers);
    add_forwarded(request.headers, behind_proxy_);
    request.body = std::move(incoming.body);
    return client_.stream(std::move(request));
}

} // namespace framex
