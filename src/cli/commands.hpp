/// The commands and their options as data: the parser, the help and the suggestions read this one table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace framex::cli {

/// What follows an option.
enum class option_kind { flag, switch_pair, text, number, repeated };

struct option_spec {
    std::string name; ///< "--port"; a switch_pair has "--no-port" beside it
    std::string value; ///< "PORT", as the help names it
    std::string group; ///< heading of the help
    std::string text;
    option_kind kind = option_kind::text;
    std::string setting{}; ///< "server.port" when the option writes a setting
    std::string default_text{};
    std::string environment{}; ///< the variable that does the same
    std::int64_t least = 0; ///< of a number
    std::int64_t most = 0;
    std::vector<std::string> choices{};
};

struct command_spec {
    std::string name; ///< "config show"
    std::string text; ///< what it does, one line
    std::vector<std::string> examples;
    std::string argument{}; ///< "CODE" when the command takes arguments
    std::vector<option_spec> options{};
};

/// All commands; the first has no name and is `framex` itself.
std::vector<command_spec> const& commands();

/// The command of this name; nullptr when there is none.
command_spec const* find_command(std::string_view name);

} // namespace framex::cli
