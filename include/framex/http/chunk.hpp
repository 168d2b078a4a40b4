/// The strict reader of chunked bodies: incremental, in place. RFC 9112 section 7.1.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace framex {

/// What a chunked body may cost, in octets.
struct chunk_limits {
    std::uint64_t total = std::numeric_limits<std::uint64_t>::max(); // data of all chunks: 413
    std::uint32_t line = 4'096; // one chunk-size line or one trailer field: 400, 431
    std::uint32_t extensions = 16'384; // chunk extensions of the whole body: 400
    std::uint32_t trailers = 100; // trailer fields: 431
    std::uint32_t trailer_octets = 16'384; // all trailer fields: 431
};

/// Takes a chunked body apart, fed at any split. Chunk extensions and trailer fields are checked and dropped
/// (RFC 9112 section 7.1.1 and 7.1.2 allow it; a trailer never becomes a header).
class chunk_reader {
public:
    chunk_reader() noexcept = default;
    explicit chunk_reader(chunk_limits const& limits) noexcept : limits_(limits) {}

    /// Reads [p, end) and hands data over as f(char const*, std::size_t), never empty.
    /// Returns the first octet that was not read: `end` unless the body is done() or failed() before it.
    template <class F>
    char const* feed(char const* p, char const* end, F&& f)
    {
        while (p != end && at_ < step::done) {
            if (at_ != step::data) {
                if (at_ != step::data_cr || !read_plain_framing(p, end))
                    read_framing(*p++);
                continue;
            }
            auto const size =
                static_cast<std::size_t>(std::min<std::uint64_t>(left_, static_cast<std::uint64_t>(end - p)));
            f(p, size);
            p += size;
            left_ -= size;
            if (left_ == 0)
                at_ = step::data_cr;
        }
        return p;
    }

    /// The last chunk and the trailer section have been read.
    bool done() const noexcept { return at_ == step::done; }
    /// The body is broken or over a limit; status() is the answer and the connection must be closed.
    bool failed() const noexcept { return at_ == step::bad; }
    int status() const noexcept { return status_; }
    /// Octets of data announced so far, the chunk being read included.
    std::uint64_t total() const noexcept { return total_; }

private:
    enum class step : unsigned char {
        size,
        extension, // after ";"
        extension_name,
        extension_value, // after "="
        token_value,
        quoted_value,
        quoted_pair,
        after_value, // only BWS before ";", or the end of the line
        size_lf,
        data_cr,
        data_lf,
        trailer, // the first octet of a trailer line
        trailer_name,
        trailer_value,
        trailer_lf,
        last_lf,
        data,
        done,
        bad
    };

    bool read_plain_framing(char const*& p, char const* end) noexcept;
    void read_framing(char c) noexcept;
    void read_size(char c) noexcept;
    void read_extension(char c) noexcept;
    void read_quoted(char c) noexcept;
    void end_of_extension(char c, bool may_have_value) noexcept;
    void begin_chunk() noexcept;
    void read_trailer(char c) noexcept;
    void expect(char c, char wanted, step next) noexcept;
    void fail(int status) noexcept;

    chunk_limits limits_;
    std::uint64_t left_ = 0, total_ = 0;
    std::uint32_t line_ = 0, digits_ = 0, extensions_ = 0, trailers_ = 0, trailer_octets_ = 0;
    int status_ = 400;
    step at_ = step::size;
    bool spaced_ = false; // whitespace was read that only ";" or "=" may follow
};

} // namespace framex
