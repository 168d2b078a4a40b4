#include "client/request_text.hpp"

#include <framex/http/forwarding.hpp>
#include <framex/http/syntax.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace framex {

namespace {

constexpr std::size_t head_octets = 512; // of most requests
constexpr std::size_t joined_body = 16384; // up to here it goes out in one write with its head

[[noreturn]] void refuse(std::string const& what)
{
    throw std::invalid_argument("the request cannot be sent: " + what);
}

bool is_own_field(http::field name) noexcept
{
    return name == http::field::host || name == http::field::content_length || name == http::field::expect
        || is_hop_by_hop(name);
}

bool is_target(std::string_view text) noexcept
{
    return text.starts_with('/')
        && std::ranges::all_of(text, [](char c) { return is_octet(c, query_octet); });
}

/// RFC 9110 section 8.6: a method that usually has a body says when it has none.
bool tells_of_no_body(std::string_view method) noexcept
{
    return method == "POST" || method == "PUT" || method == "PATCH";
}

} // namespace

outgoing_request::outgoing_request(std::string verb, std::string_view url, outgoing_body content)
    : method(std::move(verb)), body(std::move(content))
{
    request_url parts(url);
    to = std::move(parts.to);
    target = std::move(parts.target);
}

outgoing_request::outgoing_request(std::string verb, std::string_view url, multipart_writer form)
    : outgoing_request(std::move(verb), url)
{
    headers.set(http::field::content_type, form.content_type());
    auto const size = form.size();
    body = outgoing_body(std::move(form).body(), size);
}

bool outgoing_request::is_idempotent() const noexcept { return framex::is_idempotent(method); }

bool is_idempotent(std::string_view method) noexcept
{
    constexpr std::array<std::string_view, 6> known{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
    return std::ranges::find(known, method) != known.end();
}

std::string request_head_text(outgoing_request const& request)
{
    if (!is_token(request.method) || request.method == "CONNECT")
        refuse("its method is none");
    if (!is_target(request.target))
        refuse("its target is not a path with a query");
    if (request.to.host().empty())
        refuse("it names no server");
    std::string out;
    out.reserve(head_octets);
    out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ");
    out.append(request.to.authority());
    for (auto const& line : request.headers) {
        if (is_own_field(line.name()))
            continue;
        bool const has_name = line.name() != http::field::unknown || valid_field_name(line.name_string());
        if (!has_name || !valid_field_value(line.value()))
            refuse("a header field is malformed");
        out.append("\r\n").append(line.name_string()).append(": ").append(line.value());
    }
    if (request.opens_websocket && request.method != "GET")
        refuse("only a GET opens a WebSocket");
    auto const size = request.body.size();
    if (request.opens_websocket) // what the body gives comes later, without framing
        out += "\r\nConnection: Upgrade\r\nUpgrade: websocket";
    else if (!size)
        out += "\r\nTransfer-Encoding: chunked";
    else if (*size != 0 || request.body.is_pulled() || tells_of_no_body(request.method))
        out.append("\r\nContent-Length: ").append(std::to_string(*size));
    out += "\r\n\r\n";
    return out;
}

bool goes_apart(outgoing_request const& request) noexcept
{
    return request.opens_websocket || request.body.is_pulled() || request.body.text().size() > joined_body;
}

std::string request_text(outgoing_request const& request)
{
    auto text = request_head_text(request);
    if (!goes_apart(request))
        text += request.body.text();
    return text;
}

std::string chunk_of(std::string_view piece)
{
    char digits[16];
    std::string out(digits, std::to_chars(digits, digits + sizeof digits, piece.size(), 16).ptr);
    out.append("\r\n").append(piece).append("\r\n");
    return out;
}

} // namespace framex
