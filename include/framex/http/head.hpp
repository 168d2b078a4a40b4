/// The strict reader of request heads: one pass, views into the caller's buffer. RFC 9112 sections 2, 3, 5
/// and 6.
#pragma once

#include <framex/fwd.hpp>

#include <boost/beast/http/verb.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace framex {

/// What a request head may cost, in octets; each limit has its own answer.
struct head_limits {
    std::uint32_t target = 8'192; // the request target: 414
    std::uint32_t line = 16'384; // one field line: 431
    std::uint32_t head = 32'768; // the whole head: 431
    std::uint32_t fields = 100; // field lines, at most 100: 431
};

/// One field line, without the optional whitespace around its value.
struct field_view {
    std::string_view name, value;
};

/// What the heads of requests and responses have in common: framing and fields, as views into the buffer they
/// were read from; they live as long as those octets stay in place.
struct message_head {
    bool http11 = false; // HTTP/1.1 or a later 1.x
    bool keep_alive = false;
    bool chunked = false;
    bool has_length = false;
    std::uint64_t length = 0; // Content-Length, 0 without one
    std::uint32_t size = 0; // octets of the head after result::ok; the body begins there
    std::uint16_t field_count = 0;
    field_view fields[100];

    /// The first field of that name, letters compared without case; null if there is none.
    field_view const* find(std::string_view name) const noexcept;
};

/// A request head. One object serves one connection: read() sets every member anew.
struct request_head : message_head {
    enum class result { more, ok, bad };

    std::string_view method, target;
    std::string_view path; // of the target, as it was sent; "*" for OPTIONS *
    std::string_view query; // of the target, without "?"
    std::string_view host; // the authority of the target if it has one (RFC 9112 section 3.2.2), else Host
    std::string_view content_type;
    boost::beast::http::verb method_id = boost::beast::http::verb::unknown;
    bool expect_continue = false; // the client waits for 100 (Continue) before it sends its body
    int status = 400; // the answer after result::bad

    /// Whether the client asks to go on with WebSocket on this connection: a GET of HTTP/1.1 without a body
    /// whose Connection says "upgrade" and whose Upgrade lists "websocket". RFC 9110 section 7.8. What RFC
    /// 6455 wants besides (its key, its version) is looked at by whoever answers 101.
    bool opens_websocket() const noexcept;

    /// Reads the head that begins at `begin`.
    /// `more`: nothing was decided; call again from the same begin with more octets (they may have moved) and
    /// the same `resume`, which is 0 at the first call of a message and keeps a slow sender linear. `ok`:
    /// every member is set. `bad`: `status` says how to answer; the connection must then be closed. Limits
    /// are checked while a token is still incomplete. One empty line before the request is ignored (RFC 9112
    /// section 2.2); bare CR, bare LF and folded lines are refused.
    result read(char const* begin, char const* end, std::uint32_t& resume, head_limits const& limits);
};

} // namespace framex
