/// From a plugin's call to another plugin's handler and back: natively when all types agree, else through
/// JSON text. Instantiated inside plugins.
#pragma once

#include <framex/model/json.hpp>
#include <framex/plugin/handler.hpp>
#include <framex/plugin/route.hpp>

#include <cstddef>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace framex {

/// Why a call between plugins cannot be made, or gives what its caller cannot read: the name is not declared,
/// there is no such parameter, or what one side gives is not what the other takes. The text names both
/// plugins, the API, and the types or the place of the fault. An HTTP client gets a 500 without it: it is the
/// plugins' fault, never the client's.
class call_error : public std::runtime_error {
public:
    /// `told` is what the client may read instead of `message`; empty: nothing.
    explicit call_error(std::string const& message, std::string told = {});
    /// Arguments or a result that do not fit.
    call_error(std::string const& message, std::vector<issue> issues);
    ~call_error() override;

    std::string const& told() const noexcept { return told_; }
    /// Every fault of the arguments, each with its place from the parameter's name on, or of the result, from
    /// "result" on; empty for other reasons. A handler that hands its client's own input on may answer 422
    /// with them: `throw validation_error(error.issues())`.
    std::vector<issue> const& issues() const noexcept { return issues_; }

private:
    std::string told_;
    std::vector<issue> issues_;
};

namespace detail {

// ---- compiled once, in the library ---------------------------------------------------------------

/// An API that a plugin may call. Lives as long as the plugin's context.
struct declared_api {
    std::string name; ///< as the plugin declares it
    route const* target; ///< null: it is looked up at each call
    publication const* elsewhere = nullptr; ///< where, if there is no target
    std::string_view caller; ///< the plugin's id

    declared_api(std::string name_, route const& target_, std::string_view caller_)
        : name(std::move(name_)), target(&target_), caller(caller_)
    {
    }
    declared_api(std::string name_, publication const& where, std::string_view caller_)
        : name(std::move(name_)), target(nullptr), elsewhere(&where), caller(caller_)
    {
    }
};

/// What one argument of a call is: its name, its value and its type.
struct call_argument {
    std::string_view name;
    void* value;
    native_type const* type;
    std::string (*text)(void const*); ///< its JSON text; null: the type cannot be written

    call_argument(
        std::string_view name_, void* value_, native_type const* type_, std::string (*text_)(void const*))
        : name(name_), value(value_), type(type_), text(text_)
    {
    }
};

/// What a caller asks for, and so what a callee of other types must give.
enum class result_form : unsigned char {
    native, ///< the callee's own type, whatever that is: there is no way through text
    nothing, ///< no stream; what it gives is dropped
    value, ///< no stream
    response, ///< a response
    events, ///< a stream of sse_event
    texts, ///< any stream, its items as text
    values, ///< a stream of models
    json_values, ///< a stream of models or of text
};
struct wanted_result {
    result_form form;
    bool stream;
    native_type const* type; ///< of the result, or of one item

