/// The CMake build tree that makes a plugin file, and what its compiler says.
#pragma once

#include <framex/config/problem.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace framex::cli {

struct build_tree {
    std::filesystem::path folder{}; ///< holds CMakeCache.txt
    std::filesystem::path sources{}; ///< of the project
    std::string cmake{}; ///< the program that configured it

    /// `cmake --build` of these targets; without any, of all.
    std::vector<std::string> command(std::vector<std::string> const& targets) const;
};

/// The variables of a build, made of these of ours: messages are in English, since build_failure() reads
/// them, and letters stay what they are.
std::vector<std::string> build_environment(std::vector<std::string> variables);

/// The nearest build tree in which the file lies; of a link, the file that is meant. Its paths are canonical.
std::optional<build_tree> build_tree_of(std::filesystem::path const& file);

/// Whether the list that `cmake --build DIR --target help` prints names `target`, for Ninja or make.
bool lists_target(std::string_view list, std::string_view target);

/// Whether the file is a source of a C++ build: C++, C or CMake.
bool is_source(std::filesystem::path const& file);

/// The first error in the output of a build that failed, with its place and line (FX0308). Colours and
/// other control characters do not go into the message.
problem build_failure(build_tree const& tree, std::string_view output);

} // namespace framex::cli
