#include "server/writer.hpp"

#include "http/clock_text.hpp"
#include "http/head_rules.hpp"

#include <framex/http/status.hpp>
#include <framex/http/syntax.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace framex {

namespace {

void append_number(std::string& out, std::uint64_t number)
{
    char digits[20];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_status_line(std::string& out, int status, std::string_view date = now_text().date)
{
    if (status == 200) {
        out += "HTTP/1.1 200 OK\r\nDate: ";
    } else {
        out += "HTTP/1.1 ";
        if (auto const text = status_line_text(status); !text.empty())
            out += text;
        else {
            append_number(out, static_cast<std::uint64_t>(status));
            out += ' ';
        }
        out += "\r\nDate: ";
    }
    out += date;
}

/// What the client needs to know about the connection's future (RFC 9112 9.3).
void append_connection(std::string& out, answer_frame frame)
{
    if (!frame.keep_alive)
        out += "\r\nConnection: close";
    else if (!frame.http11)
        out += "\r\nConnection: keep-alive";
}

/// Calls `act(name, value)` for each of the field lines, which begin with CRLF.
template <class F>
void for_each_line(std::string_view lines, F act)
{
    while (!lines.empty()) {
        lines.remove_prefix(2);
        auto const line = lines.substr(0, lines.find("\r\n"));
        auto const colon = line.find(": ");
        act(line.substr(0, colon), line.substr(colon + 2));
        lines.remove_prefix(line.size());
    }
}

/// Writes a handler's fields, then those of the connection: no name of these stands there twice.
class field_writer {
public:
    field_writer(std::string& out, added_fields const* added) : out_(out), added_(added) {}

    void write(std::string_view name, std::string_view value)
    {
        if (!added_ || !is_taken(name, value))
            out_.append("\r\n").append(name).append(": ").append(value);
    }

    void finish()
    {
        if (!added_)
            return;
        if (!added_->request_id.empty())
            out_.append("\r\nX-Request-ID: ").append(added_->request_id);
        out_ += added_->sharing;
        if (added_->by_origin)
            vary_by("Origin");
        if (added_->by_coding)
            vary_by("Accept-Encoding");
        if (!vary_.empty())
            out_.append("\r\nVary: ").append(vary_);
    }

private:
    bool is_taken(std::string_view name, std::string_view value)
    {
        constexpr std::string_view sharing = "access-control-";
        if (equals_ignoring_case(name, "vary")) {
            vary_.append(vary_.empty() ? "" : ", ").append(value);
            return true;
        }
        return (!added_->request_id.empty() && equals_ignoring_case(name, "x-request-id"))
            || (added_->shares && equals_ignoring_case(name.substr(0, sharing.size()), sharing));
    }

    void vary_by(std::string_view name)
    {
        auto const is_another = [&](std::string_view one) { return !equals_ignoring_case(one, name); };
        if (each_element(vary_, is_another))
            vary_.append(vary_.empty() ? "" : ", ").append(name);
    }

    std::string& out_;
    added_fields const* added_;
    std::string vary_; ///< of the handler, then also of the connection
};

bool has_no_body(int status) noexcept { return status == 204 || status == 205 || status == 304; }

/// RFC 9110 sections 8.6, 15.3.5, 15.3.6: only a 205 says how long nothing is.
void append_no_length(std::string& out, int status)
{
    if (status == 205)
        out += "\r\nContent-Length: 0";
}

/// Writes a chunk around what `fill` appends. The size has a fixed width and is written afterwards: nothing
/// moves.
template <class F>
void as_chunk(std::string& out, bool chunked, F fill)
{
    if (!chunked)
        return fill();
    auto const at = out.size();
    out += "00000000\r\n";
    auto const begin = out.size();
    fill();
    auto size = out.size() - begin;
    for (std::size_t digit = 8; digit-- > 0; size >>= 4)
        out[at + digit] = "0123456789abcdef"[size & 15];
    out += "\r\n";
}

} // namespace

bool frames_the_message(http::field name) noexcept
{
    switch (name) {
    case http::field::content_length:
    case http::field::transfer_encoding:
    case http::field::connection:
    case http::field::keep_alive:
    case http::field::upgrade:
    case http::field::date:
    case http::field::trailer:
        return true;
    default:
        return false;
    }
}

void append_answer(std::string& out, int status, std::string_view content_type, std::string_view body,
    answer_frame frame, std::string_view more)
{
    append_status_line(out, status);
    bool const bare = status != 200 && has_no_body(status);
    if (bare)
        append_no_length(out, status);
    else {
        out += "\r\nContent-Type: ";
        out += content_type;
        out += "\r\nContent-Length: ";
        append_number(out, body.size());
    }
    append_connection(out, frame);
    if (frame.added) [[unlikely]] {
        field_writer all(out, frame.added);
        for_each_line(more, [&all](auto name, auto value) { all.write(name, value); });
        all.finish();
    } else
        out += more;
    out += "\r\n\r\n";
    if (!frame.head_only && !bare)
        out += body;
}

namespace {

/// A handler's own fields, and those of the connection.
void append_fields(std::string& out, fields const& headers, answer_frame frame)
{
    field_writer own(out, frame.added);
    for (auto const& line : headers) {
        bool const has_name = line.name() != http::field::unknown || valid_field_name(line.name_string());
        if (has_name && !frames_the_message(line.name()) && valid_field_value(line.value()))
            own.write(line.name_string(), line.value());
    }
    own.finish();
}

/// The value of a field that stands there once and may be sent; else empty.
std::string_view only_value(fields const& headers, http::field name)
{
    if (headers.count(name) != 1)
        return {};
    auto const text = headers[name];
    return valid_field_value(text) ? text : std::string_view();
}

} // namespace

namespace {

/// RFC 9110 section 15.5.22: a 426 tells what is wanted.
void append_wanted(std::string& out, int status, fields const& headers)
{
    if (status != 426)
        return;
    if (auto const wanted = only_value(headers, boost::beast::http::field::upgrade); !wanted.empty())
        out.append("\r\nConnection: Upgrade\r\nUpgrade: ").append(wanted);
}

} // namespace

void append_response(std::string& out, response const& reply, answer_frame frame)
{
    append_status_line(out, reply.status);
    append_fields(out, reply.headers, frame);
    append_wanted(out, reply.status, reply.headers);
    if (has_no_body(reply.status))
        append_no_length(out, reply.status);
    else {
        out += "\r\nContent-Length: ";
        append_number(out, reply.body.size());
    }
    append_connection(out, frame);
    out += "\r\n\r\n";
    if (!frame.head_only && !has_no_body(reply.status))
        out += reply.body;
}

void append_stream_head(std::string& out, std::string_view content_type, answer_frame frame)
{
    append_status_line(out, 200);
    out += "\r\nContent-Type: ";
    out += content_type;
    out += "\r\nCache-Control: no-store\r\nX-Accel-Buffering: no";
    if (frame.http11)
        out += "\r\nTransfer-Encoding: chunked";
    append_connection(out, frame);
    field_writer(out, frame.added).finish();
    out += "\r\n\r\n";
}

bool may_have_body(int status) noexcept { return !has_no_body(status); }

std::optional<std::uint64_t> announced_length(streamed_response const& reply)
{
    auto const text = only_value(reply.headers, http::field::content_length);
    std::uint64_t length = 0;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), length);
    bool const whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    return whole ? std::optional(length) : std::nullopt;
}

