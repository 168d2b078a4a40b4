/// A request on its way to another server.
#pragma once

#include <framex/client/origin.hpp>
#include <framex/coro/pipeline.hpp>
#include <framex/http/body.hpp>
#include <framex/http/message.hpp>
#include <framex/http/multipart_writer.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace framex {

/// The body of a request: nothing, a text, or pieces that are pulled while they are sent.
class outgoing_body {
public:
    outgoing_body() = default;
    /// Sent with its Content-Length; may be sent again on another connection.
    outgoing_body(std::string text) : text_(std::move(text)) {}
    outgoing_body(char const* text) : text_(text) {}
    /// Pulled piece by piece, never ahead of what the upstream takes; sent with Content-Length when `size` is
    /// known (the source must then give exactly that many octets), else chunked. Sent at most once. Cancelled
    /// when an error answer, or the end of the connection, comes before the source's end.
    template <async_source Source>
        requires std::same_as<typename Source::value_type, std::string>
    outgoing_body(Source source, std::optional<std::uint64_t> size = std::nullopt)
        : source_(as_reader(std::move(source))), size_(size)
    {
    }

    std::string const& text() const noexcept { return text_; }
    /// Null for a body that is no source.
    body_reader* source() noexcept { return source_ ? &*source_ : nullptr; }
    bool is_pulled() const noexcept { return source_.has_value(); }
    /// The octets that will be sent, when that is known.
    std::optional<std::uint64_t> size() const noexcept { return source_ ? size_ : text_.size(); }

private:
    static body_reader as_reader(body_reader source) noexcept { return source; }
    static body_reader as_reader(async_generator<std::string> source) noexcept
    {
        return body_reader(std::move(source));
    }
    template <class Source>
    static body_reader as_reader(Source source)
    {
        return body_reader(pieces_of(std::move(source)));
    }
    template <class Source>
    static async_generator<std::string> pieces_of(Source source)
    {
        while (auto piece = co_await source.next())
            co_yield std::move(*piece);
    }

    std::string text_;
    std::optional<body_reader> source_;
    std::optional<std::uint64_t> size_;
};

/// What http_client sends. Host, Content-Length, Transfer-Encoding and the fields of the connection are the
/// client's own: those in `headers` are left out, as is Expect.
struct outgoing_request {
    std::string method = "GET";
    origin to;
    std::string target = "/"; ///< path and query, percent-encoded
    fields headers;
    outgoing_body body;
    /// A GET that asks for WebSocket on its connection (RFC 9110 section 7.8, RFC 6455 section 4.1), with
    /// Connection and Upgrade of the client's own; the Sec-WebSocket-* fields are the caller's. When the
    /// answer is 101, its body is what comes from the other side, and `body`, which nothing was asked for
    /// before, what goes there, both without framing and without a time-out while nothing is to be sent. The
    /// connection ends with the first of the two. Any other answer is one as to a GET without a body.
    bool opens_websocket = false;

    outgoing_request() = default;
    /// Throws std::invalid_argument for an URL that request_url refuses.
    outgoing_request(std::string verb, std::string_view url, outgoing_body content = {});
    /// The form as the body, with its Content-Type. It is pulled, so it is sent at most once.
    outgoing_request(std::string verb, std::string_view url, multipart_writer form);

    /// Whether the method may be repeated without harm. RFC 9110 section 9.2.2.
    bool is_idempotent() const noexcept;
};

} // namespace framex
