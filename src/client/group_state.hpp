/// What the threads of a group share: who is chosen, who is left out, what may be repeated.
#pragma once

#include <framex/client/upstream_group.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace framex {

/// Safe on any thread; the lock is held for some hundred instructions, never while anything waits.
class group_state {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    group_state(std::vector<upstream_member> members, group_options options, upstream_group::clock now);

    /// The place of a member that has one request more now, none of `tried`; nothing when there is none.
    std::optional<std::size_t> choose(std::string_view key, std::span<std::size_t const> tried);
    /// The request has ended.
    void release(std::size_t index) noexcept;
    void tell_success(std::size_t index) noexcept;
    void tell_failure(std::size_t index) noexcept;
    /// Whether the budget allows one retry more; then it is counted.
    bool take_retry();
    /// What a health check has found.
    void tell_health(std::size_t index, bool is_good);

    /// Why choose() gave nothing.
    [[noreturn]] void refuse() const;
    std::vector<member_counts> counts() const;
    upstream const& at(std::size_t index) const noexcept { return members_[index].to; }
    std::string const& url(std::size_t index) const noexcept { return members_[index].url; }
    std::size_t size() const noexcept { return members_.size(); }
    group_options const& options() const noexcept { return options_; }

private:
    struct member {
        member(upstream_member const& given, upstream_options const& how);

        upstream to;
        std::string url;
        double weight;
        std::uint64_t seed = 0; ///< of its URL, for hashing
        double current = 0; ///< of the smooth round robin: who has the most is next
        std::size_t in_flight = 0;
        unsigned failures_in_row = 0;
        time_point ejected_until = time_point::min();
        duration ejected_last{}; ///< how long the last ejection was
        std::optional<time_point> came_back{}; ///< from then on its weight grows
        bool is_healthy = true;
        unsigned contrary_checks = 0; ///< in a row, that say the contrary of is_healthy
        std::uint64_t requests = 0, failures = 0, retries = 0, ejections = 0;
    };
    /// Requests and retries of half a window.
    struct half_window {
        std::uint64_t requests = 0, retries = 0;
    };
    static constexpr std::size_t nobody = std::numeric_limits<std::size_t>::max();

    bool is_full(member const& one) const noexcept;
    double weight_now(member const& one, time_point now) const noexcept;
    template <class May>
    std::size_t next_in_turn(time_point now, May may);
    template <class May>
    std::size_t least_in_flight(time_point now, May may);
    template <class May>
    std::size_t by_hash(std::string_view key, time_point now, May may) const;
    void eject(member& one, time_point now);
    void turn_window(time_point now);

    group_options options_; ///< never changes once there is a name
    upstream_group::clock const now_;
    std::size_t most_ejected_;
    std::mutex mutable mutex_; // guards what follows, but for what never changes in members_
    std::vector<member> members_;
    std::size_t last_ = 0; ///< the member that least_in_flight() chose
    half_window this_half_{}, half_before_{};
    time_point half_began_;
};

} // namespace framex
