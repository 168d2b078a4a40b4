/// Plugins from shared libraries: found by name, checked before any of their code runs, never unloaded.
#pragma once

#include <framex/plugin/abi.hpp>
#include <framex/plugin/plugin.hpp>

#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace framex {

/// Why a file is no plugin for this program.
enum class plugin_fault : unsigned char {
    not_found, ///< no such file, or none of that name in the folders
    unreadable, ///< no permission, no regular file, or too large to be one
    unsafe, ///< others than its owner may write it
    not_elf,
    other_machine,
    not_shared,
    truncated,
    no_record, ///< a shared library, but no plugin of framex
    other_abi, ///< built for another Boost, another interface of framex, ...
    unresolved, ///< the system's loader refused it: a symbol or library is missing
    no_entry, ///< the record is there, an entry point that gives a plugin is not
    entry_threw, ///< its entry point threw
};

/// Thrown by find_plugins() and load_plugin(). what() is one sentence that names the file; help() what to do.
class plugin_error : public std::runtime_error {
public:
    plugin_error(plugin_fault fault, std::string const& message, std::string help = {});
    ~plugin_error() override;

    plugin_fault fault() const noexcept { return fault_; }
    std::string const& help() const noexcept { return help_; }

private:
    plugin_fault fault_;
    std::string help_;
};

/// "libshop.so" and "shop.so" are both the plugin "shop".
std::string plugin_name(std::filesystem::path const& file);

/// All *.so of a folder (no deeper; names that begin with "_" or "." are left out) in alphabetical order;
/// none when it cannot be read.
std::vector<std::filesystem::path> plugin_files(std::filesystem::path const& folder);

/// Whether a plugin's name is a path: it has a "/", ends in ".so", or is "." or "..".
bool is_plugin_path(std::string_view name) noexcept;

/// The plugin files that `name` means. A path is that of a file, or of a folder, which means its
/// plugin_files(). Else its last dotted part is looked up as NAME.so and libNAME.so in `folders`, in their
/// order. Throws plugin_error not_found, with the places that were searched and the nearest name there.
std::vector<std::filesystem::path> find_plugins(
    std::string_view name, std::span<std::filesystem::path const> folders);

/// The record of the file, without running any of its code. Throws plugin_error when it is no plugin, does
/// not fit this program, or everybody may write it.
abi_record inspect_plugin(std::filesystem::path const& file);

/// As inspect_plugin() reads the record of the file, and only if that fits this program opens the library and
/// asks it for its plugin class. The library stays until the process ends: the coroutines, the types and the
/// constants of a plugin are its code. Throws plugin_error. A static object of the library whose constructor
/// throws ends the process, as it does in every program.
plugin_entry load_plugin(std::filesystem::path const& file);

/// The same from a copy that is written as `copy`, a name that this process has not loaded yet: so a file
/// that was built again is loaded beside the library that it was before.
plugin_entry load_plugin(std::filesystem::path const& file, std::filesystem::path const& copy);

} // namespace framex
