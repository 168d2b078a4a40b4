/// The coroutine type of framex: Asio's own, so handlers await Asio operations and Asio programs await
/// framex.
#pragma once

#include <framex/fwd.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

namespace framex {

/// A lazily started coroutine that ends with a `T` or an exception; it runs on the executor of whoever awaits
/// it. Take parameters by value: they live as long as the coroutine.
template <class T = void>
using awaitable = asio::awaitable<T>;

} // namespace framex
