/// Middleware that refuses what is too much: a rate, and requests at a time.
#pragma once

#include <framex/plugin/middleware.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace framex {

/// Lets `per_second` requests a second through on average, and `burst` of them at once after a pause: a
/// token bucket. What is too much is refused with 429 and Retry-After before the handler runs (RFC 6585
/// section 4). Copies share their buckets.
///
///     api.post("/chat", &chat::answer).use(framex::rate_limit(10, 20));
class rate_limit {
public:
    using clock = std::function<std::chrono::steady_clock::time_point()>;
    using key_function = std::function<std::string(request const&)>;

    /// One bucket for all. Throws std::invalid_argument unless per_second > 0 and burst >= 1. `now` is asked
    /// on any thread.
    rate_limit(double per_second, double burst, clock now = &std::chrono::steady_clock::now);
    /// A bucket for each text that `key` makes of a request, as of its Authorization. What `key` throws is
    /// the answer. 10,000 texts have a bucket of their own at a time; beyond them all share one.
    rate_limit(
        double per_second, double burst, key_function key, clock now = &std::chrono::steady_clock::now);

    awaitable<streamed_response> operator()(request asked, next_handler next) const;

private:
    struct buckets;
    std::shared_ptr<buckets> buckets_;
};

/// Lets `most` requests run at a time and refuses the others with 429 and Retry-After. A stream counts until
/// its end. Copies count together.
class in_flight_limit {
public:
    explicit in_flight_limit(std::size_t most);

    awaitable<streamed_response> operator()(request asked, next_handler next) const;

private:
    struct slots;
    std::shared_ptr<slots> slots_;
};

} // namespace framex
