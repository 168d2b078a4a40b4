/// Settings between two forms: as people write them ("30s"), and as the models read them.
#pragma once

#include <framex/config/problem.hpp>
#include <framex/config/sources.hpp>
#include <framex/model/issue.hpp>

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace framex {

/// Every setting with its default, durations and sizes with units.
json::object default_values();

/// Reads `values`, whose types are right already, into `target`. Returns what the rules of the models refuse.
std::vector<issue> apply_to_models(json::object const& values, settings& target);

/// The place of an issue as the keys that lead there.
setting_path path_of(location const& loc);

} // namespace framex
