/// `framex run`, once the configuration is known: loads the plugins, listens, serves, stops.
#pragma once

#include "cli.hpp"

#include <span>
#include <vector>

namespace framex::cli {

/// The kinds of faults of loading and listening (FX02xx, FX03xx, FX04xx).
std::span<problem_kind const> serve_problem_kinds();

/// Serves until SIGINT or SIGTERM, which let running requests end within server.limits.shutdown_grace; a
/// second signal ends at once. Returns the exit code.
int serve(run_request const& request, cli_environment const& environment);

/// A whole program: the command line of this process with these plugins.
int run_program(int argc, char const* const* argv, linked_plugins plugins);

} // namespace framex::cli
