/// `framex plugin doc`: what a plugin offers, as a page of Markdown.
#pragma once

#include "cli.hpp"

#include <framex/config/problem.hpp>
#include <framex/plugin/plugin.hpp>

#include <filesystem>
#include <span>
#include <string>

namespace framex::cli {

/// The page: what the plugin says of itself, a chapter for each route and function, and one for each model
/// that they use. Its descriptor is run, no plugin is constructed. Throws std::logic_error for a path that is
/// none.
std::string page_of(plugin_entry const& entry);

/// The pages of plugins by their names: those that are part of the program first, then files, as
/// `load_plugins` looks for them. plugin_refused when one is refused; the others are printed.
int document_plugins(cli_environment const& environment, std::span<std::string const> names,
    std::span<std::filesystem::path const> folders, colours paint);

} // namespace framex::cli
