/// The one place that writes HTTP/1.1 answers: status line, fields, bodies, chunks. RFC 9112 sections 4,
/// 6, 7.1.
#pragma once

#include <framex/http/message.hpp>
#include <framex/http/sse.hpp>
#include <framex/http/streamed_response.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace framex {

/// What the connection adds to an answer, or puts in the place of a handler's own fields.
struct added_fields {
    std::string_view request_id{}; ///< sent as X-Request-ID unless empty
    bool shares = false; ///< Access-Control-* fields of handlers are not sent
    std::string sharing{}; ///< the connection's own, each line beginning with CRLF
    bool by_origin = false; ///< Vary names Origin, besides what a handler says there
    bool by_coding = false; ///< the same of Accept-Encoding
};

/// How an answer leaves the connection.
struct answer_frame {
    bool keep_alive = true;
    bool head_only = false; ///< the request was HEAD
    bool http11 = true;
    added_fields const* added = nullptr; ///< null: nothing; outlives the writing
};

/// Whether the status can end an exchange: 2xx to 5xx. RFC 9110 section 15.
constexpr bool is_final(int status) noexcept { return status >= 200 && status <= 599; }
/// Whether the field is the writer's own: Content-Length, Transfer-Encoding, Connection…
bool frames_the_message(http::field name) noexcept;

/// A whole answer with a body; 204, 205 and 304 go without it. `more` holds further field lines, each
/// beginning with CRLF.
void append_answer(std::string& out, int status, std::string_view content_type, std::string_view body,
    answer_frame frame, std::string_view more = {});

/// A handler's own response. Fields that frame the message (Content-Length, Transfer-Encoding, Connection…)
/// and fields that could split it are left out, but the Upgrade of a 426. 204, 205 and 304 have no body. The
/// status is final.
void append_response(std::string& out, response const& reply, answer_frame frame);

/// The head of a stream: chunked for HTTP/1.1, delimited by the end of the connection for HTTP/1.0.
void append_stream_head(std::string& out, std::string_view content_type, answer_frame frame);

/// The octets that a handler's own stream announces in its Content-Length; none for a field that is no
/// length.
std::optional<std::uint64_t> announced_length(streamed_response const& reply);
/// Whether an answer of that status may have a body.
bool may_have_body(int status) noexcept;
/// The head of a handler's own stream, with its fields as append_response() writes them, and its Date: of
/// `length` octets, or framed as append_stream_head() does it. The status is final.
void append_streamed_head(std::string& out, streamed_response const& reply, answer_frame frame,
    std::optional<std::uint64_t> length);

/// The head of a 101 that opens a WebSocket, with a handler's fields and its Date. What follows has no
/// framing.
void append_tunnel_head(std::string& out, streamed_response const& reply, answer_frame frame);

/// One item of a stream as one chunk. A text without octets is no chunk (it would end the body).
void append_item(std::string& out, sse_event const& item, bool chunked);
void append_item(std::string& out, std::string const& item, bool chunked);

/// What the JSON of a route that keeps no answers says.
inline constexpr std::string_view not_cached = "\r\nX-FrameX-Cache-Status: BYPASS";

/// Adds field lines, each of which begins with CRLF.
void add_field_lines(fields& to, std::string_view lines);

/// The last chunk.
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

} // namespace framex
