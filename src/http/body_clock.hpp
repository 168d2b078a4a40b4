/// How long a body may still take.
#pragma once

#include "coro/coarse_time.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace framex {

/// An allowance of ticks that waiting spends and octets buy back: it begins with the whole time-out and never
/// exceeds it, so a silent client has the time-out, and one that drips below the rate runs out of it however
/// it splits its octets. What whoever reads takes between two waits is not spent.
class body_clock {
public:
    /// Nothing is bounded.
    body_clock() noexcept = default;
    /// `longest`: ticks, `never` for no bound. `rate`: octets a second that keep the allowance as it is; 0:
    /// any octet buys the whole of it.
    body_clock(tick longest, std::uint64_t rate) noexcept : longest_(longest), left_(longest), rate_(rate) {}

    /// The tick by which the next octets must have come.
    tick deadline(tick now) const noexcept { return longest_ == never ? never : now + left_; }

    /// `size` octets have come after `waited` ticks.
    void take(tick waited, std::size_t size) noexcept
    {
        if (longest_ == never)
            return;
        left_ -= std::min(waited, left_);
        if (rate_ == 0) {
            left_ = longest_;
            return;
        }
        auto const per_second = static_cast<std::uint64_t>(std::chrono::seconds(1) / tick_length);
        spare_ += size * per_second;
        auto const bought = std::min<std::uint64_t>(spare_ / rate_, longest_ - left_);
        left_ += static_cast<tick>(bought);
        spare_ = left_ == longest_ ? 0 : spare_ - bought * rate_; // what does not fit is not saved up
    }

private:
    tick longest_ = never;
    tick left_ = never;
    std::uint64_t rate_ = 0;
    std::uint64_t spare_ = 0; ///< of a tick that is not yet bought: octets times ticks a second
};

} // namespace framex
