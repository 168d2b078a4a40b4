/// What may be registered as a handler, decided at compile time; every misuse is explained in one sentence.
#pragma once

#include <framex/coro/async_generator.hpp>
#include <framex/coro/awaitable.hpp>
#include <framex/http/message.hpp>
#include <framex/http/multipart.hpp>
#include <framex/http/sse.hpp>
#include <framex/http/streamed_response.hpp>
#include <framex/model/model.hpp>
#include <framex/plugin/arg.hpp>
#include <framex/plugin/form.hpp>
#include <framex/plugin/signature.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace framex {

// ---- parameters ---------------------------------------------------------------------------------

/// Moved into the handler by framex; not one of the API's named arguments.
template <class T>
concept injected =
    std::same_as<T, request> || std::same_as<T, multipart_reader> || std::same_as<T, body_reader>;

/// Read from one text of the path or the query; an absent optional is nullopt.
template <class T>
concept query_bindable =
    detail::scalar_value<T> || (is_optional<T> && detail::scalar_value<detail::inner_type<T>>);

/// Read from the JSON body as a whole.
template <class T>
concept body_bindable = value<T> && !query_bindable<T> && !detail::holds_upload<T>();

/// Read from the body as a multipart form.
template <class T>
concept form_bindable = form_model<T> && detail::is_flat<T>();

template <class T>
concept bindable = query_bindable<T> || body_bindable<T> || form_bindable<T>;

/// What a stream may yield: sse_event (SSE), std::string (chunked text) or a model (JSON lines).
template <class T>
concept stream_item =
    std::same_as<T, sse_event> || std::same_as<T, std::string> || (model<T> && !detail::holds_upload<T>());

/// A whole answer of the handler's own making, sent without the envelope.
template <class T>
concept own_answer = std::same_as<T, response> || std::same_as<T, streamed_response>;

/// What a handler may give back: a value that can be written as JSON, an answer of its own, or nothing.
template <class T>
concept answerable = std::same_as<T, void> || own_answer<T> || (value<T> && !detail::holds_upload<T>());

namespace detail {

template <class Tuple>
struct check;
template <class... P>
struct check<std::tuple<P...>> {
    template <class T>
    static constexpr bool owns =
        !std::is_reference_v<T> && !std::is_pointer_v<T> && !std::same_as<T, std::string_view>;
    static constexpr bool owned = (owns<P> && ...);
    static constexpr bool placed = ((form_model<P> || !holds_upload<P>()) && ...);
    static constexpr bool known = ((injected<P> || bindable<P>) && ...);
    static constexpr bool flat = ((!form_model<P> || form_bindable<P>) && ...);
    static constexpr bool any_upload = (holds_upload<P>() || ...);
    static constexpr std::size_t named = (std::size_t{!injected<P>} + ... + 0);
    static constexpr std::size_t bodies = ((!injected<P> && body_bindable<P> ? 1u : 0u) + ... + 0);
    static constexpr std::size_t forms =
        (std::size_t{std::same_as<P, multipart_reader> || std::same_as<P, body_reader> || form_model<P>} + ...
            + 0);
};

template <class R>
constexpr bool gives_answer()
{
    using traits = result_traits<R>;
    if constexpr (traits::stream)
        return stream_item<typename traits::value>;
    else
        return answerable<typename traits::value>;
}

} // namespace detail

/// F can be an HTTP route whose parameters carry N names.
template <class F, std::size_t N>
concept handler = has_signature<F> && detail::gives_answer<result_of<F>>()
    && detail::check<parameters_of<F>>::owned && detail::check<parameters_of<F>>::known
    && detail::check<parameters_of<F>>::bodies + detail::check<parameters_of<F>>::forms <= 1
    && detail::check<parameters_of<F>>::named == N;

/// F can be called with one JSON text for each parameter, and its result can be written: what every route is,
/// and every function whose parameters are values.
template <class F>
concept text_callable = has_signature<F> && detail::gives_answer<result_of<F>>()
    && detail::check<parameters_of<F>>::owned && detail::check<parameters_of<F>>::known;

/// F can be a function for other plugins: any owned parameters and any movable result, since values move
/// natively.
template <class F, std::size_t N>
concept function_handler = has_signature<F> && detail::check<parameters_of<F>>::owned
    && detail::check<parameters_of<F>>::named == std::tuple_size_v<parameters_of<F>>
    && std::tuple_size_v<parameters_of<F>> == N && !detail::check<parameters_of<F>>::any_upload
    && !detail::holds_upload<typename detail::result_traits<result_of<F>>::value>();

