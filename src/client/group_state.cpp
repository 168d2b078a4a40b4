#include "client/group_state.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace framex {

namespace {

constexpr double first_share = 0.1; // of its weight that a member begins with when it comes back

/// FNV-1a: the same on every machine.
std::uint64_t hash_of(std::string_view text) noexcept
{
    std::uint64_t hash = 14695981039346656037U;
    for (char const c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return hash;
}

/// Spreads a hash over all of its bits (the finaliser of MurmurHash3): the result is from 0 to 1, neither of
/// them.
double spread(std::uint64_t hash) noexcept
{
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdU;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53U;
    hash ^= hash >> 33;
    return (static_cast<double>(hash >> 11) + 0.5) * 0x1p-53;
}

/// How many members may be ejected at a time: at least one of several, never all.
std::size_t most_ejected(std::size_t members, double share)
{
    auto const allowed = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(members));
    return members < 2 ? 0 : std::clamp<std::size_t>(allowed, 1, members - 1);
}

} // namespace

group_state::member::member(upstream_member const& given, upstream_options const& how)
    : to(given.base_url, how), url(given.base_url), weight(given.weight)
{
    if (given.weight == 0)
        throw std::invalid_argument("the weight of a member is at least 1");
    while (url.ends_with('/'))
        url.pop_back();
    seed = hash_of(url);
}

group_state::group_state(
    std::vector<upstream_member> members, group_options options, upstream_group::clock now)
    : options_(std::move(options)), now_(std::move(now)),
      most_ejected_(most_ejected(members.size(), options_.ejection.most)), half_began_(now_())
{
    if (members.empty())
        throw std::invalid_argument("a group of upstreams has at least one member");
    if (!options_.health.path.starts_with('/'))
        throw std::invalid_argument("the path of a health check begins with /");
    members_.reserve(members.size());
    for (auto const& each : members)
        members_.emplace_back(each, options_.upstream);
    if (!options_.name.empty())
        return;
    for (auto const& each : members_)
        options_.name.append(options_.name.empty() ? "" : ", ").append(each.to.name());
}

// ---- choosing ---------------------------------------------------------------------------------------

bool group_state::is_full(member const& one) const noexcept
{
    return options_.in_flight != 0 && one.in_flight >= options_.in_flight;
}

double group_state::weight_now(member const& one, time_point now) const noexcept
{
    duration const ramp = options_.ejection.slow_start;
    if (!one.came_back || now >= *one.came_back + ramp)
        return one.weight;
    auto const passed = static_cast<double>((now - *one.came_back).count());
    return one.weight * std::max(first_share, passed / static_cast<double>(ramp.count()));
}

/// Each member gains its weight, the one that has the most is chosen and pays the weight of all.
template <class May>
std::size_t group_state::next_in_turn(time_point now, May may)
{
    std::size_t best = nobody;
    double total = 0;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        if (!may(i))
            continue;
        auto const weight = weight_now(members_[i], now);
        total += weight;
        members_[i].current += weight;
        if (best == nobody || members_[i].current > members_[best].current)
            best = i;
    }
    if (best != nobody)
        members_[best].current -= total;
    return best;
}

template <class May>
std::size_t group_state::least_in_flight(time_point now, May may)
{
    std::size_t best = nobody;
    double least = 0;
    for (std::size_t n = 1; n <= members_.size(); ++n) {
        auto const i = (last_ + n) % members_.size();
        if (!may(i))
            continue;
        auto const load = static_cast<double>(members_[i].in_flight + 1) / weight_now(members_[i], now);
        if (best == nobody || load < least) {
            best = i;
            least = load;
        }
    }
    if (best != nobody)
        last_ = best;
    return best;
}

template <class May>
std::size_t group_state::by_hash(std::string_view key, time_point now, May may) const
{
    auto const hash = hash_of(key);
    std::size_t best = nobody;
    double highest = 0;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        if (!may(i))
            continue;
        auto const score = weight_now(members_[i], now) / -std::log(spread(hash ^ members_[i].seed));
        if (best == nobody || score > highest) {
            best = i;
            highest = score;
        }
    }
    return best;
}

