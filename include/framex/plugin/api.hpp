/// api<P>: the table in which plugin P registers its handlers.
#pragma once

#include <framex/plugin/binder.hpp>
#include <framex/plugin/cache.hpp>
#include <framex/plugin/middleware.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace framex {

namespace detail {

/// The route's own middleware.
std::vector<any_middleware>& list_of(route& target);

} // namespace detail

/// What may follow the registration of F: `api.get(...).raw_response().tags({"demo"})`.
template <class Plugin, class F>
class route_options {
public:
    explicit route_options(route& target) noexcept : target_(target) {}

    /// Sends the JSON result without the envelope.
    route_options& raw_response()
    {
        target_.raw_response = true;
        return *this;
    }
    /// The OpenAPI tags; without it the plugin's id.
    route_options& tags(std::vector<std::string> names)
    {
        target_.tags = std::move(names);
        return *this;
    }
    /// One line about the operation for the document and the pages.
    route_options& summary(std::string text)
    {
        target_.summary = std::move(text);
        return *this;
    }
    /// The Content-Type of a stream whose pieces are of a type of their own ("text/csv").
    route_options& media_type(std::string text)
    {
        target_.media_type = std::move(text);
        return *this;
    }
    /// Leaves the operation out of the OpenAPI document.
    route_options& hidden()
    {
        target_.include_in_schema = false;
        return *this;
    }
    /// Uses the path as it is written, without "/api/v1" before it.
    route_options& no_prefix()
    {
        target_.prefixed = false;
        return *this;
    }
    /// Makes the route callable by other plugins as "<plugin>.<Class>.<name>", too.
    route_options& callable_as(std::string name)
    {
        target_.function = std::move(name);
        return *this;
    }

    /// Requests carry one of these keys in Authorization, as it is or as "Bearer KEY", whatever auth.rules
    /// say of the path. No key: nobody may ask.
    route_options& auth_keys(std::vector<std::string> keys)
    {
        target_.keys = std::make_shared<key_rule const>(std::string(), std::move(keys));
        return *this;
    }

    /// Keeps the results as `[cache]` says, for its `ttl`: a request with the same arguments is answered
    /// without running the handler. For GET and POST handlers that give a value; app::start() refuses other
    /// methods. Neither errors nor null are kept. Calls from other plugins always run the handler.
    route_options& cached()
    {
        if constexpr (detail::explain_cached<F>())
            detail::cache_of<Plugin, F>(target_);
        return *this;
    }
    /// The same, each result for `ttl`: more than 0 s, or -1 s for ever.
    route_options& cached(std::chrono::seconds ttl)
    {
        if constexpr (detail::explain_cached<F>())
            detail::cache_of<Plugin, F>(target_).ttl = ttl;
        return *this;
    }
    /// As cached(), and the arguments for which `f(a, b)` gives the same text share one result. The text is
    /// the whole key: two routes whose functions give the same one share it, too. `f` runs on any thread;
    /// when it throws, the handler runs and nothing is kept.
    template <class Key>
    route_options& cache_key(Key f)
    {
        if constexpr (detail::explain_cached<F>())
            detail::cache_of<Plugin, F>(target_).key = detail::key_of<Plugin, F>(std::move(f));
        return *this;
    }

    /// Puts `m` around the handler, inside of what the plugin's own use() and earlier calls have put there.
    /// Only for routes: app::prepare() refuses a function with middleware.
    template <class M>
    route_options& use(M m)
    {
        if constexpr (plugin_middleware<M, Plugin>)
            detail::list_of(target_).push_back(detail::erase_for<Plugin>(std::move(m)));
        else
            detail::explain_middleware<M, Plugin>();
        return *this;
    }

private:
    route& target_;
};

namespace detail {

/// The table without the plugin's type; compiled once, in the library.
class api_base {
public:
    api_base() = default;
    api_base(api_base const&) = delete;
    api_base& operator=(api_base const&) = delete;

    /// The finished entries for the plugin `id` whose object is `instance`: paths with their prefix,
    /// functions with their full name, parameters with their place. Throws std::logic_error for a path that
    /// is not one.
    std::vector<route> take(std::string const& id, std::string const& class_name, void* instance) &&;

protected:
    ~api_base() = default;
    route& add(std::string_view method, std::string path, std::string function, route entry);
    void add(any_middleware around) { around_.push_back(std::move(around)); }

private:
    std::vector<any_middleware> around_; // all HTTP routes
    std::vector<std::unique_ptr<route>> routes_; // stable addresses: route_options refer to them
};

template <class A>
std::string fallback_text([[maybe_unused]] A const& a)
{
    if constexpr (is_named_value<A>)
        if constexpr (value<decltype(a.value)> && !holds_upload<decltype(a.value)>())
            return to_json(a.value);
    return {};
}

template <class P, class A>
default_of<P> fallback_value([[maybe_unused]] A& a)
{
    if constexpr (is_named_value<A>) {
        static_assert(!form_model<P>,
            "framex: a form has no default as a whole: mark its members with framex::defaulted");
        static_assert(std::is_constructible_v<P, decltype(a.value)&&>,
            "framex: the default in arg(\"name\") = default must convert to the parameter's type");
        return default_of<P>(std::in_place, static_cast<P>(std::move(a.value)));
    } else
        return {};
}

} // namespace detail

