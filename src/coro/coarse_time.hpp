/// Time in coarse ticks, for bounds of seconds that are looked at often.
#pragma once

#include <chrono>
#include <cstdint>

namespace framex {

/// Counts ticks of 100 ms since a moment that whoever counts has chosen.
using tick = std::uint32_t;
inline constexpr std::chrono::milliseconds tick_length{100};
inline constexpr tick never = 0;

/// The ticks in which `span` has surely passed; `never` for a span of zero.
constexpr tick ticks_of(std::chrono::milliseconds span) noexcept
{
    if (span.count() <= 0)
        return never;
    return 1 + static_cast<tick>((span.count() + tick_length.count() - 1) / tick_length.count());
}

} // namespace framex
