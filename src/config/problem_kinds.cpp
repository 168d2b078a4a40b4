#include <framex/config/problem.hpp>

#include <array>

namespace framex {

namespace {

constexpr std::array kinds = {
    problem_kind{"FX0101", "a source of settings cannot be understood",
        R"(The file is no valid TOML or .env text, or a key of --set is no name.
Nothing of a TOML file with such a fault is used.)",
        R"([server
port = 8080)",
        "Look at the place that the message names: a bracket, a quote or an equals sign is missing."},
    problem_kind{"FX0102", "unknown setting",
        R"(framex knows every setting. A name that it does not know is a typing mistake that would
otherwise be ignored without a word, so it is refused. In the process environment unknown names
are ignored, unless they begin with a section (SERVER__) or with FRAMEX__.)",
        R"([server]
prot = 9000)",
        "Correct the name, or remove the line. `framex config show` lists all settings."},
    problem_kind{"FX0103", "wrong type",
        R"(The setting wants another type of value than it got. Numbers and true/false stand without
quotes in TOML; durations and sizes are numbers, or texts with a unit ("30s", "10 MB"). Lists and
tables in the environment are JSON.)",
        R"([server]
port = "9000")",
        "Write the value as the message says, for example: port = 9000"},
    problem_kind{"FX0104", "value not allowed",
        "The value has the right type, but lies outside of the range or is not one of the allowed words.",
        R"([server]
port = 70000)",
        "Choose a value that the message names."},
    problem_kind{"FX0105", "file cannot be read",
        R"(A file that was named does not exist or may not be read: the one of --config, or the one that
a variable ending in _FILE names.)",
        "framex run --config absent.toml",
        "Correct the name, or let the user that runs framex read the file."},
    problem_kind{"FX0106", "settings contradict each other",
        R"(Each setting alone is right, but they cannot hold together: server.enable_proxy needs the
built-in plugin `proxy`, and a program that has it; credentials in [server.cors] need origins by name.)",
        R"([server]
enable_proxy = true)",
        R"(Load the plugin as well: load_builtin_plugins = ["proxy"]. A program without it cannot: leave the
proxy off.)"},
    problem_kind{"FX0107", "command line not understood",
        "An option, a command or the value of an option is unknown. The exit code is 2.",
        "framex run --prot 9000", "Follow the suggestion, or read `framex help run`."},
    problem_kind{"FX0108", "a required setting is missing",
        R"(A table is useless without this setting. A plugin may want one even where its table was not begun.)",
        R"([auth.oauth]
client_id = "my-service")",
        "Add the setting that the message names."},
    problem_kind{"FX0109", "no such built-in plugin",
        "load_builtin_plugins names a plugin that is not part of this program. The exit code is 4.",
        R"(load_builtin_plugins = ["ecco"])",
        "Correct the name, or put plugins of your own into load_plugins."},
    problem_kind{"FX0110", "setting without effect",
        R"(The setting is valid, but nothing acts on it: what it is for is not part of this program, or the
plugin of a table [plugins.NAME] is not loaded, or has started and not read it by
context.config<T>(). The service starts all the same.)",
        R"([plugins.ecco]
greeting = "hi")",
        "Correct the name of the plugin, read the table in it, or remove the setting."},
};

} // namespace

std::span<problem_kind const> config_problem_kinds() { return kinds; }

} // namespace framex
