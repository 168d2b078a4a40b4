/// The one place that maps errors to replies.
#pragma once

#include "server/writer.hpp"

#include <framex/error.hpp>
#include <framex/model/issue.hpp>
#include <framex/plugin/route.hpp>
#include <framex/server/access.hpp>

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace framex {

/// Why a request is not answered as asked.
struct failure {
    enum class origin : unsigned char {
        protocol, ///< the message, the connection, an upstream or the engine is at fault: always the real
                  ///< HTTP status
        raised, ///< http_error, or the router's own 401, 404, 405: may hide in 200 for old clients
        internal, ///< anything else that a handler threw: 500
    };

    int status = 500;
    std::string message{};
    bool message_is_json = false;
    origin from = origin::internal;
    bool is_hidden = false; ///< thrown, and something of it is kept from the client
    std::vector<issue> issues{}; ///< 422
    std::string fields{}; ///< further field lines, each beginning with CRLF

    failure() = default;
    failure(int code, std::string text, origin where) : status(code), message(std::move(text)), from(where) {}

    /// What a handler threw. The texts of unknown exceptions stay in the house.
    static failure of(std::exception_ptr error);
};

/// How an app spells its errors.
struct failure_style {
    bool enveloped = true; ///< under /api and not excluded: the common envelope
    bool status_in_body = false; ///< server.error_status = "envelope": raised errors travel under HTTP 200
};

/// The whole answer.
void append_failure(std::string& out, failure const& why, answer_frame frame, failure_style style);

/// The same as a value.
response response_of(failure const& why, failure_style style);

/// What a handler of `entry` threw, as a reply. What the client does not see of it is told to `sink`.
failure told_failure(std::exception_ptr const& error, route const& entry, std::string_view request_id,
    error_sink const& sink, bool client_sees_it);

/// What ends an event stream that failed after its head: `{"status": 500, "message": "…"}` as an `error`
/// event.
sse_event error_event(failure const& why);

} // namespace framex
