#include "help.hpp"

#include <algorithm>
#include <cstddef>

namespace framex::cli {

namespace {

constexpr std::size_t name_width = 37;

std::string padded(std::string text, std::size_t width)
{
    text.resize(std::max(width, text.size() + 1), ' ');
    return text;
}

std::string names(option_spec const& option)
{
    if (option.name == "--help")
        return "-h, --help";
    std::string text = option.name;
    if (option.kind == option_kind::switch_pair)
        text += ", --no-" + option.name.substr(2);
    return option.value.empty() ? text : text + " " + option.value;
}

std::string notes(option_spec const& option)
{
    std::string text;
    if (!option.default_text.empty())
        text = "default " + option.default_text;
    if (!option.environment.empty())
        text += (text.empty() ? "" : "; ") + ("environment " + option.environment);
    return text;
}

std::string option_lines(option_spec const& option)
{
    std::string text = padded("  " + names(option), name_width) + option.text + "\n";
    if (std::string const more = notes(option); !more.empty())
        text += std::string(name_width, ' ') + "(" + more + ")\n";
    return text;
}

std::vector<std::string> groups_of(command_spec const& command)
{
    std::vector<std::string> groups;
    for (option_spec const& option : command.options) {
        if (std::ranges::find(groups, option.group) == groups.end())
            groups.push_back(option.group);
    }
    return groups;
}

std::string command_lines(std::string_view prefix)
{
    constexpr std::size_t width = 18;
    std::string text;
    for (command_spec const& command : commands()) {
        if (command.name.size() > prefix.size() && command.name.starts_with(prefix))
            text += padded("  " + command.name, width) + command.text + "\n";
    }
    return text.empty() ? text : "\nCommands:\n" + text;
}

std::string usage_line(command_spec const& command, bool has_commands)
{
    std::string text = "Usage: framex";
    if (!command.name.empty())
        text += " " + command.name;
    if (has_commands)
        text += " COMMAND [OPTIONS]";
    else
        text += command.argument.empty() ? " [OPTIONS]" : " " + command.argument;
    return text + "\n";
}

} // namespace

std::string help_text(command_spec const& command)
{
    std::string const below = command_lines(command.name.empty() ? "" : command.name + " ");
    std::string text = command.text + "\n\nExamples:\n";
    for (std::string const& example : command.examples)
        text += "  " + example + "\n";
    text += "\n" + usage_line(command, !below.empty()) + below;
    for (std::string const& group : groups_of(command)) {
        text += "\n" + group + ":\n";
        for (option_spec const& option : command.options) {
            if (option.group == group)
                text += option_lines(option);
        }
    }
    return text;
}

std::string short_help()
{
    return find_command("")->text + "\n\n" + usage_line(*find_command(""), true) + command_lines("")
        + "\nStart with `framex run --load-builtin-plugins echo`; read on with `framex help run`.\n";
}

} // namespace framex::cli
