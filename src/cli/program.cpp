#include "serve.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string_view>
#include <unistd.h>

namespace framex::cli {

namespace {

std::map<std::string, std::string> process_environment()
{
    std::map<std::string, std::string> variables;
    for (char const* const* each = environ; each != nullptr && *each != nullptr; ++each) {
        std::string_view const entry = *each;
        std::size_t const equals = entry.find('=');
        if (equals != entry.npos)
            variables.emplace(entry.substr(0, equals), entry.substr(equals + 1));
    }
    return variables;
}

} // namespace

int run_program(int argc, char const* const* argv, linked_plugins plugins)
{
    std::error_code unknown;
    cli_environment environment{.out = std::cout,
        .err = std::cerr,
        .variables = process_environment(),
        .working_directory = std::filesystem::current_path(),
        .program = std::filesystem::read_symlink("/proc/self/exe", unknown),
        .out_is_terminal = isatty(STDOUT_FILENO) == 1,
        .err_is_terminal = isatty(STDERR_FILENO) == 1,
        .linked = std::move(plugins),
        .problem_kinds = {config_problem_kinds(), serve_problem_kinds()},
        .serve = {}};
    environment.serve = [&](run_request const& request) { return serve(request, environment); };
    return run_cli(argc, argv, environment);
}

} // namespace framex::cli
