#include "parse.hpp"

#include <framex/config/nearest.hpp>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <iterator>
#include <memory>

namespace framex::cli {

namespace {

problem usage_problem(std::string message, std::string help)
{
    return {.code = "FX0107", .message = std::move(message), .help = std::move(help)};
}

std::string help_of(command_spec const& command)
{
    return "see `framex help" + (command.name.empty() ? "" : " " + command.name) + "`";
}

/// The names of an option as CLI11 wants them.
std::string cli_names(option_spec const& option)
{
    if (option.kind == option_kind::switch_pair)
        return option.name + ",!--no-" + option.name.substr(2);
    return option.name == "--help" ? "-h,--help" : option.name;
}

/// One command as CLI11 knows it, with the places that its results go to.
class command_parser {
public:
    command_parser(CLI::App& app, command_spec const& command) : app_(app), command_(command)
    {
        app_.set_help_flag();
        app_.allow_extras();
        app_.require_subcommand(0, 1);
        for (option_spec const& option : command.options)
            add(option);
        if (!command.argument.empty())
            app_.add_option("arguments", arguments_);
    }

    bool was_called() const { return app_.parsed(); }
    command_spec const& command() const { return command_; }
    std::vector<std::string> extras() const { return app_.remaining(); }

    parsed_command result() const
    {
        parsed_command made;
        made.command = &command_;
        made.arguments = arguments_;
        for (auto const& [name, given] : values_) {
            if (!given.empty())
                made.values[name] = given;
        }
        for (auto const& [name, state] : switches_) {
            if (state)
                made.switches[name] = *state;
        }
        return made;
    }

private:
    void add(option_spec const& option)
    {
        if (option.kind == option_kind::flag || option.kind == option_kind::switch_pair) {
            std::optional<bool>& state = switches_[option.name];
            app_.add_flag_function(cli_names(option), [&state](std::int64_t count) { state = count > 0; })
                ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
            return;
        }
        app_.add_option(cli_names(option), values_[option.name])
            ->allow_extra_args(false)
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }

