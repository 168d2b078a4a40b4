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

/// Reads `values`, whose types are right already, into `target`. Returns what the rules of the models refuse;
/// the place of each is a path of keys.
struct refusal {
    setting_path path;
    std::string type; ///< of the issue
    std::string message;
};
std::vector<refusal> apply_to_models(json::object const& values, settings& target);

} // namespace framex
