/// What the tests of compression share: texts, and what a client reads of a coded one.
#pragma once

#include "server/compression.hpp"

#include <algorithm>
#include <array>
#include <brotli/decode.h>
#include <string>
#include <zlib.h>
#include <zstd.h>

namespace framex::test {

inline constexpr std::array all_codings{coding::zstd, coding::br, coding::gzip};

/// What a client reads; empty when it cannot.
inline std::string decoded(coding how, std::string const& packed)
{
    std::string text(1 << 20, '\0');
    if (how == coding::zstd) {
        auto const size = ZSTD_decompress(text.data(), text.size(), packed.data(), packed.size());
        text.resize(ZSTD_isError(size) ? 0 : size);
    } else if (how == coding::br) {
        auto size = text.size();
        auto const done =
            BrotliDecoderDecompress(packed.size(), reinterpret_cast<std::uint8_t const*>(packed.data()),
                &size, reinterpret_cast<std::uint8_t*>(text.data()));
        text.resize(done == BROTLI_DECODER_RESULT_SUCCESS ? size : 0);
    } else if (how == coding::gzip) {
        z_stream stream{};
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
        stream.avail_in = static_cast<uInt>(packed.size());
        stream.next_out = reinterpret_cast<Bytef*>(text.data());
        stream.avail_out = static_cast<uInt>(text.size());
        inflateInit2(&stream, 16 + MAX_WBITS);
        bool const whole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
        inflateEnd(&stream);
        text.resize(whole ? stream.total_out : 0);
    } else
        text = packed;
    return text;
}

inline std::string long_text(std::size_t size = 5000)
{
    std::string text;
    while (text.size() < size)
        text += "All work and no play makes " + std::to_string(text.size()) + ". ";
    text.resize(size);
    return text;
}

/// Octets that no coding makes smaller.
inline std::string noise(std::size_t size)
{
    std::string text;
    std::uint64_t state = 88172645463325252u;
    while (text.size() < size) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text += static_cast<char>(state & 255);
    }
    return text;
}

inline response coded_page(
    std::vector<std::pair<std::string, std::string>> const& headers = {}, int status = 200)
{
    response made(status, long_text());
    made.headers.set("Content-Type", "text/html; charset=utf-8");
    for (auto const& [name, value] : headers)
        made.headers.set(name, value);
    return made;
}

} // namespace framex::test
