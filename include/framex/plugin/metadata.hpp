/// What a plugin says about itself.
#pragma once

#include <string>
#include <vector>

namespace framex {

/// Declared once a plugin: `static inline framex::plugin_metadata const metadata{.name = "hello", .version =
/// "1.0.0"};`
struct plugin_metadata {
    std::string name;
    std::string version;
    std::string description{};
    std::string author{};
    std::string url{};
    /// The APIs of other plugins that this one calls: "plugin.Class.method", "/path" (the first method that
    /// was registered for it) or "METHOD /path". A path with parameters is written as its template,
    /// "/api/v1/items/{id}"; what the parameters are called does not matter here, the call names them as the
    /// callee does. A path that no plugin offers is looked up at each call among the published routes, if
    /// `server.enable_proxy` is set.
    std::vector<std::string> required_remote_apis{};
    /// Whether it publishes routes while it runs: the plugins that require APIs which nobody else offers are
    /// started after it. See plugin_context::publish().
    bool publishes = false;
    /// The class part of function names ("echo.EchoPlugin.confess"); empty: the C++ class's own name.
    std::string class_name{};
};

} // namespace framex
