/// Durations and sizes as people write them in a configuration: 30, "30s", "500ms", "10 MB".
#pragma once

#include <boost/describe/class.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace framex {

/// A span of time of the configuration, kept in milliseconds. Zero means "off" where a setting says so.
struct duration_setting {
    std::int64_t milliseconds = 0;

    constexpr duration_setting() = default;
    template <class Rep, class Period>
    constexpr duration_setting(std::chrono::duration<Rep, Period> span)
        : milliseconds(std::chrono::duration_cast<std::chrono::milliseconds>(span).count())
    {
    }
    constexpr operator std::chrono::milliseconds() const { return std::chrono::milliseconds(milliseconds); }
    friend constexpr bool operator==(duration_setting, duration_setting) = default;
};
BOOST_DESCRIBE_STRUCT(duration_setting, (), (milliseconds))

/// A number of bytes of the configuration. Zero means "unbounded" where a setting says so.
struct size_setting {
    std::uint64_t bytes = 0;

    constexpr size_setting() = default;
    constexpr explicit size_setting(std::uint64_t count) : bytes(count) {}
    friend constexpr bool operator==(size_setting, size_setting) = default;
};
BOOST_DESCRIBE_STRUCT(size_setting, (), (bytes))

/// Reads "30", "30s", "500 ms", "2min", "1.5h", "1d"; a bare number counts seconds.
/// nullopt for anything else, for a negative span, and for one beyond 100 years.
std::optional<duration_setting> parse_duration(std::string_view text);

/// Reads "4096", "32 KB", "10MB", "1.5 GB"; units are powers of 1024, in any case, "KiB" meaning the same as
/// "KB". nullopt for anything else, for a negative size, and for one beyond 2^53 bytes.
std::optional<size_setting> parse_size(std::string_view text);

/// The shortest exact text with a unit: "30s", "500ms", "2min"; zero is "0s".
std::string to_text(duration_setting span);

/// The shortest exact text with a unit: "16 MB", "1500 B"; zero is "0 B".
std::string to_text(size_setting size);

} // namespace framex
