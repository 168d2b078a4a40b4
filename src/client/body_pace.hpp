/// How slowly the body of an answer may come.
#pragma once

#include "http/body_clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace framex {

/// A body_clock by the time of the system. Only what is waited for in vain counts.
class body_pace {
public:
    using clock = std::chrono::steady_clock;

    /// Nothing is bounded.
    body_pace() noexcept = default;
    /// `longest`: 0 for no bound. `rate`: octets a second; 0: any octet buys the whole time back.
    body_pace(std::chrono::milliseconds longest, std::uint64_t rate) noexcept
        : clock_(ticks_of(longest), rate)
    {
    }

    /// A wait for octets begins; by when it must end.
    clock::time_point wait() noexcept
    {
        auto const now = clock::now();
        since_ = tick_of(now);
        auto const last = clock_.deadline(since_);
        return last == never ? clock::time_point::max() : now + (last - since_) * tick_length;
    }
    /// `size` octets have come, perhaps without a wait.
    void take(std::size_t size) noexcept
    {
        auto const since = std::exchange(since_, never);
        clock_.take(since == never ? 0 : tick_of(clock::now()) - since, size);
    }

    static tick tick_of(clock::time_point when) noexcept
    {
        return static_cast<tick>(when.time_since_epoch() / tick_length);
    }

private:
    body_clock clock_;
    tick since_ = never;
};

} // namespace framex
