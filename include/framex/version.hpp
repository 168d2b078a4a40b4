/// The version of framex, in one place: read by CMake, the CLI, GET /version and the ABI record.
#pragma once

#define FRAMEX_VERSION "0.1.0"

namespace framex {
inline constexpr char const* version = FRAMEX_VERSION;
} // namespace framex
