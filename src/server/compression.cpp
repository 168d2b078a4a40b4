#include "server/compression.hpp"

#include "http/head_rules.hpp"

#include <framex/http/syntax.hpp>

#include <algorithm>
#include <brotli/encode.h>
#include <limits>
#include <zlib.h>
#include <zstd.h>

namespace framex {

namespace {

constexpr std::array<std::string_view, 4> names{"identity", "gzip", "br", "zstd"};

// For bodies that are made for one answer: the faster half of each scale.
constexpr int gzip_level = 4;
constexpr int brotli_quality = 4;
constexpr std::size_t largest_coded = 8 << 20; // other connections wait meanwhile
constexpr int zstd_level = 3; // its window of 2 MB is below the 8 MB of RFC 9659

/// 0.5 is 500; none for what is no qvalue. RFC 9110 section 12.4.2.
std::optional<int> weight_in(std::string_view text)
{
    constexpr std::size_t longest = 5;
    if (text.empty() || text.size() > longest || (text[0] != '0' && text[0] != '1')
        || (text.size() > 1 && text[1] != '.'))
        return std::nullopt;
    int weight = text[0] == '1' ? 1000 : 0;
    int place = 100;
    for (char const digit : text.substr(std::min<std::size_t>(text.size(), 2))) {
        if (!is_octet(digit, digit_octet))
            return std::nullopt;
        weight += (digit - '0') * place;
        place /= 10;
    }
    return weight <= 1000 ? std::optional(weight) : std::nullopt;
}

/// Of "gzip;q=0.5" what begins at the semicolon.
std::optional<int> weight_after(std::string_view parameters)
{
    parameter_scanner scanner(parameters);
    std::optional<int> weight = 1000;
    while (scanner.next())
        weight = equals_ignoring_case(scanner.name(), "q") ? weight_in(scanner.raw_value()) : std::nullopt;
    return scanner.valid() ? weight : std::nullopt;
}

bool as_gzip(std::string_view body, std::string& packed)
{
    constexpr int window_with_gzip_frame = 16 + MAX_WBITS;
    constexpr int memory = 8;
    if (body.size() > std::numeric_limits<uInt>::max())
        return false;
    z_stream stream{};
    if (deflateInit2(&stream, gzip_level, Z_DEFLATED, window_with_gzip_frame, memory, Z_DEFAULT_STRATEGY)
        != Z_OK)
        return false;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data())); // zlib does not write there
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    bool const fits = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    deflateEnd(&stream);
    packed.resize(packed.size() - stream.avail_out);
    return fits;
}

bool as_brotli(std::string_view body, std::string& packed)
{
    auto size = packed.size();
    bool const fits = BrotliEncoderCompress(brotli_quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT,
                          body.size(), reinterpret_cast<std::uint8_t const*>(body.data()), &size,
                          reinterpret_cast<std::uint8_t*>(packed.data()))
        == BROTLI_TRUE;
    packed.resize(size);
    return fits;
}

bool as_zstd(std::string_view body, std::string& packed)
{
    auto const size = ZSTD_compress(packed.data(), packed.size(), body.data(), body.size(), zstd_level);
    bool const fits = !ZSTD_isError(size);
    packed.resize(fits ? size : 0);
    return fits;
}

bool may_not_be_transformed(fields const& headers)
{
    auto const [first, last] = headers.equal_range(http::field::cache_control);
    return std::any_of(first, last, [](auto const& line) {
        auto const is_another = [](std::string_view one) {
            return !equals_ignoring_case(one, "no-transform");
        };
        return !each_element(line.value(), is_another);
    });
}

/// Another coding is another content: the tag says no more than that the meaning is the same. RFC 9110
/// section 8.8.3.3.
void weaken_tag(fields& headers)
{
    auto const tag = headers[http::field::etag];
    if (tag.starts_with('"'))
        headers.set(http::field::etag, "W/" + std::string(tag));
}

} // namespace

std::string_view name_of(coding one) noexcept { return names[static_cast<std::size_t>(one)]; }

