/// The strict reader of response heads, the mirror of request_head. RFC 9112 sections 4, 5 and 6.
#pragma once

#include <framex/http/head.hpp>

namespace framex {

/// A response head as views into the buffer it was read from. read() sets every member anew.
struct response_head : message_head {
    enum class result { more, ok, bad };

    int status = 0; // 100 to 599
    std::string_view reason; // may be empty
    bool too_large = false; // after result::bad: a limit was passed; else the head is malformed

    /// Reads the head that begins at `begin`; `more`, `resume` and the limits are those of
    /// request_head::read() (`line` holds for the status line, too; `target` is not used).
    /// Refused are: another version than HTTP/1.x, a status that is not three digits from 100 to 599 and a
    /// space, bare CR, bare LF, NUL and folded lines, Content-Length fields that differ, Content-Length
    /// beside Transfer-Encoding, every transfer coding but "chunked" and any in HTTP/1.0, and an empty line
    /// before the head. Equal Content-Length fields are one (RFC 9112 section 6.3).
    result read(char const* begin, char const* end, std::uint32_t& resume, head_limits const& limits);

    /// Whether it is a 101 that goes on with WebSocket. RFC 9110 section 7.8.
    bool opens_websocket() const noexcept;

    /// Whether a body follows the head of an answer to that method, with or without octets. RFC 9112
    /// section 6.3, 1 and 2.
    bool has_body(std::string_view method) const noexcept
    {
        return status >= 200 && status != 204 && status != 304 && method != "HEAD";
    }
};

} // namespace framex
