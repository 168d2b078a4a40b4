/// What a plugin object may ask of the app that loaded it: its settings, its executor, other plugins' APIs.
#pragma once

#include <framex/error.hpp>
#include <framex/model/json.hpp>
#include <framex/plugin/handler.hpp>
#include <framex/plugin/route.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace framex {

namespace detail {

/// What one argument of a call is: its name, its value and its type.
struct call_argument {
    std::string_view name;
    void* value;
    std::type_info const* type;
    std::string (*text)(void const*); ///< its JSON text; null: the type cannot be written

    call_argument(
        std::string_view name_, void* value_, std::type_info const* type_, std::string (*text_)(void const*))
        : name(name_), value(value_), type(type_), text(text_)
    {
    }
};

template <class T>
call_argument as_call_argument(named_value<T>& a)
{
    std::string (*text)(void const*) = nullptr;
    if constexpr (value<T>)
        text = [](void const* p) { return to_json(*static_cast<T const*>(p)); };
    return {a.name, &a.value, &typeid(T), text};
}

/// Puts `arguments` into the order of the route's parameters. False: a type or the result differs, so JSON is
/// needed.
bool match_native(route const& target, std::type_info const& result, bool stream,
    call_argument const* arguments, std::size_t count, void** values);

/// The call through JSON text: the answer's text. Throws validation_error when the arguments do not fit.
awaitable<std::string> call_by_text(route const& target, argument_texts arguments);
argument_texts texts_of(route const& target, call_argument const* arguments, std::size_t count);

template <class R>
struct stream_result {
    using type = R;
    static constexpr bool value = false;
};
template <class T>
struct stream_result<async_generator<T>> {
    using type = T;
    static constexpr bool value = true;
};

template <class R>
awaitable<R> ready(R result)
{
    co_return result;
}
template <class R>
awaitable<R> read_answer(awaitable<std::string> call)
{
    std::string text = co_await std::move(call);
    R result{};
    std::vector<issue> issues;
    read_json(text, result, issues, location{std::string("result")});
    if (!issues.empty())
        throw validation_error(std::move(issues));
    co_return result;
}
template <class R>
awaitable<R> refuse(std::exception_ptr why)
{
    std::rethrow_exception(why);
    co_return R{};
}

} // namespace detail

/// Lives as long as the plugin object that it was made for.
class plugin_context {
public:
    /// `settings_text` is the JSON text of the [plugins.<id>] table.
    plugin_context(asio::any_io_executor executor, std::string id, std::string settings_text);
    plugin_context(plugin_context const&) = delete;
    plugin_context& operator=(plugin_context const&) = delete;
    ~plugin_context();

    std::string const& id() const noexcept { return id_; }
    asio::any_io_executor const& executor() const noexcept { return executor_; }

    /// The [plugins.<id>] table as a model; a missing table means the model's defaults.
    /// Throws validation_error with every fault, unknown keys included.
    template <model T>
    T config() const
    {
        T result{};
        std::vector<issue> issues;
        read_options options;
        options.unknown = unknown_keys::refuse;
        read_json(settings_, result, issues, location{std::string("plugins"), id_}, options);
        if (!issues.empty())
            throw validation_error(std::move(issues));
        return result;
    }

    /// Calls another plugin's API by HTTP path or "plugin.Class.method"; the name must be listed in
    /// required_remote_apis. Values move natively when the types on both sides agree, else they go through
    /// JSON. R: the callee's value, or async_generator<T> for a stream. Throws public_error for an undeclared
    /// name, validation_error for arguments that do not fit, and what the callee throws. Cancelling cancels
    /// the callee.
    template <class R = json::value, argument_value... A>
    awaitable<R> call_plugin_api(std::string_view name, A... arguments)
    {
        using result = detail::stream_result<R>;
        route const* target = find(name);
        if (!target)
            return detail::refuse<R>(undeclared(name));
        std::array<detail::call_argument, sizeof...(A)> named{detail::as_call_argument(arguments)...};
        std::array<void*, sizeof...(A) + 1> values{};
        if (detail::match_native(*target, typeid(typename result::type), result::value, named.data(),
                named.size(), values.data()))
            return native<R>(*target, values.data());
        if constexpr (result::value)
            return detail::refuse<R>(wrong_types(*target));
        else
            return detail::read_answer<R>(
                detail::call_by_text(*target, detail::texts_of(*target, named.data(), named.size())));
    }

    /// For the app: makes `target` callable under `name`.
    void declare(std::string name, route const& target);

private:
    template <class R>
    static awaitable<R> native(route const& target, void** values)
    {
        if (target.coroutine)
            return reinterpret_cast<awaitable<R> (*)(route const&, void**)>(target.native)(target, values);
        return detail::ready<R>(reinterpret_cast<R (*)(route const&, void**)>(target.native)(target, values));
    }
    route const* find(std::string_view name) const noexcept;
    static std::exception_ptr undeclared(std::string_view name);
    static std::exception_ptr wrong_types(route const& target);

    asio::any_io_executor executor_;
    std::string id_;
    std::string settings_;
    std::vector<std::pair<std::string, route const*>> declared_;
};

} // namespace framex
