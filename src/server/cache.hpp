/// The request cache of an app: answers of routes that asked for it, found again by their arguments.
#pragma once

#include "server/cache_store.hpp"
#include "server/single_flight.hpp"

#include <framex/config/settings.hpp>
#include <framex/plugin/cache.hpp>
#include <framex/server/access.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace framex {

using cache_clock = std::function<cache_time()>;

/// One for all workers of an app; all members may be called on any thread.
class answer_cache {
public:
    answer_cache(std::unique_ptr<cache_store> store, std::chrono::seconds ttl, error_sink on_error,
        cache_clock clock = &std::chrono::system_clock::now);

    /// Answers one request of a cached route from what is kept, or runs its handler. Of parallel misses of
    /// one key one runs: the others get its value or its error, or take its place when it was cancelled.
    awaitable<> serve(route const& entry, invocation& call);

private:
    struct made_answer;

    std::optional<cache_key> key_of(route const& entry, detail::bound_call const& call) const;
    kept_value find(cache_key const& key) const;
    bool keep(cache_key const& key, kept_value value);
    void tell(route const& entry, std::string_view what) const;

    // What they refer to lives in serve()'s frame.
    awaitable<made_answer> use(cache_key const& key, detail::bound_call& call);
    awaitable<made_answer> lead(
        single_flight::leader own, cache_key const& key, detail::bound_call& call, std::string_view status);

    std::unique_ptr<cache_store> store_;
    std::chrono::seconds ttl_;
    error_sink on_error_;
    cache_clock clock_;
    single_flight flights_;
    std::array<std::mutex, 16> keeping_; ///< by key: whoever keeps is the latest from its look to its end
    std::atomic<bool> is_failing_ = false; ///< the store fails, and that has been told
};

/// The cache that the settings ask for; null: none. Throws load_error for a ttl of 0.
std::shared_ptr<answer_cache> make_cache(cache_settings const& configured, error_sink on_error);

/// Serves the cached ones among `routes` through `cache`; null: they run always, and say so. Throws
/// load_error when one of them cannot be cached.
void keep_answers(std::vector<route>& routes, std::shared_ptr<answer_cache> const& cache);

} // namespace framex
