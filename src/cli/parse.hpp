/// Arguments to a command with its options, or to the one fault that a person has to mend first.
#pragma once

#include "commands.hpp"

#include <framex/config/problem.hpp>

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace framex::cli {

/// A command line that was understood.
struct parsed_command {
    command_spec const* command = nullptr;
    std::map<std::string, std::vector<std::string>> values; ///< of options that were given, by their names
    std::map<std::string, bool> switches; ///< flags and switch pairs that were given
    std::vector<std::string> arguments;

    bool has(std::string const& flag) const { return switches.contains(flag) && switches.at(flag); }

    /// The value of an option; nullopt when it was not given.
    std::optional<std::string> value(std::string const& option) const;

    /// The values of a repeatable option in their order.
    std::vector<std::string> all(std::string const& option) const;
};

/// Reads `arguments`, without the program's name.
std::variant<parsed_command, problem> parse(std::vector<std::string> const& arguments);

} // namespace framex::cli
