/// Everything that a plugin author needs. Nobody inside the library includes it.
#pragma once

#include <framex/client/http_client.hpp>
#include <framex/client/sse_client.hpp>
#include <framex/client/upstream.hpp>
#include <framex/coro/async_generator.hpp>
#include <framex/coro/awaitable.hpp>
#include <framex/coro/pipeline.hpp>
#include <framex/coro/sleep.hpp>
#include <framex/coro/task_group.hpp>
#include <framex/coro/timeout.hpp>
#include <framex/engine/remote.hpp>
#include <framex/error.hpp>
#include <framex/http/message.hpp>
#include <framex/http/multipart.hpp>
#include <framex/http/multipart_writer.hpp>
#include <framex/http/replay.hpp>
#include <framex/http/sse.hpp>
#include <framex/http/streamed_response.hpp>
#include <framex/http/upload.hpp>
#include <framex/model/json.hpp>
#include <framex/model/model.hpp>
#include <framex/model/rules.hpp>
#include <framex/plugin/middleware.hpp>
#include <framex/plugin/plugin.hpp>
#include <framex/plugin/rate_limit.hpp>
#include <framex/version.hpp>
