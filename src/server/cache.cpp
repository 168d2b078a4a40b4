#include "server/cache.hpp"

#include "server/watch.hpp"

#include <framex/http/syntax.hpp>
#include <framex/plugin/binder.hpp>
#include <framex/server/app.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <exception>
#include <functional>
#include <utility>

namespace framex {

namespace {

enum class wish : unsigned char { use, bypass, refresh };

/// `X-FrameX-Cache: use`, `bypass` or `refresh`; any other word means `use`.
wish wish_of(invocation const& call)
{
    auto const* field = call.head->find("x-framex-cache");
    if (field && equals_ignoring_case(field->value, "bypass"))
        return wish::bypass;
    if (field && equals_ignoring_case(field->value, "refresh"))
        return wish::refresh;
    return wish::use;
}

/// The cache of a route in a started app, with what its handler was called by before.
struct cached_route final : route_cache {
    std::shared_ptr<answer_cache> answers; ///< null: caching is off
    void (*now)(route const&, invocation&);
    awaitable<> (*serve)(route const&, invocation&);
    std::atomic<bool> is_without_key = false; ///< no key can be made, and that has been told

    cached_route(route const& entry, std::shared_ptr<answer_cache> cache)
        : route_cache(*entry.cache), answers(std::move(cache)), now(entry.now), serve(entry.serve)
    {
    }
};

std::string fields_of(std::string_view status, cache_key const* key)
{
    std::string fields("\r\nX-FrameX-Cache-Status: ");
    fields += status;
    if (key)
        fields.append("\r\nX-FrameX-Cache-Key: ").append(key->hash);
    return fields;
}

void write_answer(route const& entry, invocation& call, std::string_view value)
{
    call.out->clear();
    if (entry.enveloped)
        detail::open_envelope(*call.out);
    *call.out += value;
    if (entry.enveloped)
        *call.out += '}';
}

} // namespace

/// Has a constructor, for it is the result of coroutines.
struct answer_cache::made_answer {
    kept_value value;
    std::string_view status;
    made_answer(kept_value v, std::string_view s) : value(std::move(v)), status(s) {}
};

answer_cache::answer_cache(
    std::unique_ptr<cache_store> store, std::chrono::seconds ttl, error_sink on_error, cache_clock clock)
    : store_(std::move(store)), ttl_(ttl), on_error_(std::move(on_error)), clock_(std::move(clock))
{
}

awaitable<> answer_cache::serve(route const& entry, invocation& call)
{
    auto const asked = wish_of(call); // the head is gone after the first suspension
    auto const bound = entry.cache->bind(entry, call);
    if (!bound)
        co_return;
    auto const key = key_of(entry, *bound);
    made_answer made(nullptr, "BYPASS");
    if (!key || asked == wish::bypass) {
        auto text = co_await bound->run();
        made.value = std::make_shared<std::string const>(std::move(text));
    } else if (asked == wish::refresh) {
        auto own = flights_.take_over(key->hash);
        made = co_await lead(std::move(own), *key, *bound, "REFRESH");
    } else
        made = co_await use(*key, *bound);
    write_answer(entry, call, *made.value);
    call.fields = fields_of(made.status, key ? &*key : nullptr);
}

awaitable<answer_cache::made_answer> answer_cache::use(cache_key const& key, detail::bound_call& call)
{
    for (;;) {
        if (auto value = find(key))
            co_return made_answer(std::move(value), "HIT");
        auto own = flights_.try_lead(key.hash);
        if (own) {
            if (auto value = find(key)) // kept since
                co_return made_answer(std::move(value), "HIT");
            auto made = co_await lead(std::move(*own), key, call, "MISS");
            co_return made;
        }
        auto const shared = co_await flights_.wait(key.hash);
        if (shared.error)
            std::rethrow_exception(shared.error);
        if (shared.value) {
            bool const is_hit = *shared.value != "null";
            co_return made_answer(shared.value, is_hit ? "HIT" : "MISS");
        }
    }
}

awaitable<answer_cache::made_answer> answer_cache::lead(
    single_flight::leader own, cache_key const& key, detail::bound_call& call, std::string_view status)
{
    single_flight::outcome how;
    try {
        auto text = co_await call.run();
        how.value = std::make_shared<std::string const>(std::move(text));
    } catch (...) {
        how.error = std::current_exception();
    }
    if (how.error) {
        auto const error = how.error;
        auto const state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() == asio::cancellation_type::none)
            own.end(std::move(how)); // else its destructor hands over
        std::rethrow_exception(error);
    }
    auto const value = how.value;
    bool is_kept = false;
    {
        auto const which = std::hash<std::string>()(key.hash) % keeping_.size();
        std::lock_guard const one_of_a_key(keeping_[which]);
        is_kept = own.is_latest() && keep(key, value);
    }
    own.end(std::move(how));
    co_return made_answer(value, is_kept ? status : "BYPASS");
}

