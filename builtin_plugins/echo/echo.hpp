/// The built-in example plugin: a route, a model, a stream and a function.
#pragma once

#include <framex/plugin/plugin.hpp>

namespace framex {
plugin_entry echo_plugin();
} // namespace framex
