/// Bodies that are pulled: of requests on their way in, of responses on their way out.
#pragma once

#include <framex/coro/async_generator.hpp>
#include <framex/coro/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace framex {

/// The chunks of a body in their order; nothing is read before next() asks for it, so a slow handler holds
/// its client back. An empty body_reader is an empty body.
class body_reader {
public:
    using value_type = std::string; // one chunk, as it arrived

    body_reader() noexcept = default;
    body_reader(async_generator<std::string> chunks) noexcept : chunks_(std::move(chunks)) {}
    /// All of it at once: one chunk, or none when it is empty.
    explicit body_reader(std::string whole) : whole_(std::make_unique<std::string>(std::move(whole))) {}

    /// The next chunk, or nullopt at the end. Throws http_error when the client breaks off, is too slow or
    /// sends too much. At most one call may be outstanding; the reader must outlive it.
    auto next()
    {
        if (whole_)
            unfold();
        return chunks_.next();
    }

    /// All of the body when it is there as one text and nothing was read of it, else null.
    std::string const* whole() const noexcept { return whole_.get(); }
    /// What whole() tells, moved out: the reader is empty then. Else none.
    std::optional<std::string> take_whole() noexcept
    {
        auto const text = std::move(whole_);
        return text ? std::optional(std::move(*text)) : std::nullopt;
    }
    /// What is left, for loops that drive a generator themselves.
    async_generator<std::string> chunks() &&
    {
        if (whole_)
            unfold();
        return std::move(chunks_);
    }

private:
    void unfold();

    async_generator<std::string> chunks_;
    std::unique_ptr<std::string> whole_; // every connection has room for a reader
};

/// Reads a whole body. Throws http_error 413 once it is longer than `limit` octets.
awaitable<std::string> read_all(body_reader body, std::size_t limit);

} // namespace framex
