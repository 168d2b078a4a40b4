/// Foreign text for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace framex::cli {

/// The text with its control characters escaped: nothing that moves a terminal's cursor or begins a line of
/// its own, neither C0 nor, in UTF-8, C1.
std::string on_one_line(std::string_view text);

} // namespace framex::cli
