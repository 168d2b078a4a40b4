#include "server/writer.hpp"

#include "http/clock_text.hpp"

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

void append_status_line(std::string& out, int status)
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
    out += now_text().date;
}

/// What the client needs to know about the connection's future (RFC 9112 9.3) and the request's name.
void append_connection(std::string& out, answer_frame frame)
{
    if (!frame.keep_alive)
        out += "\r\nConnection: close";
    else if (!frame.http11)
        out += "\r\nConnection: keep-alive";
    if (frame.request_id) [[unlikely]]
        out.append("\r\nX-Request-ID: ").append(*frame.request_id);
}

bool has_no_body(int status) { return status == 204 || status == 205 || status == 304; }

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

bool frames_the_message(std::string_view name) noexcept
{
    constexpr std::array<std::string_view, 7> own{
        "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "date", "trailer"};
    return std::ranges::any_of(own, [&](auto field) { return equals_ignoring_case(name, field); });
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
    out += more;
    out += "\r\n\r\n";
    if (!frame.head_only && !bare)
        out += body;
}

void append_response(std::string& out, response const& reply, answer_frame frame)
{
    append_status_line(out, reply.status);
    for (auto const& field : reply.headers) {
        std::string_view const name(field.name_string().data(), field.name_string().size());
        std::string_view const value(field.value().data(), field.value().size());
        if (frames_the_message(name) || !valid_field_name(name) || !valid_field_value(value))
            continue;
        if (frame.request_id && equals_ignoring_case(name, "x-request-id"))
            continue;
        out += "\r\n";
        out += name;
        out += ": ";
        out += value;
    }
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
    out += "\r\n\r\n";
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
