/// The project that `framex plugin new` writes: a plugin with its test, ready to be built.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace framex::cli {

struct template_file {
    std::string name; ///< inside the project's folder
    std::string text;
};

/// The names that --template takes; the first is the default.
std::span<std::string_view const> template_names() noexcept;

/// Whether it is a C++ identifier in small letters, digits and "_".
bool is_plugin_name(std::string_view name) noexcept;

/// Whether no plugin may have the name, since C++ or CMake, or framex itself, means something else by it.
bool is_reserved_word(std::string_view name) noexcept;

/// The files of a project for the plugin `name`; `kind` is one of template_names().
std::vector<template_file> files_of_template(std::string_view kind, std::string_view name);

} // namespace framex::cli
