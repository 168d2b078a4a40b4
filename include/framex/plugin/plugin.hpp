/// What a plugin class must have, and the class made ready to load.
#pragma once

#include <framex/plugin/api.hpp>
#include <framex/plugin/context.hpp>
#include <framex/plugin/metadata.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace framex {

template <class P>
concept has_metadata = requires {
    { P::metadata } -> std::convertible_to<plugin_metadata const&>;
};
template <class P>
concept has_define = requires(api<P>& table) { P::define(table); };
template <class P>
concept plugin_constructible = std::constructible_from<P, plugin_context&> || std::default_initializable<P>;
/// on_start() and on_stop() may be missing; one that is there is a coroutine without arguments and result.
template <class P>
concept plugin_hooks =
    (!requires { &P::on_start; } || requires(P& p) { { p.on_start() } -> std::same_as<awaitable<>>; })
    && (!requires { &P::on_stop; } || requires(P& p) { { p.on_stop() } -> std::same_as<awaitable<>>; });

/// An ordinary class with metadata, a table of handlers and a constructor P(plugin_context&) or P(). It may
/// have `awaitable<> on_start()`, awaited after those of the plugins whose APIs it requires and before
/// anything is served, and `awaitable<> on_stop()`, awaited in reverse order when nothing is served any more.
template <class P>
concept plugin = has_metadata<P> && has_define<P> && plugin_constructible<P> && plugin_hooks<P>;

/// A plugin class made ready to load: plain functions that know its type.
struct plugin_entry {
    std::string id{}; ///< the name by which it is loaded
    plugin_metadata const* metadata = nullptr;
    std::string class_name{};
    std::shared_ptr<void> (*construct)(plugin_context&) = nullptr;
    /// The routes, not yet bound to a plugin object: nothing of the plugin has run.
    std::vector<route> (*define)(std::string const& id, std::string const& class_name) = nullptr;
    awaitable<> (*on_start)(void* instance) = nullptr; ///< null: the class has none
    awaitable<> (*on_stop)(void* instance) = nullptr;
};

namespace detail {

/// The unqualified name of a class, from the compiler's own spelling of `pretty`.
std::string class_name_in(std::string_view pretty);

template <class P>
std::string class_name()
{
    return class_name_in(__PRETTY_FUNCTION__);
}

template <class P>
constexpr void explain_plugin()
{
    static_assert(
        has_metadata<P>, "framex: a plugin has `static inline framex::plugin_metadata const metadata{...};`");
    static_assert(has_define<P>,
        "framex: a plugin has `static void define(framex::api<P>& api)`, P being its own class");
    static_assert(
        plugin_constructible<P>, "framex: a plugin has a constructor P(framex::plugin_context&) or P()");
    static_assert(plugin_hooks<P>,
        "framex: on_start and on_stop of a plugin are `framex::awaitable<> on_start()`: coroutines without "
        "arguments and result");
}

} // namespace detail

/// `id` empty: the metadata's name.
template <plugin P>
plugin_entry plugin_entry_of(std::string id = {})
{
    plugin_entry entry;
    entry.metadata = &P::metadata;
    entry.id = id.empty() ? entry.metadata->name : std::move(id);
    entry.class_name =
        entry.metadata->class_name.empty() ? detail::class_name<P>() : entry.metadata->class_name;
    entry.construct = [](plugin_context& context) -> std::shared_ptr<void> {
        if constexpr (std::constructible_from<P, plugin_context&>)
            return std::make_shared<P>(context);
        else {
            static_cast<void>(context);
            return std::make_shared<P>();
        }
    };
    entry.define = [](std::string const& plugin_id, std::string const& class_name) {
        api<P> table;
        P::define(table);
        return std::move(table).take(plugin_id, class_name, nullptr);
    };
    if constexpr (requires { &P::on_start; })
        entry.on_start = [](void* instance) { return static_cast<P*>(instance)->on_start(); };
    if constexpr (requires { &P::on_stop; })
        entry.on_stop = [](void* instance) { return static_cast<P*>(instance)->on_stop(); };
    return entry;
}
template <class P> // chosen only for a class that is no plugin
plugin_entry plugin_entry_of(std::string = {})
{
    detail::explain_plugin<P>();
    return {};
}

} // namespace framex
