/// A fault that a person has to mend: its code, its place, the source line, and what to do about it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace framex {

/// One fault, as the terminal shows it.
struct problem {
    std::string code{}; ///< "FX0102", a code of the registry below
    std::string message{}; ///< one line: what is wrong
    std::string place{}; ///< "config.toml:5:1", "env SERVER__PORT", "command line"; empty when there is none
    std::size_t line = 0; ///< of the source line, from 1; 0 shows no source line
    std::string source_line{}; ///< as it stands in the file, secrets masked
    std::size_t caret_column = 1; ///< octet of the source line under which the carets begin, from 1
    std::size_t caret_width = 1;
    std::string caret_note{}; ///< said beside the carets: "in table [server]"
    std::string help{}; ///< what to do, best the line to type; empty when it is plain
    bool is_warning = false; ///< said, but nothing is refused
};

/// Whether text for a terminal is coloured. Colour never carries a meaning of its own.
enum class colours { off, on };

/// The problem as text of several lines, each ended by a line break:
///
///     error[FX0102]: unknown setting `prot`
///       --> config.toml:5:1
///     5 | prot = 9000
///       | ^^^^ in table [server]
///     help: did you mean `port`?
std::string render(problem const& fault, colours paint = colours::off);

/// All of them, an empty line between two, and a last line with their number when there is more than one.
std::string render(std::span<problem const> faults, colours paint = colours::off);

/// What `framex explain CODE` knows about a code. All texts live as long as the program.
struct problem_kind {
    std::string_view code; ///< "FX0102"
    std::string_view title; ///< "unknown setting"
    std::string_view explanation; ///< why framex refuses this
    std::string_view example; ///< input that causes it
    std::string_view fix; ///< what to do
};

/// The kinds of faults of configuration and command line (FX01xx). Other rooms have such tables of their own.
std::span<problem_kind const> config_problem_kinds();

/// The kind with this code among several tables, letter case ignored; nullptr when there is none.
problem_kind const* find_problem_kind(
    std::string_view code, std::span<std::span<problem_kind const> const> tables);

/// The page that `framex explain` prints.
std::string explain(problem_kind const& kind);

} // namespace framex