/// Given to `static void define(framex::api<P>& api)`. A handler is a member function of P, a function or a
/// lambda without auto parameters; one `arg("name")` for each parameter that is not a request, a
/// multipart_reader or a body_reader.
template <class Plugin>
class api : public detail::api_base {
    template <class F>
    using options = route_options<Plugin, F>;

public:
    /// Registers `f` for GET path (HEAD is answered, too). "/x" and "x" mean "/api/v1/x", what is
    /// "/api/v1" or below it stays; "{name}" is a path parameter.
    template <class F, argument... A>
        requires handler<F, sizeof...(A)>
    options<F> get(std::string path, F f, A... args)
    {
        return add_http("GET", std::move(path), std::move(f), std::move(args)...);
    }
    template <class F, argument... A>
        requires handler<F, sizeof...(A)>
    options<F> post(std::string path, F f, A... args)
    {
        return add_http("POST", std::move(path), std::move(f), std::move(args)...);
    }
    template <class F, argument... A>
        requires handler<F, sizeof...(A)>
    options<F> put(std::string path, F f, A... args)
    {
        return add_http("PUT", std::move(path), std::move(f), std::move(args)...);
    }
    template <class F, argument... A>
        requires handler<F, sizeof...(A)>
    options<F> patch(std::string path, F f, A... args)
    {
        return add_http("PATCH", std::move(path), std::move(f), std::move(args)...);
    }
    /// DELETE (the word itself is taken).
    template <class F, argument... A>
        requires handler<F, sizeof...(A)>
    options<F> del(std::string path, F f, A... args)
    {
        return add_http("DELETE", std::move(path), std::move(f), std::move(args)...);
    }

    /// Registers `f` for call_plugin_api("<plugin>.<Class>.<name>") only; its parameters may be of any type.
    template <class F, argument... A>
        requires function_handler<F, sizeof...(A)>
    options<F> function(std::string name, F f, A... args)
    {
        return options<F>(add({}, {}, std::move(name), entry_of(std::move(f), std::move(args)...)));
    }

    /// Puts `m` around all routes of the plugin, wherever in define() it stands; the first is the outermost.
    /// A middleware, or a member function of P: `awaitable<streamed_response> P::f(request, next_handler)`.
    template <class M>
    void use(M m)
    {
        if constexpr (plugin_middleware<M, Plugin>)
            add(detail::erase_for<Plugin>(std::move(m)));
        else
            detail::explain_middleware<M, Plugin>();
    }

    // The same heads without constraints: chosen only for a wrong handler, to say why it is wrong.
    template <class F, class... A>
    options<void> get(std::string, F, A...)
    {
        return explain<F, A...>();
    }
    template <class F, class... A>
    options<void> post(std::string, F, A...)
    {
        return explain<F, A...>();
    }
    template <class F, class... A>
    options<void> put(std::string, F, A...)
    {
        return explain<F, A...>();
    }
    template <class F, class... A>
    options<void> patch(std::string, F, A...)
    {
        return explain<F, A...>();
    }
    template <class F, class... A>
    options<void> del(std::string, F, A...)
    {
        return explain<F, A...>();
    }
    template <class F, class... A>
    options<void> function(std::string, F, A...)
    {
        explain_arguments<A...>();
        detail::explain_function<F, sizeof...(A)>();
        return options<void>(add({}, {}, {}, {}));
    }

private:
    template <class... A>
    static constexpr void explain_arguments()
    {
        static_assert((argument<A> && ...), "framex: name each parameter with framex::arg(\"name\")");
    }
    template <class F, class... A>
    options<void> explain()
    {
        explain_arguments<A...>();
        detail::explain_handler<F, sizeof...(A)>();
        return options<void>(add({}, {}, {}, {}));
    }

    template <class F, class... A>
    options<F> add_http(std::string_view method, std::string path, F f, A... args)
    {
        return options<F>(add(method, std::move(path), {}, entry_of(std::move(f), std::move(args)...)));
    }