std::optional<coding> coding_of(std::string_view name) noexcept
{
    if (equals_ignoring_case(name, "x-gzip"))
        return coding::gzip;
    auto const found = std::ranges::find_if(
        names, [&](std::string_view known) { return equals_ignoring_case(known, name); });
    return found == names.end() ? std::nullopt : std::optional(static_cast<coding>(found - names.begin()));
}

void accepted_codings::add(std::string_view list)
{
    each_element(list, [this](std::string_view element) {
        auto const end = std::min(element.find(';'), element.size());
        auto const name = trim_whitespace(element.substr(0, end));
        auto const weight = weight_after(element.substr(end));
        if (!weight)
            return true;
        if (name == "*")
            others_ = *weight;
        else if (auto const known = coding_of(name))
            named_[static_cast<std::size_t>(*known)] = *weight;
        return true;
    });
}

int accepted_codings::weight_of(coding one) const noexcept
{
    auto const named = named_[static_cast<std::size_t>(one)];
    return named == unnamed ? others_ : named;
}

coding accepted_codings::best_of(std::span<coding const> offered) const noexcept
{
    auto best = coding::identity;
    int most =
        std::max(named_[static_cast<std::size_t>(coding::identity)] - 1, 0); // of equals, the coded one
    for (auto const one : offered)
        if (weight_of(one) > most) {
            best = one;
            most = weight_of(one);
        }
    return best;
}

bool is_compressible(std::string_view content_type) noexcept
{
    constexpr std::string_view text = "text/";
    constexpr std::string_view events = "text/event-stream";
    constexpr std::array<std::string_view, 7> types{"application/json", "application/javascript",
        "application/x-javascript", "application/xml", "application/wasm", "application/x-ndjson",
        "application/yaml"};
    auto const type = trim_whitespace(content_type.substr(0, content_type.find(';')));
    auto const is_type = [&](std::string_view one) { return equals_ignoring_case(type, one); };
    auto const ends_in = [&](std::string_view end) {
        return type.size() > end.size() && equals_ignoring_case(type.substr(type.size() - end.size()), end);
    };
    if (equals_ignoring_case(type.substr(0, text.size()), text))
        return !is_type(events);
    return ends_in("+json") || ends_in("+xml") || std::ranges::any_of(types, is_type);
}

bool compress(coding how, std::string_view body, std::string& packed)
{
    if (how == coding::identity || body.empty() || body.size() > largest_coded)
        return false;
    packed.resize(body.size() - 1); // the bound of every coding: what does not fit is not smaller
    if (how == coding::gzip)
        return as_gzip(body, packed);
    return how == coding::br ? as_brotli(body, packed) : as_zstd(body, packed);
}

bool compress_response(response& reply, coding how, std::uint64_t min_size)
{
    constexpr int no_content = 204, reset_content = 205, partial_content = 206, not_modified = 304;
    using http::field;
    auto& headers = reply.headers;
    if (headers.count(field::content_encoding) != 0 || may_not_be_transformed(headers))
        return false;
    if (reply.status == not_modified) { // of an answer that perhaps went out coded
        if (how != coding::identity)
            weaken_tag(headers);
        return true;
    }
    bool const has_whole_body =
        reply.status != no_content && reply.status != reset_content && reply.status != partial_content;
    if (!has_whole_body || reply.body.size() < min_size || !is_compressible(headers[field::content_type]))
        return false;
    std::string packed;
    if (compress(how, reply.body, packed)) {
        reply.body = std::move(packed);
        headers.set(field::content_encoding, name_of(how));
        weaken_tag(headers);
    }
    return true;
}

std::vector<coding> codings_of(compression_settings const& wanted)
{
    std::vector<coding> codings;
    for (auto const& name : wanted.encodings)
        if (auto const known = coding_of(name); known && wanted.enabled)
            codings.push_back(*known);
    return codings;
}

std::vector<issue> issues_of(compression_settings const& wanted)
{
    std::vector<issue> issues;
    for (std::size_t i = 0; i < wanted.encodings.size(); ++i) {
        auto const known = coding_of(wanted.encodings[i]);
        if (!known || known == coding::identity)
            issues.emplace_back("value_error", location{"server", "compression", "encodings", i},
                R"(should be "zstd", "br" or "gzip")");
    }
    return issues;
}

} // namespace framex
