/// JSON as text: printed anew and taken apart without reading numbers, so that none loses a digit.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace framex {

enum class json_form : unsigned char {
    compact, ///< no spaces
    indented, ///< two spaces a level
    canonical, ///< no spaces, members sorted by name, floats as Python's `repr` spells them: equal values,
               ///< equal text
};

/// `text`, which must be well-formed JSON, in another form. Texts stay octet for octet.
std::string reprint_json(std::string_view text, json_form form);

/// The value of a member of the object `text`, which must be well-formed, as it stands there.
std::optional<std::string_view> json_member(std::string_view text, std::string_view name);

} // namespace framex
