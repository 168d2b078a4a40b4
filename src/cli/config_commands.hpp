/// `framex config show` and what it prints.
#pragma once

#include <framex/config/sources.hpp>

#include <string>

namespace framex::cli {

/// One line a setting, `server.port = 8080`, in the order of the settings; secrets masked.
/// With origins, where each comes from and what it overrode stands in a column of its own.
std::string show_configuration(configuration const& from, bool with_origin);

/// The same as one JSON document: the tables themselves, or with origins an object whose keys are dotted
/// names and whose values are {"value", "origin", "overrode"}.
std::string show_configuration_as_json(configuration const& from, bool with_origin);

} // namespace framex::cli
