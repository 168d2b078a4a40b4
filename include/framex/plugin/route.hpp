/// The erased route: what api<P> fills inside a plugin and router, OpenAPI, calls and pages read.
/// Plain data and function pointers; a plugin's shared library is never unloaded.
#pragma once

#include <framex/coro/async_generator.hpp>
#include <framex/coro/awaitable.hpp>
#include <framex/http/body.hpp>
#include <framex/http/head.hpp>
#include <framex/http/message.hpp>
#include <framex/http/multipart.hpp>
#include <framex/http/rules.hpp>
#include <framex/http/sse.hpp>
#include <framex/http/streamed_response.hpp>
#include <framex/model/issue.hpp>
#include <framex/model/schema.hpp>
#include <framex/plugin/middleware.hpp>
#include <framex/plugin/native_type.hpp>
#include <framex/plugin/published.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace framex {

/// What a route's answer is on the wire; the handler's result type decides.
enum class answer_kind : unsigned char {
    json, ///< awaitable<T> or T: JSON, in the envelope under /api
    response, ///< awaitable<response>: sent as it is
    streamed, ///< awaitable<streamed_response>: sent as it is, the body as it comes
    sse, ///< async_generator<sse_event>: text/event-stream
    chunked, ///< async_generator<std::string>: the text pieces as they are
    json_lines, ///< async_generator<model>: application/x-ndjson
};

/// What a route does with the request's body.
enum class body_kind : unsigned char {
    none, ///< read and dropped
    json, ///< one parameter is the JSON body
    whole, ///< the handler takes a `request`, which carries the whole body
    multipart, ///< pulled part by part: by a multipart_reader, or into the struct that is the form
    pulled, ///< the handler takes a body_reader, whatever the body is
};

/// Whether the handler runs before the body has come.
constexpr bool is_pulled(body_kind kind) noexcept
{
    return kind == body_kind::multipart || kind == body_kind::pulled;
}

/// Where a parameter is read from.
enum class parameter_place : unsigned char { path, query, body };

/// One named parameter of a handler, in the handler's order; injected ones (request, multipart_reader,
/// body_reader) are not listed.
struct parameter {
    std::string name{};
    parameter_place place = parameter_place::query;
    bool required = true;
    std::string fallback{}; ///< JSON text of the default; empty: none
    std::uint8_t path_index = 0; ///< place == path: which of the pattern's parameters
    json::value (*schema)(
        schema_registry&) = nullptr; ///< null: cannot be described, callable in-process only
    native_type const* type = nullptr;
};

inline constexpr std::size_t max_path_parameters = 8;

/// What a body may be: the part of [server.limits] that whoever reads it must know.
struct body_limits {
    multipart_limits form{};
    std::size_t json_depth = max_depth;
};
inline constexpr body_limits default_body_limits{};

/// The arguments of a call by name, as JSON text: the in-process form when the C++ types differ.
using argument_texts = std::vector<std::pair<std::string_view, std::string>>;

struct service; ///< framex's own: what serves the route

/// Who sent a request.
class sender {
public:
    /// Its address as text; empty: it has none.
    virtual std::string address() const = 0;

protected:
    ~sender() = default;
};

/// One call of a route. The views die with the first suspension of whoever made them: binding copies what the
/// handler owns.
struct invocation {
    request_head const* head = nullptr; ///< null for in-process calls
    std::string_view path{}; ///< normalised
    std::string_view query{};
    std::string_view body{};
    std::span<std::string_view const> path_values{}; ///< max_path_parameters, or none for a path without any
    std::optional<body_reader> body_stream{}; ///< of a route that pulls; absent: the body is empty
    argument_texts const* arguments = nullptr; ///< instead of path, query and body
    asio::any_io_executor executor{};
    body_limits const* limits = &default_body_limits; ///< never null
    std::shared_ptr<service const> const* served_by = nullptr; ///< keeps the route; null: a call in-process
    bool opens_websocket = false; ///< `body_stream` is what comes once the answer is 101
    std::string_view request_id{}; ///< empty: the app has no access sink
    sender const* from = nullptr; ///< null: nobody with an address

    std::string* out = nullptr; ///< the JSON answer is appended here; cleared first
    std::string fields{}; ///< of a JSON answer: further field lines, each beginning with CRLF
    std::variant<std::monostate, response, async_generator<sse_event>, async_generator<std::string>,
        streamed_response>
        result{};
    bool has_whole_events = false; ///< of a streamed_response: each of its pieces is whole server-sent events
    std::vector<issue> issues{}; ///< not empty after a call: 422, the handler has not run
};

struct route_cache;

struct route {
    std::string method{}; ///< "GET"; empty: callable by name only
    std::string path{}; ///< "/api/v1/echo", may hold "{name}"
    std::string function{}; ///< "echo.EchoPlugin.confess"; empty: callable by path only
    std::string plugin{}; ///< the plugin's id
    std::vector<std::string> tags{};
    std::string summary{};
    std::string media_type{}; ///< of a stream, instead of what its items say
    bool raw_response = false;
    bool include_in_schema = true;
    bool prefixed = true; ///< "/api/v1" goes before the path
    bool enveloped = false; ///< answers go into the common envelope
    answer_kind answer = answer_kind::json;
    body_kind body = body_kind::none;
    std::vector<parameter> parameters{};
    json::value (*result_schema)(schema_registry&) = nullptr; ///< of the data, or of one item of a stream
    std::shared_ptr<route_cache> cache{}; ///< null: the handler runs for every request
    std::shared_ptr<detail::middleware_list> middleware{}; ///< null: none; the plugin's, then its own

    std::shared_ptr<key_rule const> keys{}; ///< null: auth.rules count, else these alone
    std::shared_ptr<published_route const> published{}; ///< null: the route is one of define()

    void* instance = nullptr; ///< the plugin object
    std::shared_ptr<void const>
        bound{}; ///< handler, names and defaults; typed only inside the functions below

    // Exactly one of the two is set; both write into the invocation. `now` serves plain results and streams
    // (making a generator is synchronous), `serve` serves coroutines and everything that takes a form: it
    // binds before its first suspension, and then reads the form.
    void (*now)(route const&, invocation&) = nullptr;
    awaitable<> (*serve)(route const&, invocation&) = nullptr;

    // In-process call with native values: R (*)(route const&, void** values), values in the order of
    // `parameters`, moved from. Valid only for a caller that agrees on every type, and only when the route
    // does not inject.
    void (*native)() = nullptr;
    native_type const* result_type = nullptr; ///< R with awaitable<> taken off
    bool coroutine = false; ///< R is awaitable<result_type>
    bool stream = false; ///< R is async_generator<result_type>
    bool injects = false; ///< takes a request, a multipart_reader, a body_reader or a form: HTTP only
};

} // namespace framex
