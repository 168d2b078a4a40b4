/// One request served without a connection: the protocol of the server, its octets in memory.
#pragma once

#include "server/worker.hpp"

#include <framex/coro/awaitable.hpp>
#include <framex/http/message.hpp>
#include <framex/http/streamed_response.hpp>

#include <memory>

namespace framex {

/// Runs on the executor of the coroutine that awaits it. Throws std::invalid_argument for a request that
/// could not be sent, operation_aborted when cancelled.
awaitable<streamed_response> exchange_locally(std::shared_ptr<service const> shared, request asked);

} // namespace framex
