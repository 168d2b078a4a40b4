/// `framex routes --why`: what becomes of a request, step by step.
#pragma once

#include <framex/server/app.hpp>

#include <string>
#include <string_view>

namespace framex::cli {

/// The plugin to which the app's own routes belong.
inline constexpr std::string_view own_plugin = "framex";

/// What would become of a request for `path`, as a client writes it: how it is compared, the route of a
/// plugin, what the rules of [plugins.proxy] say for each upstream, the rules of keys, the answer. A line for
/// each; no key is shown. The app is prepared; no upstream is asked, so what upstreams offer is not known.
std::string reasons_of(app const& service, std::string const& method, std::string const& path);

} // namespace framex::cli
