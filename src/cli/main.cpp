#include "cli.hpp"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string_view>
#include <unistd.h>

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

int main(int argc, char** argv)
{
    framex::cli::cli_environment const environment{.out = std::cout,
        .err = std::cerr,
        .variables = process_environment(),
        .working_directory = std::filesystem::current_path(),
        .out_is_terminal = isatty(STDOUT_FILENO) == 1,
        .err_is_terminal = isatty(STDERR_FILENO) == 1,
        .built_in_plugins = {},
        .problem_kinds = {framex::config_problem_kinds()},
        .serve = {}};
    return framex::cli::run_cli(argc, argv, environment);
}
