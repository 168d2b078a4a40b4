/// The OpenAPI 3.1.0 document of a route table: what each operation takes and what is really sent back.
#pragma once

#include <framex/plugin/metadata.hpp>
#include <framex/plugin/route.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace framex {

/// A plugin as the document's tags name it.
struct documented_plugin {
    std::string id; ///< route::plugin of its routes
    plugin_metadata metadata;
};

/// What the document says of the service as a whole.
struct openapi_info {
    std::string title = "FrameX API";
    std::string version{}; ///< framex's own
    std::string runtime{}; ///< the service's own, without "v"
    std::string started_at{}; ///< as people read it
    /// HTTP errors under /api are sent as 200 with their status in the body (server.error_status =
    /// "envelope").
    bool errors_as_200 = false;
    /// Whether the operations of a path (the route's template) want a key in Authorization; empty: none does.
    std::function<bool(std::string_view path)> needs_key{};
};

/// The document as compact JSON text. Paths stand in the table's order after the built-in probes /health,
/// /version and /ping (a route of the table replaces the probe of its path); components by name.
///
/// Routes without a method and those with include_in_schema == false are left out. operationIds are
/// `route_handler_<path>_<method>` with `_` for every octet that is no letter, digit or `_`, and unique: a
/// second one ends in `_2`. A body always is a `$ref`, a parameter has no `$ref`, and the schema of a request
/// never recurs, is never untyped and holds enums in place: importers that make a class of every schema
/// depend on that.
/// Published operations stand as they were published; `published_schemas` are what they refer to, and get
/// another name where a component of that name and another content is there already.
std::string openapi_document(std::vector<route> const& routes, std::vector<documented_plugin> const& plugins,
    openapi_info const& info, json::object const& published_schemas = {});

} // namespace framex
