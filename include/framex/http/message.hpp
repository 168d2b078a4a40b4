/// Request and response as values, and the rules for what may stand in their fields. RFC 9110
/// sections 5.5, 8.3.
#pragma once

#include <framex/http/fields.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace framex {

/// Names and values in their order.
using name_value_list = std::vector<std::pair<std::string, std::string>>;

/// A request as a handler sees it: everything owned, everything decoded once.
struct request {
    std::string method = "GET";
    std::string target = "/"; // as it was sent
    std::string path = "/"; // normalised, see normalise_path()
    name_value_list query; // percent-decoded
    fields headers;
    std::string body; // the whole body; empty for a handler that pulls it as well
    std::string peer; // the address it came from, "127.0.0.1"; empty when it came over no socket
    name_value_list path_parameters; // from the route's pattern, decoded
    bool opens_websocket = false; // it may be answered 101, see streamed_response

    request() = default;
    /// Path and query are read from the target; throws http_error 400 when the path cannot be normalised.
    request(std::string verb, std::string request_target, std::string content = {});

    /// The last query parameter of that name, as a view of `query`.
    std::optional<std::string_view> query_value(std::string_view name) const;
    /// The path parameter of that name, as a view of `path_parameters`.
    std::optional<std::string_view> path_value(std::string_view name) const;
};

/// A response that is sent as it is, without the envelope.
struct response {
    int status = 200;
    fields headers;
    std::string body;

    response() = default;
    explicit response(int code, std::string text = {}) : status(code), body(std::move(text)) {}

    /// UTF-8 text, a JSON text or an HTML page, with the Content-Type that says so.
    static response text(std::string body, int status = 200);
    static response json(std::string json_text, int status = 200);
    static response html(std::string body, int status = 200);
};

/// Whether the text may be sent as a field name: a token.
bool valid_field_name(std::string_view name) noexcept;
/// Whether the text may be sent as a field value: no control octet but HTAB (so no CR, LF, NUL), no space or
/// tab at its ends. RFC 9110 section 5.5.
bool valid_field_value(std::string_view value) noexcept;

/// Whether a Content-Type names that media type ("application/json"); case and parameters do not matter.
bool media_type_is(std::string_view content_type, std::string_view media_type) noexcept;
/// Whether a Content-Type is JSON: application/json or application/<name>+json. Empty is not.
bool is_json_media(std::string_view content_type) noexcept;

} // namespace framex
