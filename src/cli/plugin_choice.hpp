/// The plugins that a configuration names: those that are linked into the program, and those in files.
#pragma once

#include "serve.hpp"

#include <framex/config/problem.hpp>
#include <framex/plugin/loader.hpp>

#include <filesystem>
#include <functional>
#include <vector>

namespace framex::cli {

/// The refusal as a person reads it, with its code.
problem problem_of(plugin_error const& error);

/// The same for what `name` means: what to do when that is not there, seen from the working directory.
problem problem_of(plugin_error const& error, std::string const& name, cli_environment const& environment);

/// A path of the plugin `name` that is none, as a person reads it.
problem route_problem(std::string const& name, std::logic_error const& error);

/// Where names are looked up: `paths` and then the folder `plugins`, all of them from the working directory.
std::vector<std::filesystem::path> plugin_folders(
    std::vector<std::filesystem::path> paths, std::filesystem::path const& working_directory);

struct plugin_choice {
    std::vector<plugin_entry> entries{}; ///< built-in ones first, each group in the order of its setting
    std::vector<problem> problems{}; ///< every name that could not be loaded
};

/// Makes an entry of a plugin file, as load_plugin() does.
using plugin_opener = std::function<plugin_entry(std::filesystem::path const&)>;

/// `load_builtin_plugins` names linked plugins only, known ones (see unusable_settings()). `load_plugins`
/// names linked ones first, then files: paths, folders, and names that are looked up in --plugin-path,
/// FRAMEX_PLUGIN_PATH and the folder `plugins` of the working directory. A plugin that is named twice is
/// loaded once. Files are opened by `open`.
plugin_choice choose_plugins(
    run_request const& request, cli_environment const& environment, plugin_opener const& open);

} // namespace framex::cli
