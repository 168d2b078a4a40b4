/// A command line without a process: what it wrote, what it returned, what it wanted to serve.
#pragma once

#include "cli/cli.hpp"
#include "config/workspace.hpp"

#include <array>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace framex::test {

class terminal {
public:
    /// Runs `framex` with these arguments; returns the exit code.
    int run(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.begin(), "framex");
        std::vector<char const*> pointers;
        for (std::string const& argument : arguments)
            pointers.push_back(argument.c_str());
        out_stream_.str("");
        err_stream_.str("");
        request.reset();
        std::array const own = {problem_kind{"FX0999", "a fault of another room", "why", "how", "what"}};
        cli::cli_environment const environment{.out = out_stream_,
            .err = err_stream_,
            .variables = space.sources.environment,
            .working_directory = space.sources.working_directory,
            .out_is_terminal = is_terminal,
            .err_is_terminal = is_terminal,
            .linked = linked,
            .problem_kinds = {own, config_problem_kinds()},
            .serve = [this](cli::run_request const& wanted) { return serve(wanted); }};
        int const code = cli::run_cli(static_cast<int>(pointers.size()), pointers.data(), environment);
        return code;
    }

    std::string out() const { return out_stream_.str(); }
    std::string err() const { return err_stream_.str(); }

    workspace space;
    cli::linked_plugins linked{.builtin = {named("echo"), named("proxy")}};
    bool is_terminal = false;
    int serve_code = 0;
    bool serve_throws = false;
    std::optional<cli::run_request> request; ///< what the last run wanted to serve

private:
    /// A plugin that is only named.
    static plugin_entry named(std::string id)
    {
        plugin_entry entry;
        entry.id = std::move(id);
        return entry;
    }
    int serve(cli::run_request const& wanted)
    {
        if (serve_throws)
            throw std::runtime_error("the service broke");
        request = wanted;
        return serve_code;
    }

    std::ostringstream out_stream_;
    std::ostringstream err_stream_;
};

} // namespace framex::test
