/// A name for a content.
#pragma once

#include <string>
#include <string_view>

namespace framex {

/// The SHA-256 of the text as 64 hexadecimal digits.
std::string sha256_hex(std::string_view text);

} // namespace framex
