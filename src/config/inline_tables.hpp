/// The one thing framex admits beyond TOML 1.0: inline tables over several lines, as TOML 1.1 will have them.
#pragma once

#include <string>
#include <string_view>

namespace framex {

/// The text with line ends and comments inside of inline tables turned into spaces, and with the comma before
/// a closing brace too. Every other octet stays at its offset, so places can be found again. A text whose
/// braces do not match is returned as it is.
std::string join_inline_tables(std::string_view toml);

} // namespace framex
