/// What `framex plugin` does: a new project, the plugins that could be loaded, and what one file holds.
#pragma once

#include "cli.hpp"

#include <framex/config/problem.hpp>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace framex::cli {

/// Writes the project of a new plugin into the folder `name`, which must not be there, and says how to go on.
int make_plugin(
    cli_environment const& environment, std::string const& name, std::string_view kind, colours paint);

/// A line for each plugin that is linked in or a file in the folders, and for each that the configuration
/// loads, which is marked with its place; with what speaks against it. No code of a file is run.
void list_plugins(cli_environment const& environment, configuration const& from,
    std::span<std::filesystem::path const> folders);

/// What each file holds: how it was built, its metadata, its APIs and what it requires. Its descriptor is
/// run, no plugin is constructed. Names are looked up in `folders`; what has a dot and is a file or folder
/// here is a path as well. plugin_refused when one is refused.
int check_plugins(cli_environment const& environment, std::span<std::string const> names,
    std::span<std::filesystem::path const> folders, colours paint);

} // namespace framex::cli