/// Nullopt: it cannot be made; the first of a row of failures is told.
std::optional<cache_key> answer_cache::key_of(route const& entry, detail::bound_call const& call) const
{
    auto& is_without = static_cast<cached_route&>(*entry.cache).is_without_key;
    try {
        auto arguments = call.arguments();
        auto key = entry.cache->key ? cache_key(entry, std::move(arguments), call.key())
                                    : cache_key(entry, std::move(arguments));
        if (is_without)
            is_without = false;
        return key;
    } catch (...) {
        if (!is_without.exchange(true))
            tell(entry, "the cache key could not be made: " + text_of(std::current_exception()));
        return std::nullopt;
    }
}

kept_value answer_cache::find(cache_key const& key) const
{
    auto value = store_->find(key, clock_());
    if (value && *value == "null")
        return nullptr;
    return value;
}

/// False: the store failed; the first of a row of failures is told.
bool answer_cache::keep(cache_key const& key, kept_value value)
{
    try {
        store_->keep(key, std::move(value), clock_(), key.entry->cache->ttl.value_or(ttl_));
        is_failing_ = false;
        return true;
    } catch (...) {
        if (!is_failing_.exchange(true))
            tell(*key.entry, "the answer could not be cached: " + text_of(std::current_exception()));
        return false;
    }
}

void answer_cache::tell(route const& entry, std::string_view what) const
{
    if (!on_error_)
        return;
    error_record record;
    record.method = entry.method;
    record.route = entry.path;
    record.what = what;
    try {
        on_error_(record);
    } catch (...) { // a sink that fails costs its line, not the answer
    }
}

// ---- routes -----------------------------------------------------------------------------------------

namespace {

/// Calls from other plugins, and every request while caching is off.
awaitable<> run_always(route const& entry, invocation& call)
{
    auto const& kept = static_cast<cached_route const&>(*entry.cache);
    if (kept.serve)
        co_await kept.serve(entry, call);
    else
        kept.now(entry, call);
    if (!call.arguments && call.issues.empty())
        call.fields = fields_of("DISABLED", nullptr);
}

awaitable<> serve_cached(route const& entry, invocation& call)
{
    auto const& kept = static_cast<cached_route const&>(*entry.cache);
    if (call.arguments || !kept.answers)
        return run_always(entry, call);
    return kept.answers->serve(entry, call);
}

constexpr std::chrono::seconds longest{1'000'000'000}; // as of cache.ttl

/// Why the route cannot be cached; empty: it can.
std::string reason_against(route const& entry)
{
    auto const name = "plugin " + entry.plugin + ": "
        + (entry.method.empty() ? "the function " + entry.function : entry.method + " " + entry.path);
    if (entry.method != "GET" && entry.method != "POST")
        return name + " cannot be cached; only GET and POST routes can";
    if (auto const ttl = entry.cache->ttl;
        ttl && ttl->count() != -1 && (*ttl <= ttl->zero() || *ttl > longest))
        return name + " cannot be cached for " + std::to_string(ttl->count())
            + " s; give 1 s to 1000000000 s, or -1 s for ever";
    return {};
}

} // namespace

void keep_answers(std::vector<route>& routes, std::shared_ptr<answer_cache> const& cache)
{
    std::vector<std::string> reasons;
    for (auto& entry : routes) {
        if (!entry.cache)
            continue;
        if (auto reason = reason_against(entry); !reason.empty()) {
            reasons.push_back(std::move(reason));
            continue;
        }
        entry.cache = std::make_shared<cached_route>(entry, cache);
        entry.now = nullptr;
        entry.serve = &serve_cached;
    }
    if (!reasons.empty())
        throw load_error(std::move(reasons));
}

std::shared_ptr<answer_cache> make_cache(cache_settings const& configured, error_sink on_error)
{
    if (!configured.enabled)
        return nullptr;
    if (configured.ttl == 0)
        throw load_error({"cache.ttl: expected seconds, or -1 for ever, found 0"});
    auto const size = static_cast<std::size_t>(configured.max_size);
    return std::make_shared<answer_cache>(
        configured.mode == "file" ? make_file_store(configured.file_dir, size) : make_memory_store(size),
        std::chrono::seconds(configured.ttl), std::move(on_error));
}

} // namespace framex