void append_streamed_head(
    std::string& out, streamed_response const& reply, answer_frame frame, std::optional<std::uint64_t> length)
{
    auto const date = only_value(reply.headers, http::field::date);
    append_status_line(out, reply.status, date.empty() ? now_text().date : date);
    append_fields(out, reply.headers, frame);
    append_wanted(out, reply.status, reply.headers);
    if (has_no_body(reply.status))
        append_no_length(out, reply.status);
    else if (length) {
        out += "\r\nContent-Length: ";
        append_number(out, *length);
    } else if (frame.http11)
        out += "\r\nTransfer-Encoding: chunked";
    append_connection(out, frame);
    out += "\r\n\r\n";
}

void append_tunnel_head(std::string& out, streamed_response const& reply, answer_frame frame)
{
    auto const date = only_value(reply.headers, boost::beast::http::field::date);
    append_status_line(out, reply.status, date.empty() ? now_text().date : date);
    append_fields(out, reply.headers, frame);
    out += "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
}

void add_field_lines(fields& to, std::string_view lines)
{
    for_each_line(lines, [&to](auto name, auto value) { to.insert(name, value); });
}

void append_item(std::string& out, sse_event const& item, bool chunked)
{
    as_chunk(out, chunked, [&] { append_event(out, item); });
}

void append_item(std::string& out, std::string const& item, bool chunked)
{
    if (!item.empty())
        as_chunk(out, chunked, [&] { out += item; });
}

} // namespace framex
