/// Settings that are read and that nothing in this program acts on.
#pragma once

#include "cli.hpp"

#include <framex/plugin/plugin.hpp>

#include <span>
#include <string>
#include <vector>

namespace framex::cli {

/// A warning for each such setting that somebody has written, with its place.
std::vector<problem> idle_settings(configuration const& from);

/// A warning for each table [plugins.ID] that is of none of the loaded plugins.
std::vector<problem> idle_plugin_tables(configuration const& from, std::span<plugin_entry const> loaded);

/// A warning for each of `tables`, which app::unread_tables() names.
std::vector<problem> unread_plugin_tables(configuration const& from, std::vector<std::string> const& tables);

} // namespace framex::cli
