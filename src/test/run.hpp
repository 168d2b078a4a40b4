/// How a test's one thread runs its context, in real or in held time.
#pragma once

#include <framex/coro/awaitable.hpp>

#include <boost/asio/io_context.hpp>

namespace framex::test {

/// Runs the context until `body` has ended; rethrows what it throws. Throws std::logic_error when that will
/// never be.
void run(asio::io_context& context, awaitable<> body);

} // namespace framex::test
