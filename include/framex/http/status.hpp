/// Status codes and their reason phrases. RFC 9110 section 15.
#pragma once

#include <string_view>

namespace framex {

/// Code and reason phrase as a status line holds them: "200 OK". A code without a registered phrase gives ""
/// (the caller then writes the code and an empty phrase, RFC 9112 section 4).
std::string_view status_line_text(int status) noexcept;

} // namespace framex
