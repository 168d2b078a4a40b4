/// What must never be shown, and how it is hidden.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace framex {

/// What stands in the place of a secret.
inline constexpr std::string_view masked_secret = "(set)";

/// Whether a key of this name holds a secret: api_key, client_secret, token, password, dsn and the like.
bool is_secret_name(std::string_view name);

/// Whether a value on this line, whatever its path, may be a secret. Errs towards hiding.
bool line_may_hold_secret(std::string_view line);

/// Whether the line is `key = true` or `key = false`: whatever the key, that is no secret.
bool is_switch(std::string_view line);

/// Whether line `number` (from 1), or a line between it and the table header above it, may hold a secret.
/// For texts that cannot be parsed: errs towards hiding.
bool stands_near_secret(std::vector<std::string> const& lines, std::size_t number);

/// The line with everything after its first equals sign hidden; without one, the whole line.
std::string mask_line(std::string_view line);

} // namespace framex
