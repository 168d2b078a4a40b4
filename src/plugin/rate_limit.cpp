#include "http/sha256.hpp"

#include <framex/error.hpp>
#include <framex/plugin/rate_limit.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace framex {

namespace {

constexpr std::size_t most_keys = 10'000;
constexpr std::size_t longest_key = 64; // kept as it is: who sends long ones must not fill the memory

using time_point = std::chrono::steady_clock::time_point;
using seconds = std::chrono::duration<double>;

http_error too_many(std::string const& what, double wait)
{
    auto const retry_after = std::max(1.0, std::ceil(wait));
    http_error::header_list fields;
    fields.emplace_back("Retry-After", std::to_string(static_cast<long long>(std::min(retry_after, 1e9))));
    return {429, what, std::move(fields)};
}

} // namespace

// ---- rate_limit -------------------------------------------------------------------------------------

struct rate_limit::buckets {
    struct bucket {
        double tokens;
        time_point filled; // when it had that many
        bucket(double t, time_point f) noexcept : tokens(t), filled(f) {}
    };

    double per_second;
    double burst;
    key_function key;
    clock now;
    std::mutex guard; // of what follows
    std::unordered_map<std::string, bucket> all{};
    time_point swept{};

    buckets(double rate, double most, key_function k, clock c)
        : per_second(rate), burst(most), key(std::move(k)), now(std::move(c))
    {
        if (!(rate > 0) || !std::isfinite(rate) || !(most >= 1) || !std::isfinite(most))
            throw std::invalid_argument(
                "a rate_limit lets more than 0 requests a second through, and at least 1 at once");
    }

    /// The seconds until there is a token; 0: it is taken.
    double take(std::string const& which)
    {
        auto const present = now();
        std::lock_guard const alone(guard);
        auto& one = bucket_of(which, present);
        fill(one, present);
        if (one.tokens < 1)
            return (1 - one.tokens) / per_second;
        one.tokens -= 1;
        return 0;
    }

    void fill(bucket& one, time_point present) const
    {
        auto const passed = std::max(0.0, seconds(present - one.filled).count());
        one.tokens = std::min(burst, one.tokens + passed * per_second);
        one.filled = std::max(one.filled, present); // another thread may have looked at its clock later
    }

    bucket& bucket_of(std::string const& which, time_point present)
    {
        if (auto const found = all.find(which); found != all.end())
            return found->second;
        if (all.size() >= most_keys && present - swept >= std::chrono::seconds(1))
            sweep(present);
        static std::string const shared; // by all who come too late
        return all.try_emplace(all.size() < most_keys ? which : shared, burst, present).first->second;
    }

    /// A full bucket is like one that was never used.
    void sweep(time_point present)
    {
        swept = present;
        std::erase_if(all, [&](auto const& entry) {
            auto one = entry.second;
            fill(one, present);
            return one.tokens >= burst;
        });
    }
};

rate_limit::rate_limit(double per_second, double burst, clock now)
    : rate_limit(per_second, burst, key_function(), std::move(now))
{
}

rate_limit::rate_limit(double per_second, double burst, key_function key, clock now)
    : buckets_(std::make_shared<buckets>(per_second, burst, std::move(key), std::move(now)))
{
}

awaitable<streamed_response> rate_limit::operator()(request asked, next_handler next) const
{
    auto key = buckets_->key ? buckets_->key(asked) : std::string();
    if (key.size() > longest_key)
        key = sha256_hex(key);
    auto const wait = buckets_->take(key);
    if (wait > 0)
        throw too_many("too many requests in a short time", wait);
    return next(std::move(asked));
}

// ---- in_flight_limit --------------------------------------------------------------------------------

struct in_flight_limit::slots {
    std::size_t most;
    std::atomic<std::size_t> taken = 0;

    explicit slots(std::size_t limit) noexcept : most(limit) {}

    bool take() noexcept
    {
        if (taken.fetch_add(1) < most)
            return true;
        --taken;
        return false;
    }
};

namespace {

/// Gives the slot back at the end of its life.
template <class Slots>
class held_slot {
public:
    explicit held_slot(std::shared_ptr<Slots> of) noexcept : of_(std::move(of)) {}
    held_slot(held_slot&& other) noexcept = default;
    held_slot& operator=(held_slot&&) = delete;
    ~held_slot()
    {
        if (of_)
            --of_->taken;
    }

private:
    std::shared_ptr<Slots> of_;
};

template <class Slots>
async_generator<std::string> hold(held_slot<Slots>, body_reader body)
{
    while (auto piece = co_await body.next())
        co_yield std::move(*piece);
}

template <class Slots>
awaitable<streamed_response> run_in(held_slot<Slots> slot, request asked, next_handler next)
{
    auto answer = co_await next(std::move(asked));
    if (!answer.body.whole())
        answer.body = hold(std::move(slot), std::move(answer.body));
    co_return answer;
}

} // namespace

in_flight_limit::in_flight_limit(std::size_t most) : slots_(std::make_shared<slots>(most)) {}

awaitable<streamed_response> in_flight_limit::operator()(request asked, next_handler next) const
{
    if (!slots_->take())
        throw too_many("too many requests at a time", 1);
    held_slot slot(slots_);
    return run_in(std::move(slot), std::move(asked), std::move(next));
}

} // namespace framex
