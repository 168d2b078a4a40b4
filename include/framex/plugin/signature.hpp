/// What a handler or a middleware takes and gives, read from its type.
#pragma once

#include <framex/coro/async_generator.hpp>
#include <framex/coro/awaitable.hpp>

#include <tuple>

namespace framex {

namespace detail {

template <class R, class... P>
struct signature {
    using result = R;
    using parameters = std::tuple<P...>;
};

template <class F>
struct signature_of {};
template <class F>
    requires requires { &F::operator(); }
struct signature_of<F> : signature_of<decltype(&F::operator())> {};
template <class R, class... P>
struct signature_of<R (*)(P...)> {
    using type = signature<R, P...>;
};
template <class R, class... P>
struct signature_of<R (*)(P...) noexcept> : signature_of<R (*)(P...)> {};
template <class C, class R, class... P>
struct signature_of<R (C::*)(P...)> : signature_of<R (*)(P...)> {};
template <class C, class R, class... P>
struct signature_of<R (C::*)(P...) const> : signature_of<R (*)(P...)> {};
template <class C, class R, class... P>
struct signature_of<R (C::*)(P...) noexcept> : signature_of<R (*)(P...)> {};
template <class C, class R, class... P>
struct signature_of<R (C::*)(P...) const noexcept> : signature_of<R (*)(P...)> {};

template <class R>
struct result_traits { // a plain result
    using value = R;
    static constexpr bool coroutine = false;
    static constexpr bool stream = false;
};
template <class T>
struct result_traits<asio::awaitable<T>> {
    using value = T;
    static constexpr bool coroutine = true;
    static constexpr bool stream = false;
};
template <class T>
struct result_traits<async_generator<T>> {
    using value = T;
    static constexpr bool coroutine = false;
    static constexpr bool stream = true;
};

} // namespace detail

template <class F>
concept has_signature = requires { typename detail::signature_of<F>::type; };
template <class F>
using result_of = typename detail::signature_of<F>::type::result;
template <class F>
using parameters_of = typename detail::signature_of<F>::type::parameters;

} // namespace framex