std::optional<std::size_t> group_state::choose(std::string_view key, std::span<std::size_t const> tried)
{
    std::lock_guard const guard(mutex_);
    auto const now = now_();
    auto const is_left = [&](std::size_t i) {
        return members_[i].is_healthy && std::ranges::find(tried, i) == tried.end();
    };
    bool is_certain = false; // somebody is left who is not ejected
    for (std::size_t i = 0; i < members_.size() && !is_certain; ++i)
        is_certain = is_left(i) && now >= members_[i].ejected_until;
    auto const may = [&](std::size_t i) {
        return is_left(i) && (!is_certain || now >= members_[i].ejected_until) && !is_full(members_[i]);
    };
    std::size_t found = nobody;
    if (options_.balance == balance::hash && !key.empty())
        found = by_hash(key, now, may);
    else if (options_.balance == balance::least_in_flight)
        found = least_in_flight(now, may);
    else
        found = next_in_turn(now, may);
    if (found == nobody)
        return std::nullopt;
    ++members_[found].in_flight;
    ++members_[found].requests;
    turn_window(now);
    if (tried.empty())
        ++this_half_.requests;
    else
        ++members_[found].retries;
    return found;
}

void group_state::release(std::size_t index) noexcept
{
    std::lock_guard const guard(mutex_);
    --members_[index].in_flight;
}

void group_state::refuse() const
{
    auto const is_healthy = [](member_counts const& one) { return one.is_healthy; };
    auto const known = counts();
    bool const is_full = std::ranges::any_of(known, is_healthy);
    throw upstream_error(upstream_errc::unavailable, options_.name, {},
        is_full ? "each has " + std::to_string(options_.in_flight) + " requests already" : "none is healthy");
}

// ---- being left out ---------------------------------------------------------------------------------

void group_state::tell_success(std::size_t index) noexcept
{
    std::lock_guard const guard(mutex_);
    members_[index].failures_in_row = 0;
}

void group_state::tell_failure(std::size_t index) noexcept
{
    std::lock_guard const guard(mutex_);
    auto& one = members_[index];
    auto const now = now_();
    ++one.failures;
    if (now < one.ejected_until) // it began before
        return;
    if (++one.failures_in_row >= options_.ejection.failures && options_.ejection.failures != 0)
        eject(one, now);
}

void group_state::eject(member& one, time_point now)
{
    auto const is_out = [&](member const& each) { return now < each.ejected_until; };
    if (static_cast<std::size_t>(std::ranges::count_if(members_, is_out)) >= most_ejected_)
        return;
    auto const& how = options_.ejection;
    bool const soon = one.ejections != 0 && now - one.ejected_until < one.ejected_last;
    one.ejected_last = soon ? std::min<duration>(one.ejected_last * 2, how.longest) : duration(how.time);
    one.ejected_until = now + one.ejected_last;
    one.came_back = one.ejected_until;
    one.failures_in_row = how.failures - 1; // then the first failure is enough
    ++one.ejections;
}

void group_state::tell_health(std::size_t index, bool is_good)
{
    std::lock_guard const guard(mutex_);
    auto& one = members_[index];
    if (is_good == one.is_healthy) {
        one.contrary_checks = 0;
        return;
    }
    if (++one.contrary_checks < (is_good ? options_.health.healthy : options_.health.unhealthy))
        return;
    one.is_healthy = is_good;
    one.contrary_checks = 0;
    if (is_good) {
        one.came_back = now_();
        one.ejected_until = std::min(one.ejected_until, *one.came_back);
        one.failures_in_row = 0;
    }
}

// ---- repeating --------------------------------------------------------------------------------------

void group_state::turn_window(time_point now)
{
    auto const half = options_.retry.window / 2;
    if (now - half_began_ < half)
        return;
    half_before_ = now - half_began_ < 2 * half ? this_half_ : half_window();
    this_half_ = {};
    half_began_ = now;
}

bool group_state::take_retry()
{
    std::lock_guard const guard(mutex_);
    turn_window(now_());
    auto const requests = static_cast<double>(this_half_.requests + half_before_.requests);
    auto const retries = this_half_.retries + half_before_.retries;
    if (retries >= options_.retry.least && static_cast<double>(retries) >= requests * options_.retry.budget)
        return false;
    ++this_half_.retries;
    return true;
}

std::vector<member_counts> group_state::counts() const
{
    using std::chrono::milliseconds;
    std::vector<member_counts> seen;
    std::lock_guard const guard(mutex_);
    auto const now = now_();
    for (auto const& each : members_) {
        auto& one = seen.emplace_back();
        one.name = each.to.name();
        one.in_flight = each.in_flight;
        one.requests = each.requests;
        one.failures = each.failures;
        one.retries = each.retries;
        one.ejections = each.ejections;
        if (now < each.ejected_until)
            one.ejected_for = std::chrono::ceil<milliseconds>(each.ejected_until - now);
        one.is_healthy = each.is_healthy;
    }
    return seen;
}

} // namespace framex
