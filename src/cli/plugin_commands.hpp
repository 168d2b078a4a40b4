/// What `framex plugin` prints: the plugins that could be loaded, and what one file holds.
#pragma once

#include "cli.hpp"

#include <framex/config/problem.hpp>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace framex::cli {

/// A line for each built-in plugin and each plugin file in the folders, with what speaks against it. No code
/// of a file is run.
int list_plugins(cli_environment const& environment, std::span<std::filesystem::path const> folders);

/// What each file holds: how it was built, its metadata, its APIs and what it requires. Its descriptor is
/// run, no plugin is constructed. plugin_refused when one is refused.
int check_plugins(cli_environment const& environment, std::span<std::string const> files, colours paint);

} // namespace framex::cli
