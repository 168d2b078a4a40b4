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
    /// Whether the file is the project's own: below its sources, and not in the build tree.
    bool owns(std::filesystem::path const& file) const;
    /// What a person types in the folder `here` to configure and build it, with the framex that `program`
    /// belongs to.
    std::string commands(std::filesystem::path const& here, std::filesystem::path const& program) const;
};

/// The variables of a build, made of these of ours: messages are in English, since build_failure() reads
/// them, and letters stay what they are.
std::vector<std::string> build_environment(std::vector<std::string> variables);

/// The nearest build tree in which the file lies; of a link, the file that is meant. Its paths are canonical.
std::optional<build_tree> build_tree_of(std::filesystem::path const& file);

/// What CMake must be told to find the framex that `program` belongs to; nothing when it looks there anyway.
std::string prefix_option(std::filesystem::path const& program);

/// The commands that make `file`, which is not there: of the build tree that it would lie in, or of the CMake
/// project around it. Empty: there is none. As build_tree::commands().
std::string build_commands(std::filesystem::path const& file, std::filesystem::path const& here,
    std::filesystem::path const& program);

/// Whether the list that `cmake --build DIR --target help` prints names `target`, for Ninja or make.
bool lists_target(std::string_view list, std::string_view target);

/// Whether the file is a source of a C++ build: C++, C or CMake.
bool is_source(std::filesystem::path const& file);

/// The first error in the output of a build that failed, with its place and line (FX0308). When it is in a
/// header of others, the place is the line of the project that led there, if the compiler names it. Colours
/// and other control characters do not go into the message.
problem build_failure(build_tree const& tree, std::string_view output);

} // namespace framex::cli
