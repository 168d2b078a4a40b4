/// What a route needs so that its answers can be kept: binding, key and run as steps of their own.
#pragma once

#include <framex/plugin/binder.hpp>
#include <framex/plugin/handler.hpp>
#include <framex/plugin/route.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace framex {

namespace detail {

/// One request of a cached route whose arguments are bound. It owns them, so that it may run after any
/// suspension.
class bound_call {
public:
    bound_call() = default;
    bound_call(bound_call const&) = delete;
    bound_call& operator=(bound_call const&) = delete;
    virtual ~bound_call();

    /// The arguments by name in the handler's order, defaults filled in. Throws for one that JSON cannot say.
    virtual argument_texts arguments() const = 0;
    /// What the route's own key function makes of them; only for a route that has one.
    virtual std::string key() const = 0;
    /// Runs the handler, once; its result as JSON.
    virtual awaitable<std::string> run() = 0;
};

template <class P>
inline constexpr bool takes_values_only = true;
template <class... P>
inline constexpr bool takes_values_only<std::tuple<P...>> = !((injected<P> || form_model<P>) || ...);

} // namespace detail

/// How the answers of a route are kept; see route_options::cached.
struct route_cache {
    std::optional<std::chrono::seconds> ttl{}; ///< nullopt: `[cache] ttl`; -1: for ever
    std::shared_ptr<void const>
        key{}; ///< the route's own key function, typed only inside bound_call; or null
    /// Binds the arguments of one request; null when issues were found.
    std::unique_ptr<detail::bound_call> (*bind)(route const&, invocation&) = nullptr;
};

namespace detail {

template <class Bound>
class typed_call;

template <class Plugin, class F, class... P>
class typed_call<bound_handler<Plugin, F, std::tuple<P...>>> final : public bound_call {
public:
    using bound = bound_handler<Plugin, F, std::tuple<P...>>;
    using key_function = std::function<std::string(P const&...)>;

    typed_call(route const& entry, std::tuple<P...> values) : entry_(entry), values_(std::move(values)) {}

    static std::unique_ptr<bound_call> bind(route const& entry, invocation& call)
    {
        auto values = bound::of(entry).bind_all(entry, call);
        if (!values)
            return nullptr;
        return std::make_unique<typed_call>(entry, std::move(*values));
    }

    argument_texts arguments() const override
    {
        argument_texts texts;
        std::apply(
            [&](P const&... v) {
                (texts.emplace_back(entry_.parameters[texts.size()].name, to_json(v)), ...);
            },
            values_);
        return texts;
    }

    std::string key() const override
    {
        return std::apply(*static_cast<key_function const*>(entry_.cache->key.get()), values_);
    }

    awaitable<std::string> run() override
    {
        auto const& handler = bound::of(entry_);
        if constexpr (bound::traits::coroutine) {
            auto value = co_await handler.run(entry_, values_);
            co_return to_json(value);
        } else
            co_return to_json(handler.run(entry_, values_));
    }

private:
    route const& entry_;
    std::tuple<P...> values_;
};

/// Says in one sentence why the answers of F cannot be kept; true: they can.
template <class F>
constexpr bool explain_cached()
{
    if constexpr (!has_signature<F>) // explained by explain_handler
        return false;
    else {
        using traits = result_traits<result_of<F>>;
        using parameters = parameters_of<F>;
        constexpr bool gives_value = !traits::stream && value<typename traits::value>;
        constexpr bool takes_values = check<parameters>::known && takes_values_only<parameters>;
        static_assert(gives_value,
            "framex: only a handler that gives a value as JSON can be cached: no stream, no framex::response "
            "and "
            "not void");
        static_assert(takes_values,
            "framex: a cached handler takes values only, no framex::request, framex::multipart_reader or "
            "form: what is "
            "kept is found by the named arguments");
        return gives_value && takes_values;
    }
}

/// The cache of `target`, made when it has none.
template <class Plugin, class F>
route_cache& cache_of(route& target)
{
    if (!target.cache)
        target.cache = std::make_shared<route_cache>();
    target.cache->bind = &typed_call<bound_handler<Plugin, F>>::bind;
    return *target.cache;
}

/// `f` as the key function of F's routes.
template <class Plugin, class F, class Key>
std::shared_ptr<void const> key_of(Key f)
{
    using function = typename typed_call<bound_handler<Plugin, F>>::key_function;
    static_assert(std::is_constructible_v<function, Key>,
        "framex: a cache key is the text that f(a, b) makes of all named arguments of the handler, in their "
        "order");
    if constexpr (std::is_constructible_v<function, Key>)
        return std::make_shared<function const>(std::move(f));
    else
        return nullptr;
}

} // namespace detail
} // namespace framex
