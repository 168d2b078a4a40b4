/// What is said about a setting that is refused: the one wording for core settings and for those of plugins.
#pragma once

#include "document.hpp"
#include "shape.hpp"

#include <framex/model/issue.hpp>

#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace framex {

/// The name of a setting in the spelling of its source: `port` in a table, `SERVER__PORT` in the environment.
std::string spelled(setting_path const& path, setting_origin const& origin);

/// A key that its table does not have; `known` are those that it has.
problem unknown_setting(setting_path const& path, setting_origin const& origin,
    std::vector<std::string> const& known, source_lines const& lines);

/// A value of another type than the setting's.
problem wrong_type(setting_path const& path, setting_origin const& origin, shape_kind wanted,
    json::value const& found, source_lines const& lines);

/// What a model says about the value `found` at `path`.
problem refused_setting(setting_path const& path, setting_origin const& origin, issue const& why,
    json::value const& found, source_lines const& lines);

} // namespace framex
