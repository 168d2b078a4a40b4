#include "cli.hpp"
#include "config_commands.hpp"
#include "help.hpp"
#include "idle_settings.hpp"
#include "parse.hpp"
#include "plugin_choice.hpp"
#include "plugin_commands.hpp"
#include "plugin_doc.hpp"
#include "plugin_template.hpp"
#include "routes.hpp"
#include "settings_check.hpp"

#include <framex/config/nearest.hpp>
#include <framex/version.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <ostream>

namespace framex::cli {

namespace {

std::string variable(cli_environment const& environment, std::string const& name)
{
    auto const found = environment.variables.find(name);
    return found == environment.variables.end() ? std::string() : found->second;
}

colours choose_colours(cli_environment const& environment, std::string const& wish)
{
    if (wish == "always")
        return colours::on;
    bool const may_colour = wish != "never" && environment.err_is_terminal
        && variable(environment, "NO_COLOR").empty() && variable(environment, "TERM") != "dumb";
    return may_colour ? colours::on : colours::off;
}

std::vector<std::filesystem::path> plugin_paths(parsed_command const& parsed, std::string_view variable_text)
{
    std::vector<std::filesystem::path> paths;
    for (std::string const& path : parsed.all("--plugin-path"))
        paths.emplace_back(path);
    while (!variable_text.empty()) {
        std::size_t const end = std::min(variable_text.find(':'), variable_text.size());
        if (end != 0)
            paths.emplace_back(variable_text.substr(0, end));
        variable_text.remove_prefix(std::min(end + 1, variable_text.size()));
    }
    return paths;
}

class session {
public:
    session(parsed_command const& parsed, cli_environment const& environment)
        : parsed_(parsed), environment_(environment),
          paint_(choose_colours(environment, parsed.value("--color").value_or("auto")))
    {
    }

    int run() const
    {
        std::string const& name = parsed_.command->name;
        if (parsed_.has("--version")) {
            environment_.out << "framex, version " << version << "\n";
            return done;
        }
        if (name == "help")
            return help();
        if (parsed_.has("--help")) {
            environment_.out << help_text(*parsed_.command);
            return done;
        }
        if (name == "run")
            return serve();
        if (name == "routes")
            return routes();
        if (name == "config show")
            return config_show();
        if (name == "config check")
            return config_check();
        if (name == "plugin new" && parsed_.arguments.size() == 1)
            return make_plugin(environment_, parsed_.arguments.front(),
                parsed_.value("--template").value_or(std::string(template_names().front())), paint_);
        if (name == "plugin list")
            return plugin_list();
        if (name == "plugin check" && !parsed_.arguments.empty())
            return check_plugins(environment_, parsed_.arguments,
                plugin_folders(given_paths(), environment_.working_directory), paint_);
        if (name == "plugin doc" && !parsed_.arguments.empty())
            return document_plugins(environment_, parsed_.arguments,
                plugin_folders(given_paths(), environment_.working_directory), paint_);
        if (name == "explain")
            return explain_codes();
        environment_.err << (name.empty() ? short_help() : help_text(*parsed_.command));
        return usage;
    }

private:
    int refuse(problem const& fault, int code) const
    {
        environment_.err << render(fault, paint_);
        return code;
    }

    int misuse(std::string message, std::string help) const
    {
        return refuse({.code = "FX0107", .message = std::move(message), .help = std::move(help)}, usage);
    }

    int help() const
    {
        std::string name;
        for (std::string const& word : parsed_.arguments)
            name += (name.empty() ? "" : " ") + word;
        if (command_spec const* const command = find_command(name)) {
            environment_.out << help_text(*command);
            return done;
        }
        std::vector<std::string> names;
        for (command_spec const& command : commands())
            names.push_back(command.name);
        auto const meant = nearest(name, names);
        return refuse({.code = "FX0107",
                          .message = "unknown command `" + name + "`",
                          .help = meant ? "did you mean `framex help " + *meant + "`?" : "see `framex help`"},
            usage);
    }

    configuration read_configuration() const
    {
        configuration_sources sources;
        sources.working_directory = environment_.working_directory;
        sources.environment = environment_.variables;
        if (auto const file = parsed_.value("--config"))
            sources.config_file = *file;
        for (option_spec const& option : parsed_.command->options) {
            if (option.setting.empty())
                continue;
            if (option.kind == option_kind::switch_pair && parsed_.switches.contains(option.name))
                sources.command_line.emplace_back(
                    option.setting, parsed_.switches.at(option.name) ? "true" : "false");
            else if (auto const given = parsed_.value(option.name))
                sources.command_line.emplace_back(option.setting, *given);
        }
        for (std::string const& assignment : parsed_.all("--set")) {
            std::size_t const equals = assignment.find('=');
            sources.command_line.emplace_back(assignment.substr(0, equals), assignment.substr(equals + 1));
        }
        sources.load_plugins = parsed_.all("--load-plugins");
        sources.load_builtin_plugins = parsed_.all("--load-builtin-plugins");
        return configuration::read(std::move(sources));
    }