    /// Pairs the handler's named parameters with the args, in order; injected parameters have none.
    template <class... P>
    struct pairing {
        template <class... A>
        static auto defaults(std::tuple<A...>& args)
        {
            return pick(args, std::index_sequence<>{}, std::type_identity<std::tuple<P...>>{});
        }

    private:
        template <class Args, std::size_t... Done>
        static std::tuple<> pick(Args&, std::index_sequence<Done...>, std::type_identity<std::tuple<>>)
        {
            return {};
        }
        template <class Args, std::size_t... Done, class First, class... Rest>
        static auto pick(
            Args& args, std::index_sequence<Done...>, std::type_identity<std::tuple<First, Rest...>>)
        {
            std::type_identity<std::tuple<Rest...>> rest;
            if constexpr (injected<First>)
                return std::tuple_cat(
                    std::tuple<std::monostate>(), pick(args, std::index_sequence<Done...>(), rest));
            else
                return std::tuple_cat(std::tuple<std::optional<First>>(
                                          detail::fallback_value<First>(std::get<sizeof...(Done)>(args))),
                    pick(args, std::index_sequence<Done..., sizeof...(Done)>(), rest));
        }
    };
    template <class... P>
    static pairing<P...> pairing_of(std::type_identity<std::tuple<P...>>);

    template <class P>
    static void describe(
        route& entry, std::vector<std::pair<std::string, std::string>> const& named, std::size_t& at)
    {
        if constexpr (std::same_as<P, request>) {
            if (entry.body == body_kind::none) // else the other parameter says how the body is read
                entry.body = body_kind::whole;
        } else if constexpr (std::same_as<P, multipart_reader>)
            entry.body = body_kind::multipart;
        else if constexpr (std::same_as<P, body_reader>)
            entry.body = body_kind::pulled;
        else {
            parameter p;
            p.name = named[at].first;
            p.fallback = named[at].second;
            ++at;
            p.type = &native_type_of<P>;
            p.required = p.fallback.empty();
            if constexpr (form_model<P>)
                p.schema = &form_schema_of<P>;
            else if constexpr (bindable<P>)
                p.schema = &schema_of<P>;
            if constexpr (is_optional<P>)
                p.required = false;
            if constexpr (body_bindable<P>) {
                p.place = parameter_place::body;
                entry.body = body_kind::json;
            } else if constexpr (form_model<P>) {
                p.place = parameter_place::body;
                entry.body = body_kind::multipart;
            }
            entry.parameters.push_back(std::move(p));
        }
    }
    template <class... P>
    static void describe_all(route& entry, std::vector<std::pair<std::string, std::string>> const& named,
        std::type_identity<std::tuple<P...>>)
    {
        [[maybe_unused]] std::size_t at = 0;
        (describe<P>(entry, named, at), ...);
        entry.injects = ((injected<P> || form_model<P>) || ...);
    }

    template <class F, class... A>
    route entry_of(F f, A... args)
    {
        using bound = detail::bound_handler<Plugin, F>;
        using traits = typename bound::traits;
        using parameters = parameters_of<F>;
        route entry;
        std::vector<std::pair<std::string, std::string>> named{
            std::pair<std::string, std::string>(detail::argument_name(args), detail::fallback_text(args))...};
        describe_all(entry, named, std::type_identity<parameters>{});
        std::tuple<A...> all(std::move(args)...);
        using pairs = decltype(pairing_of(std::type_identity<parameters>{}));
        entry.bound = std::make_shared<bound const>(bound{std::move(f), pairs::defaults(all)});
        entry.native = reinterpret_cast<void (*)()>(&bound::native);
        entry.result_type = &native_type_of<typename traits::value>;
        if constexpr (text_callable<F>) { // else: callable with native values only
            if constexpr (traits::coroutine || bound::has_form)
                entry.serve = &bound::serve;
            else
                entry.now = &bound::now;
        }
        if constexpr (value<typename traits::value>)
            entry.result_schema = &schema_of<typename traits::value>;
        entry.coroutine = traits::coroutine;
        entry.stream = traits::stream;
        if constexpr (traits::stream)
            entry.answer = std::same_as<typename traits::value, sse_event> ? answer_kind::sse
                : std::same_as<typename traits::value, std::string>        ? answer_kind::chunked
                                                                           : answer_kind::json_lines;
        else if constexpr (std::same_as<typename traits::value, response>)
            entry.answer = answer_kind::response;
        else if constexpr (std::same_as<typename traits::value, streamed_response>)
            entry.answer = answer_kind::streamed;
        return entry;
    }
};

} // namespace framex