namespace detail {

/// Says in one sentence why F is not a handler with N names. Instantiated only for a wrong one.
template <class F, std::size_t N>
constexpr void explain_handler()
{
    if constexpr (!has_signature<F>)
        static_assert(has_signature<F>,
            "framex: a handler is a function, a member function or a lambda without auto parameters");
    else if constexpr (holds_upload<typename result_traits<result_of<F>>::value>())
        static_assert(gives_answer<result_of<F>>(),
            "framex: a struct with a framex::upload comes in as a form; no handler gives one back");
    else if constexpr (result_traits<result_of<F>>::stream && !gives_answer<result_of<F>>())
        static_assert(gives_answer<result_of<F>>(),
            "framex: a streaming handler yields framex::sse_event (SSE), std::string (chunked) or a model "
            "(JSON lines)");
    else if constexpr (!gives_answer<result_of<F>>())
        static_assert(gives_answer<result_of<F>>(),
            "framex: a handler returns awaitable<T>, T or async_generator<T>, where T is a value that can be "
            "written as "
            "JSON: describe your struct with BOOST_DESCRIBE_STRUCT");
    else if constexpr (!check<parameters_of<F>>::owned)
        static_assert(check<parameters_of<F>>::owned,
            "framex: handler parameters must own their data (no reference, pointer or string_view): "
            "they live across co_await");
    else if constexpr (!check<parameters_of<F>>::placed)
        static_assert(check<parameters_of<F>>::placed,
            "framex: a framex::upload is a member of the described struct that a handler takes as its "
            "form; it is no parameter itself and stands in no model, list or map inside of another");
    else if constexpr (!check<parameters_of<F>>::flat)
        static_assert(check<parameters_of<F>>::flat,
            "framex: a member of a form is a framex::upload, a scalar, std::string, an enum with "
            "BOOST_DESCRIBE_ENUM, or std::optional or std::vector of one of these");
    else if constexpr (!check<parameters_of<F>>::known)
        static_assert(check<parameters_of<F>>::known,
            "framex: a handler parameter is a scalar, std::string, an enum with BOOST_DESCRIBE_ENUM, "
            "std::optional of "
            "these, a struct with BOOST_DESCRIBE_STRUCT, framex::request, framex::multipart_reader or "
            "framex::body_reader");
    else if constexpr (check<parameters_of<F>>::bodies + check<parameters_of<F>>::forms > 1)
        static_assert(check<parameters_of<F>>::bodies + check<parameters_of<F>>::forms <= 1,
            "framex: at most one handler parameter may be the request body (a model, a list, a map, a "
            "form, a multipart_reader or a body_reader)");
    else
        static_assert(check<parameters_of<F>>::named == N,
            "framex: give one framex::arg(\"name\") for each handler parameter, in their order");
}

/// The same for a function of other plugins.
template <class F, std::size_t N>
constexpr void explain_function()
{
    if constexpr (!has_signature<F>)
        static_assert(has_signature<F>,
            "framex: a handler is a function, a member function or a lambda without auto parameters");
    else if constexpr (!check<parameters_of<F>>::owned)
        static_assert(check<parameters_of<F>>::owned,
            "framex: handler parameters must own their data (no reference, pointer or string_view): "
            "they live across co_await");
    else if constexpr (check<parameters_of<F>>::named != std::tuple_size_v<parameters_of<F>>)
        static_assert(check<parameters_of<F>>::named == std::tuple_size_v<parameters_of<F>>,
            "framex: a function for other plugins takes no framex::request, framex::multipart_reader and "
            "framex::body_reader");
    else if constexpr (check<parameters_of<F>>::any_upload
        || holds_upload<typename result_traits<result_of<F>>::value>())
        static_assert(!check<parameters_of<F>>::any_upload
                && !holds_upload<typename result_traits<result_of<F>>::value>(),
            "framex: a form comes with a request: a function for other plugins takes and gives no "
            "framex::upload");
    else
        static_assert(check<parameters_of<F>>::named == N,
            "framex: give one framex::arg(\"name\") for each handler parameter, in their order");
}

} // namespace detail
} // namespace framex