    /// The problems as text; false when there are none.
    bool report_problems(configuration const& from) const
    {
        environment_.err << render(from.problems(), paint_);
        return !from.problems().empty();
    }

    std::vector<std::filesystem::path> given_paths() const
    {
        return plugin_paths(parsed_, variable(environment_, "FRAMEX_PLUGIN_PATH"));
    }

    int serve() const
    {
        run_request request{.configuration = read_configuration(),
            .plugin_paths = given_paths(),
            .is_check = parsed_.has("--check"),
            .prints_port = parsed_.has("--print-port"),
            .is_reloaded = parsed_.has("--reload"),
            .is_coloured = paint_ == colours::on};
        if (report_problems(request.configuration))
            return configuration_refused;
        return environment_.serve(request);
    }

    int routes() const
    {
        auto const path = parsed_.value("--why");
        if (!path && parsed_.value("--method"))
            return misuse("`--method` is for one request", "name its path: --why PATH");
        if (path && parsed_.has("--json"))
            return misuse("`--why` prints text only", "leave --json away");
        if (path && !path->starts_with('/'))
            return misuse("`--why` wants a path that begins with /, found `" + *path + "`",
                "write the path of the URL: --why /api/v1/echo");
        run_request const request{.configuration = read_configuration(),
            .plugin_paths = given_paths(),
            .is_coloured = paint_ == colours::on};
        if (report_problems(request.configuration))
            return configuration_refused;
        return path ? explain_route(request, environment_, parsed_.value("--method").value_or("GET"), *path)
                    : list_routes(request, environment_, parsed_.has("--json"));
    }

    int plugin_list() const
    {
        configuration const from = read_configuration();
        list_plugins(environment_, from, plugin_folders(given_paths(), environment_.working_directory));
        return report_problems(from) ? configuration_refused : done;
    }

    int config_show() const
    {
        configuration const from = read_configuration();
        if (report_problems(from))
            return configuration_refused;
        bool const with_origin = parsed_.has("--origin");
        environment_.out << (parsed_.has("--json") ? show_configuration_as_json(from, with_origin)
                                                   : show_configuration(from, with_origin));
        return done;
    }

    int config_check() const
    {
        configuration const from = read_configuration();
        auto problems = from.problems();
        std::ranges::move(
            unusable_settings(from, names_of(environment_.linked.builtin)), std::back_inserter(problems));
        if (!problems.empty()) {
            environment_.err << render(problems, paint_);
            return configuration_refused;
        }
        environment_.err << render(idle_settings(from), paint_);
        std::string files;
        for (std::string const& file : from.files())
            files += (files.empty() ? " " : ", ") + file;
        environment_.out << "ok: the configuration is valid;" << (files.empty() ? " no file" : files)
                         << " read\nplugins and their tables are checked by `framex run --check`\n";
        return done;
    }

    int explain_codes() const
    {
        if (parsed_.arguments.empty()) {
            std::vector<problem_kind> kinds;
            for (auto const& table : environment_.problem_kinds)
                std::ranges::copy(table, std::back_inserter(kinds));
            std::ranges::sort(kinds, {}, &problem_kind::code);
            for (problem_kind const& kind : kinds)
                environment_.out << kind.code << "  " << kind.title << "\n";
        }
        for (std::string const& code : parsed_.arguments) {
            problem_kind const* const kind = find_problem_kind(code, environment_.problem_kinds);
            if (kind == nullptr)
                return refuse(unknown_code(code), usage);
            environment_.out << (&code == &parsed_.arguments.front() ? "" : "\n") << explain(*kind);
        }
        return done;
    }

    problem unknown_code(std::string const& code) const
    {
        std::vector<std::string> codes;
        for (auto const& table : environment_.problem_kinds) {
            for (problem_kind const& kind : table)
                codes.emplace_back(kind.code);
        }
        auto const meant = nearest(code, codes);
        return {.code = "FX0107",
            .message = "unknown error code `" + code + "`",
            .help = meant ? "did you mean `" + *meant + "`?" : "`framex explain` lists all codes"};
    }

    parsed_command const& parsed_;
    cli_environment const& environment_;
    colours paint_;
};

} // namespace

plugin_entry const* linked_plugins::find(std::string_view id) const
{
    for (auto const* group : {&builtin, &others})
        if (auto const found = std::ranges::find(*group, id, &plugin_entry::id); found != group->end())
            return &*found;
    return nullptr;
}

std::vector<std::string> names_of(std::span<plugin_entry const> plugins)
{
    std::vector<std::string> names;
    std::ranges::transform(plugins, std::back_inserter(names), &plugin_entry::id);
    return names;
}

int run_cli(int argc, char const* const* argv, cli_environment const& environment)
{
    try {
        std::vector<std::string> const arguments(argv + std::min(argc, 1), argv + argc);
        auto const parsed = parse(arguments);
        if (auto const* const fault = std::get_if<problem>(&parsed)) {
            environment.err << render(*fault, choose_colours(environment, "auto"));
            return usage;
        }
        return session(std::get<parsed_command>(parsed), environment).run();
    } catch (std::exception const& error) {
        environment.err << "error: " << error.what() << "\n";
        return failed;
    }
}

} // namespace framex::cli
