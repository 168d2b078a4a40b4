/// From a call's texts to a handler's parameters, and from its result to the answer. Instantiated inside
/// plugins.
#pragma once

#include <framex/model/json.hpp>
#include <framex/plugin/handler.hpp>
#include <framex/plugin/route.hpp>

#include <algorithm>
#include <array>

namespace framex::detail {

// ---- compiled once, in the library ---------------------------------------------------------------

/// The request that a handler takes by value: everything copied out of the connection's buffer.
request make_request(route const& entry, invocation& call);
/// The multipart body of the call as a reader. Throws http_error 415 when the body is no form.
multipart_reader make_form(invocation& call);
/// The text of one argument: from path, query or the call's arguments. False: absent.
bool argument_text(parameter const& spec, invocation& call, std::string& text);
/// Whether the body is of a JSON media type; if not, the issue is added.
bool body_is_json(parameter const& spec, invocation& call);
void add_missing(parameter const& spec, invocation& call);
location place_of(parameter const& spec, invocation const& call);
/// `{"status":200,"message":"success","timestamp":"…","data":`
void open_envelope(std::string& out);
/// What a handler without a result answers: null.
void answer_null(route const& entry, invocation& call);
/// Path faults first, then query, then body, as FastAPI orders them.
void order_issues(std::vector<issue>& issues);

// ---- binding ---------------------------------------------------------------------------------------

/// One parameter from JSON text: the request's body, or an argument of a call by text.
template <class T>
T bind_json(parameter const& spec, std::optional<T> const& fallback, invocation& call)
{
    T target{};
    std::string argument;
    std::string_view text = call.body;
    bool const absent = call.arguments ? !argument_text(spec, call, argument) : call.body.empty();
    if (absent) {
        if (fallback)
            return *fallback;
        if constexpr (!is_optional<T>)
            add_missing(spec, call);
        return target;
    }
    if (call.arguments)
        text = argument;
    else if (!body_is_json(spec, call))
        return target;
    read_options options;
    options.depth = call.limits->json_depth;
    read_json(text, target, call.issues, place_of(spec, call), options);
    return target;
}

/// One parameter from a text of the path or the query.
template <class T>
T bind_text(parameter const& spec, std::optional<T> const& fallback, invocation& call)
{
    T target{};
    std::string text;
    if (argument_text(spec, call, text)) {
        if constexpr (std::same_as<T, std::string>)
            return text;
        else
            read_text(text, target, call.issues, place_of(spec, call));
    } else if (fallback)
        return *fallback;
    else if constexpr (!is_optional<T>)
        add_missing(spec, call);
    return target;
}

template <class T>
T bind(parameter const& spec, std::optional<T> const& fallback, invocation& call)
{
    if constexpr (query_bindable<T>)
        return call.arguments ? bind_json(spec, fallback, call) : bind_text(spec, fallback, call);
    else
        return bind_json(spec, fallback, call);
}

// ---- one handler with its names and defaults -------------------------------------------------------

template <class P>
using default_of = std::conditional_t<injected<P>, std::monostate, std::optional<P>>;

template <class Plugin, class F, class Parameters = parameters_of<F>>
struct bound_handler;

template <class Plugin, class F, class... P>
struct bound_handler<Plugin, F, std::tuple<P...>> {
    using result = result_of<F>;
    using traits = result_traits<result>;
    using value_type = typename traits::value;
    static constexpr std::array<bool, sizeof...(P)> is_form{form_model<P>...};
    static constexpr bool has_form = (form_model<P> || ...);

    F function;
    std::tuple<default_of<P>...> defaults;

    static bound_handler const& of(route const& entry)
    {
        return *static_cast<bound_handler const*>(entry.bound.get());
    }

    result call(route const& entry, P... values) const
    {
        if constexpr (std::is_member_function_pointer_v<F>)
            return (static_cast<Plugin*>(entry.instance)->*function)(std::move(values)...);
        else
            return function(std::move(values)...);
    }