    CLI::App& app_;
    command_spec const& command_;
    std::map<std::string, std::vector<std::string>> values_;
    std::map<std::string, std::optional<bool>> switches_;
    std::vector<std::string> arguments_;
};

/// The options of a command by every spelling.
std::vector<std::string> spellings(command_spec const& command)
{
    std::vector<std::string> all;
    for (option_spec const& option : command.options) {
        all.push_back(option.name);
        if (option.kind == option_kind::switch_pair)
            all.push_back("--no-" + option.name.substr(2));
    }
    return all;
}

problem unknown_option(std::string const& argument, command_spec const& command)
{
    std::string const name = argument.substr(0, argument.find('='));
    std::string help = help_of(command);
    std::vector<std::string> const run_options = spellings(*find_command("run"));
    if (auto const meant = nearest(name, spellings(command)))
        help = "did you mean `" + *meant + "`?";
    else if (command.name.empty() && std::ranges::find(run_options, name) != run_options.end())
        help = "options follow the command: framex run " + name;
    return usage_problem("unknown option `" + name + "`", std::move(help));
}

/// The names of the commands one level below `parent`.
std::vector<std::string> command_words(command_spec const& parent)
{
    std::vector<std::string> words;
    for (command_spec const& command : commands()) {
        std::string_view name = command.name;
        if (!parent.name.empty()) {
            if (!name.starts_with(parent.name + " "))
                continue;
            name.remove_prefix(parent.name.size() + 1);
        }
        if (!name.empty() && name.find(' ') == name.npos)
            words.emplace_back(name);
    }
    return words;
}

problem surplus(std::vector<std::string> const& extras, command_spec const& command)
{
    std::vector<std::string> const words = command_words(command);
    std::string const& first = extras.front();
    if (first.starts_with('-') && first.size() > 1)
        return unknown_option(first, command);
    if (words.empty())
        return usage_problem(
            "`framex " + command.name + "` takes no argument `" + first + "`", help_of(command));
    auto const meant = nearest(first, words);
    std::string const prefix = command.name.empty() ? "" : command.name + " ";
    return usage_problem("unknown command `" + prefix + first + "`",
        meant ? "did you mean `framex " + prefix + *meant + "`?" : help_of(command));
}

problem cannot_parse(CLI::ParseError const& error, command_spec const& command)
{
    std::string const text = error.what();
    std::string const name = text.substr(0, text.find(':'));
    for (option_spec const& option : command.options) {
        if (option.name == name)
            return usage_problem(
                "`" + name + "` wants a value: " + name + " " + option.value, help_of(command));
    }
    return usage_problem(text, help_of(command));
}

std::string joined(std::vector<std::string> const& words)
{
    std::string text;
    for (std::string const& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

bool is_number_between(std::string_view text, std::int64_t least, std::int64_t most)
{
    std::int64_t number = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failed == std::errc{} && end == text.data() + text.size() && number >= least && number <= most;
}

std::string without_commas(option_spec const& option, std::string_view text)
{
    std::string line;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find(','), text.size());
        if (end != 0)
            line += " " + option.name + " " + std::string(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return "repeat the option instead of using commas:" + line;
}

/// `others` are the options of the command: none of them is a value.
std::optional<problem> check_value(
    option_spec const& option, std::string const& text, std::vector<std::string> const& others)
{
    bool const names_plugins = option.name.starts_with("--load-");
    if (text.empty() || std::ranges::find(others, text) != others.end())
        return usage_problem("`" + option.name + "` wants a value: " + option.name + " " + option.value, "");
    if (option.kind == option_kind::number && !is_number_between(text, option.least, option.most))
        return usage_problem("`" + option.name + "` wants a whole number from " + std::to_string(option.least)
                + " to " + std::to_string(option.most) + ", found `" + text + "`",
            "");
    if (!option.choices.empty() && std::ranges::find(option.choices, text) == option.choices.end())
        return usage_problem(
            "`" + option.name + "` wants one of " + joined(option.choices) + ", found `" + text + "`", "");
    if (names_plugins && text.find(',') != text.npos)
        return usage_problem("`" + option.name + "` takes one name", without_commas(option, text));
    if (option.name == "--set" && text.find('=') == text.npos)
        return usage_problem(
            "`--set` wants KEY=VALUE, found `" + text + "`", "for example: --set server.port=9000");
    return std::nullopt;
}

std::optional<problem> check_values(parsed_command const& parsed)
{
    std::vector<std::string> const others = spellings(*parsed.command);
    for (option_spec const& option : parsed.command->options) {
        std::vector<std::string> const given = parsed.all(option.name);
        if (given.size() > 1 && option.kind != option_kind::repeated)
            return usage_problem(
                "`" + option.name + "` was given " + std::to_string(given.size()) + " times", "give it once");
        for (std::string const& text : given) {
            if (auto fault = check_value(option, text, others))
                return fault;
        }
    }
    return std::nullopt;
}

/// All commands below one CLI11 application.
class parser {
public:
    parser()
    {
        std::map<std::string, CLI::App*> apps = {{"", &root_}};
        for (command_spec const& command : commands()) {
            std::size_t const space = command.name.rfind(' ');
            bool const is_nested = space != command.name.npos;
            CLI::App& above = *apps.at(is_nested ? command.name.substr(0, space) : "");
            CLI::App*& app = apps[command.name];
            if (app == nullptr)
                app = above.add_subcommand(is_nested ? command.name.substr(space + 1) : command.name);
            parts_.push_back(std::make_unique<command_parser>(*app, command));
        }
    }

    std::variant<parsed_command, problem> run(std::vector<std::string> arguments)
    {
        std::ranges::reverse(arguments);
        try {
            root_.parse(std::move(arguments));
        } catch (CLI::ParseError const& error) {
            return cannot_parse(error, called().command());
        }
        parsed_command made = called().result();
        if (!made.values.contains("--color") && parts_.front()->result().values.contains("--color"))
            made.values["--color"] = parts_.front()->result().values.at("--color");
        if (auto fault = check_values(made))
            return *fault;
        for (auto const& part : parts_) {
            if (part->was_called() && !part->extras().empty())
                return surplus(part->extras(), part->command());
        }
        return made;
    }

private:
    /// The innermost command of the line.
    command_parser const& called() const
    {
        command_parser const* last = parts_.front().get();
        for (auto const& part : parts_) {
            if (part->was_called())
                last = part.get();
        }
        return *last;
    }

    CLI::App root_;
    std::vector<std::unique_ptr<command_parser>> parts_;
};

} // namespace

std::optional<std::string> parsed_command::value(std::string const& option) const
{
    auto const found = values.find(option);
    return found == values.end() ? std::nullopt : std::optional(found->second.back());
}

std::vector<std::string> parsed_command::all(std::string const& option) const
{
    auto const found = values.find(option);
    return found == values.end() ? std::vector<std::string>() : found->second;
}

std::variant<parsed_command, problem> parse(std::vector<std::string> const& arguments)
{
    if (!arguments.empty()
        && arguments.front() == "help") { // CLI11 would take what follows for a command to run
        parsed_command made;
        made.command = find_command("help");
        std::copy_if(arguments.begin() + 1, arguments.end(), std::back_inserter(made.arguments),
            [](std::string const& argument) { return !argument.starts_with('-'); });
        return made;
    }
    return parser().run(arguments);
}

} // namespace framex::cli
