/// Values that come as text, from the environment or the command line, as the type that the setting wants.
#pragma once

#include "shape.hpp"

#include <boost/json/value.hpp>

#include <string_view>

namespace framex {

/// `text` as `wanted`; where it is no such value, the text itself, which the check of types then refuses.
/// Lists, tables and settings of any type are read as JSON.
json::value typed_value(std::string_view text, shape_kind wanted);

} // namespace framex
