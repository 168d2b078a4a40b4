/// The plugins that are linked into the program, by name.
#pragma once

#include <framex/plugin/plugin.hpp>

#include <vector>

namespace framex {

/// What `--load-builtin-plugins NAME` can name; explicit, so that the linker cannot drop one.
std::vector<plugin_entry> builtin_plugins();

} // namespace framex
