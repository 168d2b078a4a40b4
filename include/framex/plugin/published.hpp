/// Routes that a plugin learns while it runs, such as the operations of another service.
#pragma once

#include <framex/coro/awaitable.hpp>
#include <framex/http/body.hpp>
#include <framex/http/message.hpp>
#include <framex/http/streamed_response.hpp>

#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace framex {

struct route;

/// One operation. Its functions are called on the executor of whoever asks, on several threads at once, and
/// may run on after the route was replaced: they own what they use.
struct published_route {
    std::string method; ///< "GET"
    std::string path; ///< "/api/v1/items/{id}", as it is: nothing is put before it
    std::vector<std::string> tags{};
    bool include_in_schema = true; ///< shown in the service's OpenAPI document
    /// Of a GET: a request that opens a WebSocket comes with `opens_websocket`. Its body is then what the
    /// client sends after a 101; when something was pulled of it, no other answer leaves the connection open.
    bool takes_websockets = false;
    json::object operation{}; ///< its OpenAPI 3.1 Operation Object, without tags, operationId and security
    /// Answers a request. Its body comes as it is pulled.
    std::function<awaitable<streamed_response>(request, body_reader)> relay{};
    /// Answers a plugin's call; the arguments by name. What the caller gets of the answer is told at
    /// plugin_context::call_plugin_api(). Null: plugins cannot call it.
    std::function<awaitable<streamed_response>(json::object)> call{};
};

/// All that a plugin publishes.
struct published_routes {
    std::vector<published_route> routes{};
    json::object schemas{}; ///< what "#/components/schemas/NAME" in the operations refers to
};

/// A route that plugin_context::publish() has left out.
struct left_out_route {
    std::string method;
    std::string path;
    std::string reason; ///< without either
    std::string offered_by{}; ///< the plugin whose route goes first, "framex" for the app's own pages; empty:
                              ///< the path cannot be one

    left_out_route(published_route const& which, std::string why, std::string first = {})
        : method(which.method), path(which.path), reason(std::move(why)), offered_by(std::move(first))
    {
    }
};

namespace detail {

/// Where the plugins of an app publish, and find what others have published. Any thread may call.
class publication {
public:
    /// See plugin_context::publish().
    virtual std::vector<left_out_route> publish(std::string const& plugin, published_routes routes) = 0;
    /// The published route of that name, as route_table::find_api() reads names; it lives as long as it is
    /// held. Null: there is none now.
    virtual std::shared_ptr<route const> find(std::string_view name) const = 0;
    /// server.legal_proxy_code: the statuses of an envelope that are no failure of a call.
    virtual std::vector<std::int64_t> const& legal_statuses() const noexcept = 0;

protected:
    ~publication() = default;
};

} // namespace detail
} // namespace framex
