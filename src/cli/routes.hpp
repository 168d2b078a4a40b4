/// `framex routes`: what a service would answer, and why, without a listener.
#pragma once

#include "cli.hpp"

#include <framex/server/app.hpp>

#include <string>

namespace framex::cli {

/// Every route of the app as a table: by path, then by method; functions that have none come last.
std::string routes_table(app const& service);

/// The same as one JSON array of objects with the members method, path, function, plugin, source, upstreams,
/// stream, auth and rule. What a route does not have is null.
std::string routes_as_json(app const& service);

/// Starts the plugins, prints their routes, stops the plugins. Returns the exit code: what an upstream could
/// not give is in the log, and no failure.
int list_routes(run_request const& request, cli_environment const& environment, bool as_json);

/// Prints what would become of a request for `path`, a path that begins with "/", see reasons_of(). The
/// plugins are constructed, not started. Returns the exit code.
int explain_route(run_request const& request, cli_environment const& environment, std::string const& method,
    std::string const& path);

} // namespace framex::cli