    wanted_result(result_form form_, bool stream_, native_type const* type_)
        : form(form_), stream(stream_), type(type_)
    {
    }
};

/// Puts `arguments` into the order of the route's parameters. False: a type or the result differs, so text is
/// needed.
bool match_native(route const& target, wanted_result wanted, call_argument const* arguments,
    std::size_t count, void** values);

/// The arguments as text for a call that is not native. Throws call_error when there is no way through text.
argument_texts texts_of(
    declared_api const& api, wanted_result wanted, call_argument const* arguments, std::size_t count);
/// What the API takes or gives and `wanted` does not, in one sentence.
call_error mismatch(declared_api const& api, wanted_result wanted);
/// What the API gives does not read as what is wanted.
call_error unfit_result(declared_api const& api, wanted_result wanted, std::vector<issue> issues);

/// What a call through text gives.
struct text_answer {
    std::string text{}; ///< of a value
    bool is_json = true; ///< the text, or each text of the stream
    bool is_body = false; ///< the text is the body of a response
    decltype(invocation::result) result{}; ///< a stream; a response for those who ask for one
};
/// Throws call_error when the arguments do not fit, http_error for a response of 400 or more (unless `form`
/// asks for the response), and what the callee throws.
awaitable<text_answer> call_by_text(declared_api const& api, argument_texts arguments, result_form form);

/// The arguments as JSON for a published route. Throws call_error for one that cannot be written.
json::object json_of(declared_api const& api, call_argument const* arguments, std::size_t count);
/// The same as call_by_text() from a published route. Throws call_error when there is none now, or it does
/// not give what `wanted` says, http_error for a status of 400 or more, and upstream_error.
awaitable<text_answer> call_published(declared_api const& api, json::object arguments, wanted_result wanted);

/// The events as they go over the wire.
async_generator<std::string> event_texts(async_generator<sse_event> events);

// ---- the caller's types --------------------------------------------------------------------------

template <class T>
call_argument as_call_argument(named_value<T>& a)
{
    std::string (*text)(void const*) = nullptr;
    if constexpr (value<T>)
        text = [](void const* p) { return to_json(*static_cast<T const*>(p)); };
    return {a.name, &a.value, &native_type_of<T>, text};
}

template <class R>
consteval result_form form_of()
{
    using item = typename result_traits<R>::value;
    if constexpr (!result_traits<R>::stream)
        return std::is_void_v<R>        ? result_form::nothing
            : std::same_as<R, response> ? result_form::response
            : value<R>                  ? result_form::value
                                        : result_form::native;
    else
        return std::same_as<item, sse_event>  ? result_form::events
            : std::same_as<item, std::string> ? result_form::texts
            : std::same_as<item, json::value> ? result_form::json_values
            : value<item>                     ? result_form::values
                                              : result_form::native;
}

/// Throws `why` when it is awaited.
template <class R>
awaitable<R> refuse(std::exception_ptr why)
{
    co_await asio::this_coro::executor; // makes it a coroutine
    std::rethrow_exception(std::move(why));
}

template <class R>
awaitable<R> ready(R result)
{
    co_return result;
}
inline awaitable<> ready() { co_return; }

/// The callee's own coroutine is what the caller awaits: nothing stands between them.
template <class R>
awaitable<R> call_native(route const& target, void** values)
{
    if (target.coroutine)
        return reinterpret_cast<awaitable<R> (*)(route const&, void**)>(target.native)(target, values);
    auto const plain = reinterpret_cast<R (*)(route const&, void**)>(target.native);
    if constexpr (std::is_void_v<R>) {
        plain(target, values);
        return ready();
    } else
        return ready<R>(plain(target, values));
}

template <class R>
wanted_result wanted_of()
{
    return {form_of<R>(), result_traits<R>::stream, &native_type_of<typename result_traits<R>::value>};
}

/// The text of the result of a caller who asks for R, or of one item of it.
template <class R>
auto read_result(declared_api const& api, std::string_view text)
{
    typename result_traits<R>::value result{};
    std::vector<issue> issues;
    read_json(text, result, issues, location{std::string("result")});
    if (!issues.empty())
        throw unfit_result(api, wanted_of<R>(), std::move(issues));
    return result;
}

template <class T>
async_generator<T> read_items(declared_api const& api, async_generator<std::string> texts, bool is_json)
{
    while (auto text = co_await texts.next()) {
        if (!is_json)
            *text = to_json(*text);
        T item = read_result<async_generator<T>>(api, *text);
        co_yield std::move(item);
    }
}

template <class T>
async_generator<T> items_of(declared_api const& api, text_answer answer)
{
    using events = async_generator<sse_event>;
    if constexpr (std::same_as<T, sse_event>)
        return std::get<events>(std::move(answer.result));
    else if constexpr (std::same_as<T, std::string>) {
        if (auto* source = std::get_if<events>(&answer.result))
            return event_texts(std::move(*source));
        return std::get<async_generator<std::string>>(std::move(answer.result));
    } else
        return read_items<T>(
            api, std::get<async_generator<std::string>>(std::move(answer.result)), answer.is_json);
}

template <class R>
awaitable<R> read_answer(declared_api const& api, awaitable<text_answer> call)
{
    auto answer = co_await std::move(call);
    if constexpr (result_traits<R>::stream)
        co_return items_of<typename R::value_type>(api, std::move(answer));
    else if constexpr (std::same_as<R, response>)
        co_return std::get<response>(std::move(answer.result));
    else if constexpr (!std::is_void_v<R>) {
        if constexpr (std::same_as<R, std::string>)
            if (answer.is_body)
                co_return std::move(answer.text);
        if (!answer.is_json)
            answer.text = to_json(answer.text);
        co_return read_result<R>(api, answer.text);
    }
}

/// Every error reaches the caller when it awaits, also those that are known at once.
template <class R>
awaitable<R> call(declared_api const& api, call_argument const* arguments, std::size_t count, void** values)
{
    try {
        auto const wanted = wanted_of<R>();
        if (!api.target) {
            if constexpr (form_of<R>() == result_form::native)
                throw mismatch(api, wanted);
            else
                return read_answer<R>(api, call_published(api, json_of(api, arguments, count), wanted));
        }
        if (match_native(*api.target, wanted, arguments, count, values))
            return call_native<R>(*api.target, values);
        if constexpr (form_of<R>() == result_form::native)
            throw mismatch(api, wanted);
        else
            return read_answer<R>(
                api, call_by_text(api, texts_of(api, wanted, arguments, count), form_of<R>()));
    } catch (...) {
        return refuse<R>(std::current_exception());
    }
}

} // namespace detail
} // namespace framex
