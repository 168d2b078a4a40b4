/// One operation of an upstream on its way through: a request, or a call of a plugin, goes on, and the answer
/// comes back as it comes.
#pragma once

#include "operation.hpp"
#include "settings.hpp"

#include <framex/framex.hpp>

#include <memory>
#include <string>
#include <vector>

namespace framex::proxy {

/// Where the requests of one route go; shared by all of them.
struct relay_way {
    upstream_group to;
    std::shared_ptr<proxy_settings const> settings;
    std::vector<import_rules const*> rules; ///< of its members; parts of the settings
    operation described;

    relay_way(upstream_group members, std::shared_ptr<proxy_settings const> from,
        std::vector<import_rules const*> allowed, operation what)
        : to(std::move(members)), settings(std::move(from)), rules(std::move(allowed)),
          described(std::move(what))
    {
    }
};

/// Sends the request on. A success of a path in force_stream_apis is an event stream, whatever its type. The
/// client's credentials stay behind, but for cookies that the operation describes as its parameters; the key
/// that the settings name for the path goes instead. What opens a WebSocket opens one there; anything else at
/// a path that is only for these is answered 426. Throws http_error 404 for a path that `disable` of any
/// member names, 400 for a form that is none, and what upstream_group::forward() throws.
awaitable<streamed_response> relay(std::shared_ptr<relay_way const> way, request asked, body_reader body);

/// Makes a request of the arguments and sends it. Throws call_error for arguments that do not fit.
awaitable<streamed_response> call(std::shared_ptr<relay_way const> way, json::object arguments);

} // namespace framex::proxy
