/// A response whose body is pulled while it is sent.
#pragma once

#include <framex/coro/async_generator.hpp>
#include <framex/http/message.hpp>

#include <string>
#include <utility>

namespace framex {

/// Head now, body as it comes: what an upstream answers, and what a handler may give back.
///
/// Of a handler: sent with the Content-Length that `headers` carry (a body that is shorter or longer ends the
/// connection visibly: erase the field when you change the body), else chunked, to an HTTP/1.0 client to the
/// end of the connection. Date is kept; the other fields that frame a message are the server's own. For HEAD
/// and the statuses 204, 205 and 304 the body is dropped unread. What the body throws after the head was sent
/// ends the connection visibly. A client that leaves cancels the body; one that reads slowly holds it back.
struct streamed_response {
    int status = 200;
    fields headers;
    async_generator<std::string> body; // pieces of any size; empty ones are skipped

    streamed_response() = default;
    explicit streamed_response(int code, async_generator<std::string> pieces = {})
        : status(code), body(std::move(pieces))
    {
    }
};

} // namespace framex
