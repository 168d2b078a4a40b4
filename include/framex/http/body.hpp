/// A request body on its way in: chunks pulled one by one.
#pragma once

#include <framex/coro/async_generator.hpp>
#include <framex/coro/awaitable.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace framex {

/// The chunks of a body in their order; nothing is read before next() asks for it, so a slow handler holds
/// its client back. An empty body_reader is an empty body.
class body_reader {
public:
    using value_type = std::string; // one chunk, as it arrived

    body_reader() noexcept = default;
    explicit body_reader(async_generator<std::string> chunks) noexcept : chunks_(std::move(chunks)) {}

    /// The next chunk, or nullopt at the end. Throws http_error when the client breaks off, is too slow or
    /// sends too much. At most one call may be outstanding; the reader must outlive it.
    auto next() { return chunks_.next(); }

private:
    async_generator<std::string> chunks_;
};

/// Reads a whole body. Throws http_error 413 once it is longer than `limit` octets.
awaitable<std::string> read_all(body_reader body, std::size_t limit);

} // namespace framex
