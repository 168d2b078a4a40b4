/// How much of a body is read at a time.
#pragma once

#include "coro/coarse_time.hpp"

#include <cstddef>

namespace framex {

/// The size of the next block, in octets. Large ones save a fast body most of its system calls, wakeups and
/// packets. Only few bodies can be fast at once, so what all of them hold stays small, however many there
/// are and however slowly the others are taken.
class body_block {
public:
    static constexpr std::size_t usual = 16384;
    static constexpr std::size_t large = 65024; ///< fits into one packet of the loopback with its heads

    /// So much is read without a wait, then others get their turn.
    static constexpr std::size_t turn = 262144;

    std::size_t size() const noexcept { return is_fast_ ? large : usual; }
    /// So many octets have come.
    void take(std::size_t octets, tick now) noexcept
    {
        if (now != since_) {
            is_fast_ = moved_ >= fast && now == since_ + 1;
            since_ = now;
            moved_ = 0;
        }
        moved_ += octets;
    }

private:
    static constexpr std::size_t fast = 4194304; ///< octets in one tick: 42 MB a second

    std::size_t moved_ = 0; ///< in the tick since_
    tick since_ = never;
    bool is_fast_ = false; ///< as the tick before has shown
};

} // namespace framex
