#include <framex/http/chunk.hpp>
#include <framex/http/syntax.hpp>

namespace framex {
namespace {

constexpr std::uint32_t longest_size = 15; // significant hexadecimal digits: below 2^60, so nothing wraps

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

} // namespace

void chunk_reader::fail(int status) noexcept
{
    status_ = status;
    at_ = step::bad;
}

void chunk_reader::expect(char c, char wanted, step next) noexcept
{
    if (c != wanted)
        return fail(400);
    line_ = 0;
    at_ = next;
}

// What most senders write between two chunks, when all of it is there: CR LF, some digits, CR LF. False: it
// is something else, or is to be refused, and nothing was read.
bool chunk_reader::read_plain_framing(char const*& p, char const* end) noexcept
{
    constexpr std::uint32_t most_digits = 7, longest = 4 + most_digits;
    if (end - p < longest || limits_.line < longest || p[0] != '\r' || p[1] != '\n')
        return false;
    char const* at = p + 2;
    std::uint64_t size = 0;
    for (int value = 0; at != p + 2 + most_digits && (value = hex_value(*at)) >= 0; ++at)
        size = size * 16 + static_cast<unsigned>(value);
    if (size == 0 || at[0] != '\r' || at[1] != '\n' || size > limits_.total - total_)
        return false;
    p = at + 2;
    line_ = digits_ = 0;
    left_ = size;
    total_ += size;
    at_ = step::data;
    return true;
}

void chunk_reader::read_framing(char c) noexcept
{
    bool const in_trailer = at_ >= step::trailer && at_ <= step::last_lf;
    if (++line_ > limits_.line)
        return fail(in_trailer ? 431 : 400);
    if (in_trailer)
        return read_trailer(c);
    switch (at_) {
    case step::size:
        return read_size(c);
    case step::size_lf:
        return c == '\n' ? begin_chunk() : fail(400);
    case step::data_cr:
        return expect(c, '\r', step::data_lf);
    case step::data_lf:
        return expect(c, '\n', step::size);
    default:
        return read_extension(c);
    }
}

// chunk-size [ chunk-ext ] CRLF; leading zeros count for nothing (RFC 9112 section 7.1: 1*HEXDIG).
void chunk_reader::read_size(char c) noexcept
{
    if (int const value = hex_value(c); value >= 0 && !spaced_) {
        left_ = left_ * 16 + static_cast<unsigned>(value);
        digits_ += left_ ? 1 : 0;
        if (digits_ > longest_size)
            fail(413);
    } else if (line_ == 1) // no digit at all
        fail(400);
    else
        end_of_extension(c, false);
}

// What may follow a size, an extension's name or its value: BWS and ";", for a name also "=", or the end of
// the line.
void chunk_reader::end_of_extension(char c, bool may_have_value) noexcept
{
    if (is_blank(c)) {
        spaced_ = true;
        return;
    }
    if (c == ';')
        at_ = step::extension;
    else if (c == '=' && may_have_value)
        at_ = step::extension_value;
    else if (c == '\r' && !spaced_)
        at_ = step::size_lf;
    else
        return fail(400);
    spaced_ = false;
}

// *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ), RFC 9112 section 7.1.1
void chunk_reader::read_extension(char c) noexcept
{
    if (++extensions_ > limits_.extensions)
        return fail(400);
    bool const in_token = is_octet(c, token_octet);
    switch (at_) {
    case step::extension:
        if (in_token)
            at_ = step::extension_name;
        else if (!is_blank(c))
            fail(400);
        return;
    case step::extension_name:
        if (!in_token || spaced_)
            end_of_extension(c, true);
        return;
    case step::extension_value:
        if (c == '"')
            at_ = step::quoted_value;
        else if (in_token)
            at_ = step::token_value;
        else if (!is_blank(c))
            fail(400);
        return;
    case step::token_value:
        if (!in_token || spaced_)
            end_of_extension(c, false);
        return;
    case step::after_value:
        return end_of_extension(c, false);
    default:
        return read_quoted(c);
    }
}

// quoted-string, RFC 9110 section 5.6.4
void chunk_reader::read_quoted(char c) noexcept
{
    if (!is_octet(c, value_octet))
        return fail(400);
    if (at_ == step::quoted_pair)
        at_ = step::quoted_value;
    else if (c == '\\')
        at_ = step::quoted_pair;
    else if (c == '"')
        at_ = step::after_value;
}

void chunk_reader::begin_chunk() noexcept
{
    line_ = digits_ = 0;
    if (left_ > limits_.total - total_)
        return fail(413);
    total_ += left_;
    at_ = left_ ? step::data : step::trailer;
}

// Field lines as in a head (RFC 9112 section 7.1.2), or the end of the body.
void chunk_reader::read_trailer(char c) noexcept
{
    if (++trailer_octets_ > limits_.trailer_octets)
        return fail(431);
    switch (at_) {
    case step::trailer:
        if (c == '\r')
            at_ = step::last_lf;
        else if (!is_octet(c, token_octet))
            fail(400);
        else if (++trailers_ > limits_.trailers)
            fail(431);
        else
            at_ = step::trailer_name;
        return;
    case step::trailer_name:
        if (c == ':')
            at_ = step::trailer_value;
        else if (!is_octet(c, token_octet))
            fail(400);
        return;
    case step::trailer_value:
        if (c == '\r')
            at_ = step::trailer_lf;
        else if (!is_octet(c, value_octet))
            fail(400);
        return;
    case step::trailer_lf:
        return expect(c, '\n', step::trailer);
    default:
        return expect(c, '\n', step::done);
    }
}

} // namespace framex
