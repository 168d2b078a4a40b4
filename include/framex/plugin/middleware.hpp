/// Code around handlers, for one route, a plugin or an app: it sees the request before and the answer after.
#pragma once

#include <framex/coro/awaitable.hpp>
#include <framex/http/message.hpp>
#include <framex/http/streamed_response.hpp>
#include <framex/plugin/signature.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace framex {

namespace detail {

/// One request on its way through the middleware of its route.
class passage {
public:
    passage() = default;
    passage(passage const&) = delete;
    passage& operator=(passage const&) = delete;
    virtual ~passage();

    /// From the `at`-th middleware on, at the end the handler.
    virtual awaitable<streamed_response> go_on(std::size_t at, request asked) = 0;
};

} // namespace detail

/// What lies behind a middleware: `auto answer = co_await next(std::move(asked));`.
class next_handler {
public:
    next_handler(std::shared_ptr<detail::passage> way, std::size_t at) noexcept
        : way_(std::move(way)), at_(at)
    {
    }

    /// The answer of the rest. The route stays the one that was found; the handler reads headers, body and
    /// the query in `target` from `asked`, so a middleware may change them. What the handler or an inner
    /// middleware throws is an answer, as the client would get it; thrown is only the cancellation, when the
    /// client leaves. A body that a handler pulls (a multipart_reader, a form) goes past the middleware.
    ///
    /// It may be called again for another answer, but a pulled body is there only once; or not at all.
    awaitable<streamed_response> operator()(request asked) const
    {
        return way_->go_on(at_, std::move(asked));
    }

private:
    std::shared_ptr<detail::passage> way_;
    std::size_t at_;
};

namespace detail {

template <class M>
inline constexpr bool is_shaped_as_middleware = false;
template <has_signature M>
inline constexpr bool is_shaped_as_middleware<M> =
    std::same_as<parameters_of<M>, std::tuple<request, next_handler>>
    && std::same_as<result_of<M>, awaitable<streamed_response>>;

} // namespace detail

/// Called as `(request, next_handler)`, both by value, it gives an awaitable<streamed_response>: what next()
/// gave, changed or not, or an answer of its own (`co_return response::text("no", 403)`). The body of the
/// answer is pulled while it is sent: `answer.body = transform(std::move(answer.body), f)` wraps a stream
/// without holding it up; erase Content-Length when the length changes. The pieces of an event stream are
/// whole events, also of one that is given back.
///
/// One object serves all requests, those of several threads at once. Calls between plugins do not pass it,
/// nor does what is refused before a route is found (400, 401, 404, 405, 413).
template <class M>
concept middleware = std::move_constructible<M> && detail::is_shaped_as_middleware<M>
    && std::invocable<M const&, request, next_handler>;

/// A middleware, or a member function of the plugin class P that is called like one.
template <class M, class P>
concept plugin_middleware =
    middleware<M> || (detail::is_shaped_as_middleware<M> && std::invocable<M, P&, request, next_handler>);

namespace detail {

/// A middleware without its type.
struct any_middleware {
    std::shared_ptr<void const> object;
    awaitable<streamed_response> (*call)(void const* object, void* plugin, request, next_handler);

    any_middleware(std::shared_ptr<void const> o,
        awaitable<streamed_response> (*f)(void const*, void*, request, next_handler)) noexcept
        : object(std::move(o)), call(f)
    {
    }
};

/// The middleware of a route, the first is the outermost.
struct middleware_list {
    std::vector<any_middleware> all{};

    middleware_list() = default;
    middleware_list(middleware_list const&) = default;
    middleware_list& operator=(middleware_list const&) = delete;
    virtual ~middleware_list();
};

template <class M>
any_middleware erase(M m)
{
    auto object = std::make_shared<M const>(std::move(m));
    return {std::move(object), [](void const* o, void*, request asked, next_handler rest) {
                return (*static_cast<M const*>(o))(std::move(asked), std::move(rest));
            }};
}
template <class P, class M>
any_middleware erase_member(M m)
{
    auto object = std::make_shared<M const>(m);
    return {std::move(object), [](void const* o, void* plugin, request asked, next_handler rest) {
                return (static_cast<P*>(plugin)->**static_cast<M const*>(o))(
                    std::move(asked), std::move(rest));
            }};
}
template <class P, class M>
any_middleware erase_for(M m)
{
    if constexpr (std::is_member_function_pointer_v<M>)
        return erase_member<P>(m);
    else
        return erase(std::move(m));
}

/// Instantiated only for what is no middleware.
template <class M, class P>
constexpr void explain_middleware()
{
    static_assert(plugin_middleware<M, P>,
        "framex: a middleware is called as (framex::request, framex::next_handler), both by value, and gives "
        "framex::awaitable<framex::streamed_response>; a member function must be one of the plugin's class");
}

} // namespace detail
} // namespace framex