    template <class T, std::size_t I>
    T supply(std::size_t& named, route const& entry, invocation& call) const
    {
        if constexpr (std::same_as<T, request>)
            return make_request(entry, call);
        else if constexpr (std::same_as<T, multipart_reader>)
            return make_form(call);
        else if constexpr (std::same_as<T, body_reader>)
            return std::move(call.body_stream).value_or(body_reader());
        else if constexpr (form_model<T>) {
            ++named;
            return T{}; // read_body fills it
        } else
            return bind<T>(entry.parameters[named++], std::get<I>(defaults), call);
    }

    /// Binds all but a form, which adds its issues later; nullopt when issues were found.
    template <std::size_t... I>
    std::optional<std::tuple<P...>> bind_all(
        route const& entry, invocation& call, std::index_sequence<I...>) const
    {
        [[maybe_unused]] std::size_t named = 0;
        std::optional<std::tuple<P...>> values(
            std::in_place, std::tuple<P...>{supply<P, I>(named, entry, call)...});
        if (!has_form && !call.issues.empty()) {
            order_issues(call.issues);
            values.reset();
        }
        return values;
    }
    std::optional<std::tuple<P...>> bind_all(route const& entry, invocation& call) const
    {
        return bind_all(entry, call, std::index_sequence_for<P...>());
    }
    /// Reads the form among the values.
    static awaitable<> read_body(invocation& call, std::tuple<P...>& values)
        requires(has_form)
    {
        constexpr auto at = std::ranges::find(is_form, true) - is_form.begin();
        auto& form = std::get<static_cast<std::size_t>(at)>(values);
        return read_form(
            make_form(call), form_table_of<std::remove_reference_t<decltype(form)>>(), &form, call.issues);
    }
    result run(route const& entry, std::tuple<P...>& values) const
    {
        return std::apply([&](P&... v) -> result { return call(entry, std::move(v)...); }, values);
    }

    template <class V>
    static void answer(route const& entry, invocation& call, V const& value)
    {
        call.out->clear(); // others used the scratch text while the handler was suspended
        if (entry.enveloped && !call.arguments) {
            open_envelope(*call.out);
            write_json(*call.out, value);
            *call.out += '}';
        } else
            write_json(*call.out, value);
    }

    /// Runs what does not have to be awaited.
    void run_now(route const& entry, invocation& call, std::tuple<P...>& values) const
    {
        if constexpr (traits::stream) {
            if constexpr (model<value_type>)
                call.result = json_lines(run(entry, values));
            else
                call.result = run(entry, values);
        } else if constexpr (own_answer<value_type>)
            call.result = run(entry, values);
        else if constexpr (std::same_as<value_type, void>) {
            run(entry, values);
            answer_null(entry, call);
        } else
            answer(entry, call, run(entry, values));
    }

    static void now(route const& entry, invocation& call)
    {
        auto const& self = of(entry);
        if (auto values = self.bind_all(entry, call))
            self.run_now(entry, call, *values);
    }

    static awaitable<> serve(route const& entry, invocation& call)
    {
        auto const& self = of(entry);
        auto values = self.bind_all(entry, call);
        if (!values)
            co_return;
        if constexpr (has_form) {
            co_await read_body(call, *values);
            if (!call.issues.empty()) {
                order_issues(call.issues);
                co_return;
            }
        }
        if constexpr (!traits::coroutine)
            self.run_now(entry, call, *values);
        else if constexpr (own_answer<value_type>) {
            auto reply = co_await self.run(entry, *values);
            call.result = std::move(reply);
        } else if constexpr (std::same_as<value_type, void>) {
            co_await self.run(entry, *values);
            answer_null(entry, call);
        } else {
            auto value = co_await self.run(entry, *values);
            answer(entry, call, value);
        }
    }

    template <std::size_t... I>
    static result native_call(route const& entry, [[maybe_unused]] void** values, std::index_sequence<I...>)
    {
        return of(entry).call(entry, std::move(*static_cast<P*>(values[I]))...);
    }
    static result native(route const& entry, void** values)
    {
        return native_call(entry, values, std::index_sequence_for<P...>());
    }

    static async_generator<std::string> json_lines(async_generator<value_type> source)
        requires(traits::stream)
    {
        while (auto item = co_await source.next()) {
            std::string line;
            write_json(line, *item);
            line += '\n';
            co_yield std::move(line);
        }
    }
};

} // namespace framex::detail
