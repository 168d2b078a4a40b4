/// Several upstreams that offer the same: one of them is chosen for each request.
#pragma once

#include <framex/client/upstream.hpp>
#include <framex/coro/awaitable.hpp>
#include <framex/http/body.hpp>
#include <framex/http/message.hpp>
#include <framex/http/streamed_response.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace framex {

class group_state;

/// By what a member is chosen. Weights count in all of them.
enum class balance : unsigned char {
    round_robin, ///< in turn, a member of weight 3 three times as often, spread evenly
    least_in_flight, ///< who has the fewest requests for its weight; of equals in turn
    /// Requests of one key meet one member as long as that can be chosen. Of n members that come or go only
    /// the n-th part of the keys moves (rendezvous hashing), and all proxies with the same members agree.
    /// Without a key: round_robin.
    hash,
};

/// One upstream of a group.
struct upstream_member {
    std::string base_url; ///< see upstream
    unsigned weight; ///< its share beside the others; at least 1

    explicit(false) upstream_member(std::string url, unsigned share = 1)
        : base_url(std::move(url)), weight(share)
    {
    }
};

/// When a member is left out since requests to it fail.
struct ejection_options {
    unsigned failures = 5; ///< in a row; 0: no member is ever ejected
    std::chrono::milliseconds time{10'000}; ///< for the first time; twice as long if it soon fails again
    std::chrono::milliseconds longest{300'000};
    /// The share of the members that may be ejected at a time. One of several may always be, all may never.
    double most = 0.5;
    bool counts_statuses = true; ///< whether the answers 502, 503 and 504 are failures
    /// A member that comes back begins with a tenth of its weight, which grows for so long; 0: at once.
    std::chrono::milliseconds slow_start{10'000};
};

/// When a request that has failed goes to another member. See upstream_group::forward().
struct retry_options {
    std::size_t members = 2; ///< asked for one request at most; 1: it is never repeated
    double budget = 0.2; ///< retries for each request within `window`...
    unsigned least = 3; ///< ...but so many are always allowed
    std::chrono::milliseconds window{10'000};
    bool repeats_sent = false; ///< also POST and PATCH that the upstream may have acted on
};

/// How members are asked whether they are well. See upstream_group::check_health().
struct health_options {
    std::string path = "/healthz"; ///< of a GET below the base URL; an answer below 400 is a good one
    std::string authorization{}; ///< the value of its Authorization; empty: it has none
    std::chrono::milliseconds interval{5'000}; ///< from one answer to the next question
    std::chrono::milliseconds timeout{2'000};
    unsigned healthy = 2; ///< good answers in a row until a member is chosen again
    unsigned unhealthy = 3; ///< bad ones until it is not chosen any more
};

struct group_options {
    framex::balance balance = framex::balance::round_robin;
    upstream_options upstream{};
    std::size_t in_flight = 0; ///< requests that a member has at a time; 0: any number
    ejection_options ejection{};
    retry_options retry{};
    health_options health{};
    std::string name{}; ///< for messages; empty: the names of the members
};

/// What an operator is told of a member.
struct member_counts {
    std::string name{}; ///< "host:port"
    std::size_t in_flight = 0; ///< requests whose answers have not ended
    std::uint64_t requests = 0; ///< that it was chosen for
    std::uint64_t failures = 0; ///< of these
    std::uint64_t retries = 0; ///< that came to it since another one had failed
    std::uint64_t ejections = 0;
    std::chrono::milliseconds ejected_for{0}; ///< from now on; 0: it is not ejected
    bool is_healthy = true; ///< as check_health() has found
};

/// A member that has a request now. It counts as in flight until this dies, on any thread.
class chosen_member {
public:
    chosen_member(chosen_member&& other) noexcept = default;
    chosen_member& operator=(chosen_member&& other) noexcept
    {
        std::swap(group_, other.group_);
        std::swap(index_, other.index_);
        return *this;
    }
    ~chosen_member();

    /// Lives as long as this.
    upstream const& to() const noexcept;
    /// Its place among the members that the group was made of.
    std::size_t index() const noexcept { return index_; }
    /// It has answered well, to the end of the body, or has failed. Neither is said of a request whose client
    /// left before the answer.
    void succeeded() noexcept;
    void failed() noexcept;

private:
    friend class upstream_group;
    chosen_member(std::shared_ptr<group_state> group, std::size_t index) noexcept
        : group_(std::move(group)), index_(index)
    {
    }

    std::shared_ptr<group_state> group_;
    std::size_t index_;
};

/// Upstreams that offer the same. May be used from all threads of an app; copies are the same group.
///
///     framex::upstream_group shop({{"http://10.0.0.1:8080"}, {"http://10.0.0.2:8080", 2}});
///     auto answer = co_await shop.forward(std::move(incoming), std::move(body));
///
/// A member is ejected when `ejection.failures` requests in a row failed: no connection, a time-out, a
/// connection that broke, an answer that was none, or 502, 503, 504. When it comes back, its first failure
/// ejects it again, for twice the time unless it had been well for as long as it was out. Ejection is a
/// guess: when no other healthy member is left, the ejected ones are chosen nevertheless. What check_health()
/// has found is none: without a healthy member requests are refused.
class upstream_group {
public:
    using clock = std::function<std::chrono::steady_clock::time_point()>;

    /// Throws std::invalid_argument for no member, a weight of 0, an URL that upstream refuses, and a
    /// `health.path` that does not begin with "/". `now` is asked on any thread and throws nothing.
    explicit upstream_group(std::vector<upstream_member> members, group_options options = {},
        clock now = &std::chrono::steady_clock::now);

    /// As upstream::forward(), with `body` as it comes. `key` is the text that balance::hash goes by: the
    /// client's address, the value of a header field or of a cookie.
    ///
    /// A request that failed goes to another member when nothing of it had gone out, or when the connection
    /// broke without an answer and the method may be repeated: an idempotent one (RFC 9110 section 9.2.2), or
    /// any with `retry.repeats_sent`. A body that is no whole text is there once: when something of it was
    /// asked for, the request is not repeated. It does not after a time-out that began with the request, nor
    /// beyond the budget; upstream_error::not_repeated() then says why.
    ///
    /// Throws upstream_error, also when no member can take the request: upstream_errc::unavailable, 503.
    /// Nothing waits for a member to be free: a queue would add to what is slow already.
    awaitable<streamed_response> forward(request incoming, body_reader body, std::string key = {}) const;
    /// The same with the request's own body, and without a key.
    awaitable<streamed_response> forward(request incoming) const;

    /// A member for a request that is sent by hand. Throws as forward() when there is none.
    chosen_member choose(std::string_view key = {}) const;

    /// Asks all members side by side, again and again, until it is cancelled; what it has found by then
    /// stays. One call at a time. Until `health.unhealthy` bad answers a member is healthy.
    awaitable<void> check_health() const;

    /// In the order of the members.
    std::vector<member_counts> counts() const;
    std::string const& name() const noexcept;

private:
    static awaitable<streamed_response> run(
        std::shared_ptr<group_state> group, request incoming, body_reader body, std::string key);

    std::shared_ptr<group_state> group_;
};

} // namespace framex
