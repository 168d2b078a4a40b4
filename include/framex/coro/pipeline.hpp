/// The vocabulary of streaming: a source is pulled with next(), a sink is fed with write() and finish().
#pragma once

#include <framex/coro/async_generator.hpp>
#include <framex/coro/awaitable.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace framex {

/// Anything pulled one item at a time: next() is an awaitable of the item, or of nullopt at the end.
template <class S>
concept async_source = requires(S& source) {
    typename S::value_type;
    requires std::derived_from<decltype(source.next()), awaitable<std::optional<typename S::value_type>>>;
};

/// Anything fed one item at a time; write() ends when the sink can take the next one, finish() when all is
/// through.
template <class S, class T>
concept async_sink = requires(S& sink, T item) {
    { sink.write(std::move(item)) } -> std::same_as<awaitable<void>>;
    { sink.finish() } -> std::same_as<awaitable<void>>;
};

/// Moves every item of `source` into `sink`, one at a time, then finishes it. Gives the number of items.
/// What either side throws, cancellation included, ends the pipe and is rethrown; finish() is then not
/// called. `sink` is the caller's and outlives the pipe.
template <async_source Source, class Sink>
    requires async_sink<Sink, typename Source::value_type>
// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the caller keeps the sink
awaitable<std::size_t> pipe(Source source, Sink& sink)
{
    std::size_t items = 0;
    while (auto item = co_await source.next()) {
        co_await sink.write(std::move(*item));
        ++items;
    }
    co_await sink.finish();
    co_return items;
}

namespace detail {

template <class T>
struct transformed { // what f returns
    using item = T;
    static constexpr bool awaits = false;
    static constexpr bool may_drop = false;
};
template <class T>
struct transformed<std::optional<T>> {
    using item = T;
    static constexpr bool awaits = false;
    static constexpr bool may_drop = true;
};
template <class T>
struct transformed<asio::awaitable<T>> : transformed<T> {
    static constexpr bool awaits = true;
};

template <class Source, class F>
using transformed_by =
    transformed<std::remove_cvref_t<std::invoke_result_t<F&, typename Source::value_type>>>;

} // namespace detail

/// The stream of f(item) for every item of `source`. `f` takes the item by value (or rvalue) and returns
/// the new item, which may be of another type; or an optional of it, empty to drop the item; or an awaitable
/// of either. `source` and `f` belong to the stream. What either throws reaches the consumer of the stream.
template <async_source Source, class F>
    requires std::invocable<F&, typename Source::value_type>
async_generator<typename detail::transformed_by<Source, F>::item> transform(Source source, F f)
{
    using traits = detail::transformed_by<Source, F>;
    while (auto item = co_await source.next()) {
        if constexpr (traits::awaits && traits::may_drop) {
            auto result = co_await std::invoke(f, std::move(*item));
            if (result)
                co_yield std::move(*result);
        } else if constexpr (traits::awaits) {
            auto result = co_await std::invoke(f, std::move(*item));
            co_yield std::move(result);
        } else if constexpr (traits::may_drop) {
            auto result = std::invoke(f, std::move(*item));
            if (result)
                co_yield std::move(*result);
        } else {
            auto result = std::invoke(f, std::move(*item));
            co_yield std::move(result);
        }
    }
}

} // namespace framex
