#include <framex/model/writer.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cmath>
#include <cstring>
#include <stdexcept>
#ifdef __SSE2__
#include <bit>
#include <emmintrin.h>
#endif

namespace framex::detail {
namespace {

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

#ifdef __SSE2__
/// A bit for each octet that must be escaped.
unsigned escapes(__m128i block)
{
    auto const quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
    auto const slash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
    auto const control = _mm_cmpeq_epi8(_mm_max_epu8(block, _mm_set1_epi8(0x1f)), _mm_set1_epi8(0x1f));
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, slash))));
}
#endif

/// The first octet at or after `p` that must be escaped; `end` when there is none.
char const* find_escape(char const* p, char const* end)
{
#ifdef __SSE2__
    for (; end - p >= 16; p += 16)
        if (auto const hits = escapes(_mm_loadu_si128(reinterpret_cast<__m128i const*>(p))); hits != 0)
            return p + std::countr_zero(hits);
    if (end - p >= 8) {
        if (auto const hits = escapes(_mm_loadl_epi64(reinterpret_cast<__m128i const*>(p))) & 0xFFU;
            hits != 0)
            return p + std::countr_zero(hits);
        p += 8;
    }
#else
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t highs = 0x8080808080808080U;
    for (; end - p >= 8; p += 8) {
        std::uint64_t block = 0;
        std::memcpy(&block, p, 8);
        auto const quote = block ^ (ones * '"');
        auto const slash = block ^ (ones * '\\');
        auto const hits =
            ((block - ones * 0x20) & ~block) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash);
        if ((hits & highs) != 0)
            break;
    }
#endif
    while (p != end && !needs_escape(*p))
        ++p;
    return p;
}

void append_escape(std::string& out, char c)
{
    static constexpr char hex[] = "0123456789abcdef";
    switch (c) {
    case '"':
        out += "\\\"";
        break;
    case '\\':
        out += "\\\\";
        break;
    case '\b':
        out += "\\b";
        break;
    case '\f':
        out += "\\f";
        break;
    case '\n':
        out += "\\n";
        break;
    case '\r':
        out += "\\r";
        break;
    case '\t':
        out += "\\t";
        break;
    default:
        out += "\\u00";
        out += hex[static_cast<unsigned char>(c) >> 4];
        out += hex[c & 15];
    }
}

[[noreturn]] void refuse_real()
{
    throw std::invalid_argument("Out of range float values are not JSON compliant");
}

template <class F>
void write_shortest(std::string& out, F v)
{
    if (!std::isfinite(v))
        refuse_real();
    char text[40];
    char* end = std::to_chars(text, text + 32, v).ptr;
    if (std::string_view(text, static_cast<std::size_t>(end - text)).find_first_of(".e")
        == std::string_view::npos) {
        *end++ = '.';
        *end++ = '0';
    }
    out.append(text, static_cast<std::size_t>(end - text));
}

/// Writes `sign` and n / 10,000 with at least one and at most four decimals.
void write_ten_thousandths(std::string& out, bool negative, std::uint64_t n)
{
    char text[32];
    char* p = text;
    if (negative)
        *p++ = '-';
    p = std::to_chars(p, text + 24, n / 10000).ptr;
    auto rest = static_cast<unsigned>(n % 10000);
    *p++ = '.';
    for (unsigned place = 1000; place != 0; place /= 10) {
        *p++ = static_cast<char>('0' + rest / place);
        rest %= place;
        if (rest == 0)
            break;
    }
    out.append(text, static_cast<std::size_t>(p - text));
}

} // namespace

void write_text(std::string& out, std::string_view text)
{
    char const* p = text.data();
    char const* const end = p + text.size();
    out += '"';
    for (;;) {
        char const* const stop = find_escape(p, end);
        out.append(p, static_cast<std::size_t>(stop - p));
        if (stop == end)
            break;
        append_escape(out, *stop);
        p = stop + 1;
    }
    out += '"';
}

void write_integer(std::string& out, std::int64_t v)
{
    char text[24];
    out.append(text, static_cast<std::size_t>(std::to_chars(text, text + sizeof text, v).ptr - text));
}

void write_integer(std::string& out, std::uint64_t v)
{
    char text[24];
    out.append(text, static_cast<std::size_t>(std::to_chars(text, text + sizeof text, v).ptr - text));
}

// A decimal of at most 15 digits that rounds to v is the only such one, so it is the shortest; n / 1e4 is
// rounded correctly, as both are exact. This spares most figures of daily life the general algorithm.
void write_real(std::string& out, double v)
{
    double const size = std::fabs(v);
    if (size < 1e10) {
        auto const n = static_cast<std::uint64_t>(size * 1e4 + 0.5);
        if (static_cast<double>(n) / 1e4 == size)
            return write_ten_thousandths(out, std::signbit(v), n);
    }
    write_shortest(out, v);
}

void write_real(std::string& out, float v) { write_shortest(out, v); }

void write_value(std::string& out, json::array const& v)
{
    char before = '[';
    for (auto const& element : v) {
        out += before;
        write_value(out, element);
        before = ',';
    }
    out.append("[]", before == '[' ? 0 : 1, 2);
}

void write_value(std::string& out, json::object const& v)
{
    char before = '{';
    for (auto const& [key, element] : v) {
        out += before;
        write_text(out, key);
        out += ':';
        write_value(out, element);
        before = ',';
    }
    out.append("{}", before == '{' ? 0 : 1, 2);
}

void write_value(std::string& out, json::value const& v)
{
    switch (v.kind()) {
    case json::kind::null:
        out += "null";
        break;
    case json::kind::bool_:
        out += v.get_bool() ? "true" : "false";
        break;
    case json::kind::int64:
        write_integer(out, v.get_int64());
        break;
    case json::kind::uint64:
        write_integer(out, v.get_uint64());
        break;
    case json::kind::double_:
        write_real(out, v.get_double());
        break;
    case json::kind::string:
        write_text(out, v.get_string());
        break;
    case json::kind::array:
        write_value(out, v.get_array());
        break;
    case json::kind::object:
        write_value(out, v.get_object());
        break;
    }
}

void refuse_enum()
{
    throw std::invalid_argument("an enum value without a described name cannot be written");
}

} // namespace framex::detail
