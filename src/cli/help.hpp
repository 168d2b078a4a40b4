/// The help texts, made from the table of commands.
#pragma once

#include "commands.hpp"

#include <string>

namespace framex::cli {

/// What the command does, examples, usage and all options in groups; at most 100 columns.
std::string help_text(command_spec const& command);

/// The commands of framex and where to read on.
std::string short_help();

} // namespace framex::cli
