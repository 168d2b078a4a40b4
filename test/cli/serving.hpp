/// The service of `framex run`, as tests call it.
#pragma once

#include "cli/serve.hpp"
#include "config/workspace.hpp"

#include <boost/test/unit_test.hpp>

#include <builtin_plugins.hpp>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace framex::test {

/// A folder with a configuration; what is written to the streams is kept.
struct serving {
    workspace space;
    std::ostringstream out, err;
    bool is_check = true;
    std::vector<std::filesystem::path> plugin_paths;

    int serve(std::string const& toml, std::vector<plugin_entry> others = {}, std::ostream* to = nullptr)
    {
        space.toml(toml);
        cli::run_request const request{.configuration = space.read(),
            .plugin_paths = plugin_paths,
            .is_check = is_check,
            .prints_port = true,
            .is_coloured = false};
        BOOST_TEST_REQUIRE(render(request.configuration.problems()) == "");
        cli::cli_environment const environment{.out = to ? *to : out,
            .err = err,
            .variables = {},
            .working_directory = space.sources.working_directory,
            .linked = {.builtin = builtin_plugins(), .others = std::move(others)},
            .problem_kinds = {},
            .serve = {}};
        return cli::serve(request, environment);
    }
    bool says(std::string_view part) const { return err.str().find(part) != std::string::npos; }
};

} // namespace framex::test
