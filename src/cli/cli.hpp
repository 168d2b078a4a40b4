/// The command line of framex as a function: streams, environment and the service itself are passed in.
#pragma once

#include <framex/config/problem.hpp>
#include <framex/config/sources.hpp>
#include <framex/plugin/plugin.hpp>

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace framex::cli {

/// What the process ends with.
enum exit_code : int {
    done = 0,
    failed = 1,
    usage = 2,
    configuration_refused = 3,
    plugin_refused = 4,
    address_taken = 5,
    check_failed = 6
};

/// What `framex run` is to do; the configuration has no problems.
struct run_request {
    framex::configuration configuration;
    std::vector<std::filesystem::path> plugin_paths; ///< of --plugin-path, then of FRAMEX_PLUGIN_PATH
    bool is_check = false; ///< load and resolve, but do not listen
    bool prints_port = false; ///< the port as one line on standard output, once framex listens
    bool is_reloaded = false; ///< build plugins again when their sources change, and let them take over
    bool is_coloured = false; ///< messages go to a terminal that takes colours
};

/// The plugins that are linked into a program.
struct linked_plugins {
    std::vector<plugin_entry> builtin{}; ///< for load_builtin_plugins
    std::vector<plugin_entry> others{}; ///< for load_plugins, found before any file

    /// The one with this id; null: there is none.
    plugin_entry const* find(std::string_view id) const;
};

/// The ids of plugins, in their order.
std::vector<std::string> names_of(std::span<plugin_entry const> plugins);

/// Everything that `run_cli` touches outside of itself.
struct cli_environment {
    std::ostream& out;
    std::ostream& err;
    std::map<std::string, std::string> variables;
    std::filesystem::path working_directory;
    std::filesystem::path program{}; ///< the program's own file; empty when that is not known
    bool out_is_terminal = false;
    bool err_is_terminal = false;
    linked_plugins linked{};
    std::vector<std::span<problem_kind const>> problem_kinds; ///< what `explain` knows
    std::function<int(run_request const&)> serve; ///< serves until stopped; returns the exit code
};

/// Runs the command that `argv[1]` and the following name. Returns the exit code; throws nothing.
/// What was asked for goes to `out`, messages to `err`.
int run_cli(int argc, char const* const* argv, cli_environment const& environment);

} // namespace framex::cli
