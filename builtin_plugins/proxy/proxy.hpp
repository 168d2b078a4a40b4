/// The built-in plugin that takes other services into this one: what their OpenAPI documents describe become
/// routes here, and APIs for its plugins.
#pragma once

#include <framex/plugin/plugin.hpp>

namespace framex {
plugin_entry proxy_plugin();
} // namespace framex
