#include "commands.hpp"

#include "plugin_template.hpp"

#include <framex/config/settings.hpp>

#include <algorithm>

namespace framex::cli {

namespace {

std::string variable_of(std::string_view setting)
{
    std::string name;
    for (char const letter : setting) {
        if (letter == '.')
            name += "__";
        else
            name += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    }
    return name;
}

option_spec setting_option(option_spec spec, std::string setting, std::string default_text)
{
    spec.environment = variable_of(setting);
    spec.setting = std::move(setting);
    spec.default_text = std::move(default_text);
    return spec;
}

option_spec number_option(
    option_spec spec, std::string setting, std::int64_t standard, std::int64_t least, std::int64_t most)
{
    spec.kind = option_kind::number;
    spec.least = least;
    spec.most = most;
    return setting_option(std::move(spec), std::move(setting), std::to_string(standard));
}

option_spec switch_option(option_spec spec, std::string setting, bool standard)
{
    spec.kind = option_kind::switch_pair;
    return setting_option(std::move(spec), std::move(setting), standard ? "on" : "off");
}

void add_common_options(std::vector<option_spec>& options)
{
    options.push_back({.name = "--color",
        .value = "WHEN",
        .group = "Output",
        .text = "Colour messages: auto, always or never",
        .default_text = "auto",
        .environment = "NO_COLOR",
        .choices = {"auto", "always", "never"}});
    options.push_back({.name = "--help",
        .value = "",
        .group = "Output",
        .text = "Show this help",
        .kind = option_kind::flag});
}

option_spec json_option()
{
    return {.name = "--json",
        .value = "",
        .group = "Output",
        .text = "Print one JSON document",
        .kind = option_kind::flag};
}

void add_configuration_options(std::vector<option_spec>& options)
{
    options.push_back({.name = "--config",
        .value = "FILE",
        .group = "Configuration",
        .text = "Read FILE instead of config.toml"});
    options.push_back({.name = "--set",
        .value = "KEY=VALUE",
        .group = "Configuration",
        .text = "Write one setting over all sources; repeatable",
        .kind = option_kind::repeated});
}

void add_listening_options(std::vector<option_spec>& options, server_settings const& standard)
{
    std::string const group = "Listening";
    options.push_back(
        setting_option({.name = "--host", .value = "HOST", .group = group, .text = "Address to listen on"},
            "server.host", standard.host));
    options.push_back(number_option(
        {.name = "--port", .value = "PORT", .group = group, .text = "Port to listen on; 0 takes a free one"},
        "server.port", standard.port, 0, 65535));
    options.push_back(setting_option(
        {.name = "--dashboard-host", .value = "HOST", .group = group, .text = "Address of the operator page"},
        "server.dashboard_host", standard.dashboard_host));
    options.push_back(number_option(
        {.name = "--dashboard-port", .value = "PORT", .group = group, .text = "Port of the operator page"},
        "server.dashboard_port", standard.dashboard_port, 0, 65535));
    options.push_back({.name = "--print-port",
        .value = "",
        .group = group,
        .text = "Print the port on standard output once framex listens",
        .kind = option_kind::flag});
}

option_spec plugin_path_option()
{
    return {.name = "--plugin-path",
        .value = "DIR",
        .group = "Plugins",
        .text = "Look for plugins in DIR first; repeatable",
        .kind = option_kind::repeated,
        .environment = "FRAMEX_PLUGIN_PATH"};
}

void add_plugin_options(std::vector<option_spec>& options, server_settings const& standard)
{
    std::string const group = "Plugins";
    options.push_back({.name = "--load-plugins",
        .value = "NAME",
        .group = group,
        .text = "Add a plugin to load_plugins: name, file, folder; repeatable",
        .kind = option_kind::repeated,
        .environment = "LOAD_PLUGINS"});
    options.push_back({.name = "--load-builtin-plugins",
        .value = "NAME",
        .group = group,
        .text = "Add a plugin of framex to load_builtin_plugins; repeatable",
        .kind = option_kind::repeated,
        .environment = "LOAD_BUILTIN_PLUGINS"});
    options.push_back(plugin_path_option());
    options.push_back(switch_option({.name = "--enable-proxy",
                                        .value = "",
                                        .group = group,
                                        .text = "Answer unknown APIs by the built-in plugin `proxy`"},
        "server.enable_proxy", standard.enable_proxy));
}

void add_execution_options(std::vector<option_spec>& options, server_settings const& standard)
{
    std::string const group = "Execution";
    options.push_back(number_option({.name = "--threads",
                                        .value = "N",
                                        .group = group,
                                        .text = "Threads that serve, each with its own acceptor"},
        "server.threads", standard.threads, 1, 1024));
    options.push_back(number_option({.name = "--num-cpus",
                                        .value = "N",
                                        .group = group,
                                        .text = "Processors for the engine; -1 takes all"},
        "server.num_cpus", standard.num_cpus, -1, 65536));
    options.push_back(switch_option({.name = "--use-ray",
                                        .value = "",
                                        .group = group,
                                        .text = "Run remote jobs on Ray instead of the local pool"},
        "server.use_ray", standard.use_ray));
}

command_spec run_command()
{
    command_spec command{.name = "run",
        .text = "Load plugins, listen, and serve until SIGINT or SIGTERM.",
        .examples = {"framex run --load-builtin-plugins echo",
            "framex run --port 9000 --load-plugins hello --plugin-path build/plugins",
            "framex run --load-plugins build/hello.so --reload",
            "framex run --config production.toml --set server.limits.body_size='32 MB' --check"}};
    server_settings const standard;
    add_listening_options(command.options, standard);
    add_plugin_options(command.options, standard);
    command.options.push_back({.name = "--reload",
        .value = "",
        .group = "Plugins",
        .text = "Build plugins again when sources change; streams go on",
        .kind = option_kind::flag});
    add_execution_options(command.options, standard);
    add_configuration_options(command.options);
    command.options.push_back({.name = "--check",
        .value = "",
        .group = "Configuration",
        .text = "Check configuration and plugins, then end without listening",
        .kind = option_kind::flag});
    add_common_options(command.options);
    return command;
}

command_spec routes_command()
{
    command_spec command{.name = "routes",
        .text = "List all routes, those of upstreams too, or explain one request; nothing listens.",
        .examples = {"framex routes --load-builtin-plugins echo",
            "framex routes --config production.toml --json",
            "framex routes --why /api/v1/items/7 --method POST"}};
    command.options.push_back({.name = "--why",
        .value = "PATH",
        .group = "Request",
        .text = "Tell what becomes of a request; no plugin is started"});
    command.options.push_back({.name = "--method",
        .value = "METHOD",
        .group = "Request",
        .text = "Its method, beside --why",
        .default_text = "GET",
        .choices = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}});
    add_plugin_options(command.options, server_settings());
    add_configuration_options(command.options);
    command.options.push_back(json_option());
    add_common_options(command.options);
    return command;
}

command_spec program()
{
    command_spec command{.name = "",
        .text = "framex: coroutine plugins behind one HTTP service.",
        .examples = {
            "framex run --load-builtin-plugins echo", "framex config show --origin", "framex help run"}};
    add_common_options(command.options);
    command.options.push_back({.name = "--version",
        .value = "",
        .group = "Output",
        .text = "Print the version",
        .kind = option_kind::flag});
    return command;
}

command_spec config_show_command()
{
    command_spec command{.name = "config show",
        .text = "Print every setting with its value; secrets are shown as (set).",
        .examples = {"framex config show", "framex config show --origin", "framex config show --json"}};
    command.options.push_back({.name = "--origin",
        .value = "",
        .group = "Output",
        .text = "Say where each value comes from and what it overrode",
        .kind = option_kind::flag});
    command.options.push_back(json_option());
    add_configuration_options(command.options);
    add_common_options(command.options);
    return command;
}

command_spec config_check_command()
{
    command_spec command{.name = "config check",
        .text = "Name every problem of all sources of settings; exit code 3 when there is one.",
        .examples = {"framex config check", "framex config check --config production.toml"}};
    add_configuration_options(command.options);
    add_common_options(command.options);
    return command;
}

command_spec plugin_new_command()
{
    command_spec command{.name = "plugin new",
        .text = "Write the project of a new plugin with its test into the folder NAME.",
        .examples = {"framex plugin new shop", "framex plugin new ticker --template stream"},
        .argument = "NAME"};
    std::vector<std::string> kinds;
    for (auto const kind : template_names())
        kinds.emplace_back(kind);
    command.options.push_back({.name = "--template",
        .value = "KIND",
        .group = "Project",
        .text = "What it is: handler, stream, or embed for a program of its own",
        .default_text = kinds.front(),
        .choices = kinds});
    add_common_options(command.options);
    return command;
}

command_spec plugin_list_command()
{
    command_spec command{.name = "plugin list",
        .text = "List plugins: built in, in files, and configured; with what speaks against one.",
        .examples = {"framex plugin list", "framex plugin list --plugin-path build"}};
    command.options.push_back(plugin_path_option());
    add_configuration_options(command.options);
    add_common_options(command.options);
    return command;
}

command_spec plugin_check_command()
{
    command_spec command{.name = "plugin check",
        .text = "Say what a plugin file holds, or why it is refused; exit code 4 then.",
        .examples = {"framex plugin check build/hello.so", "framex plugin check hello --plugin-path build"},
        .argument = "FILE|NAME..."};
    command.options.push_back(plugin_path_option());
    add_common_options(command.options);
    return command;
}

command_spec plugin_doc_command()
{
    command_spec command{.name = "plugin doc",
        .text = "Print what plugins offer, their routes, functions and models, as Markdown.",
        .examples = {"framex plugin doc echo", "framex plugin doc build/shop.so > shop.md"},
        .argument = "FILE|NAME..."};
    command.options.push_back(plugin_path_option());
    add_common_options(command.options);
    return command;
}

std::vector<command_spec> make_commands()
{
    std::vector<command_spec> all = {program(), run_command(), routes_command()};
    all.push_back({.name = "plugin",
        .text = "Make a new plugin, list plugins, or look into a plugin file.",
        .examples = {"framex plugin new shop", "framex plugin list", "framex plugin check build/shop.so",
            "framex plugin doc build/shop.so"}});
    all.push_back(plugin_new_command());
    all.push_back(plugin_list_command());
    all.push_back(plugin_check_command());
    all.push_back(plugin_doc_command());
    all.push_back({.name = "config",
        .text = "Show or check the configuration.",
        .examples = {"framex config show --origin", "framex config check"}});
    all.push_back(config_show_command());
    all.push_back(config_check_command());
    all.push_back({.name = "explain",
        .text = "Explain error codes; without any, list all of them.",
        .examples = {"framex explain FX0102"},
        .argument = "[CODE]..."});
    all.push_back({.name = "help",
        .text = "Show the help of a command.",
        .examples = {"framex help run", "framex help config show"},
        .argument = "[COMMAND]"});
    for (command_spec& command : all) {
        if (command.options.empty())
            add_common_options(command.options);
    }
    return all;
}

} // namespace

std::vector<command_spec> const& commands()
{
    static std::vector<command_spec> const all = make_commands();
    return all;
}

command_spec const* find_command(std::string_view name)
{
    auto const found = std::ranges::find(commands(), name, &command_spec::name);
    return found == commands().end() ? nullptr : &*found;
}

} // namespace framex::cli
