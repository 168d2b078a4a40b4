/// A response whose body is pulled while it is sent.
#pragma once

#include <framex/http/body.hpp>
#include <framex/http/message.hpp>

#include <utility>

namespace framex {

/// Head now, body as it comes: what an upstream answers, and what a handler may give back.
///
/// Of a handler: sent with the Content-Length that `headers` carry (a body that is shorter or longer ends the
/// connection visibly: erase the field when you change the body), else chunked, to an HTTP/1.0 client to the
/// end of the connection. Date is kept; the other fields that frame a message are the server's own. For HEAD
/// and the statuses 204, 205 and 304 the body is dropped unread. What the body throws after the head was sent
/// ends the connection visibly. A client that leaves ends the body as a drop does:
/// destructors run, catch blocks do not. One that reads slowly holds it back.
///
/// Status 101 answers a request that has `opens_websocket`; to any other one it is a 500. Then the connection
/// is a tunnel: `body` goes out as it is, what the client sends comes as the request's body, without a limit,
/// and the connection ends with `body`. A client that closes its side ends the request's body; it counts as
/// one that has left when `body` has not ended a write time-out later, or when it resets the connection.
struct streamed_response {
    int status = 200;
    fields headers;
    body_reader body; // pieces of any size; empty ones are skipped

    streamed_response() = default;
    explicit streamed_response(int code, body_reader pieces = {}) : status(code), body(std::move(pieces)) {}
    /// A whole answer is one, too: its body is one piece.
    streamed_response(response whole)
        : status(whole.status), headers(std::move(whole.headers)), body(std::move(whole.body))
    {
    }
};

} // namespace framex
