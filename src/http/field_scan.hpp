/// What the readers of request and response heads share: lines, fields and framing. RFC 9112 sections 2.2, 5
/// and 6.
#pragma once

#include "head_rules.hpp"

#include <framex/http/head.hpp>
#include <framex/http/syntax.hpp>

#include <algorithm>
#include <cstring>
#include <iterator>

namespace framex {

enum class outcome { next, more, bad, end };

/// The place in a head that is being read. A step gives `next` when it has moved on.
class field_scan {
protected:
    field_scan(message_head& head, char const* begin, char const* end, head_limits const& limits) noexcept
        : common_(head), begin_(begin), p_(begin), end_(end), limits_(limits)
    {
        head.field_count = 0;
        head.chunked = head.has_length = false;
        head.length = 0;
    }
    ~field_scan() = default;

    outcome fail(int status) noexcept
    {
        refusal_ = status;
        return outcome::bad;
    }
    outcome more() noexcept
    {
        return static_cast<std::size_t>(end_ - begin_) > limits_.head ? fail(431) : outcome::more;
    }
    static std::string_view view(char const* from, char const* to) noexcept
    {
        return {from, static_cast<std::size_t>(to - from)};
    }

    outcome resumed(std::uint32_t resume) noexcept;
    outcome line_end() noexcept;
    outcome field_line(field_view*& entry) noexcept;
    outcome note_connection(std::string_view value);
    outcome note_coding(std::string_view value);

    message_head& common_;
    char const *begin_, *p_, *end_;
    head_limits const& limits_;
    int refusal_ = 400;
    int coding_ = 0; ///< what judge_codings says; 0 without a Transfer-Encoding
    bool close_ = false, keep_ = false;

private:
    outcome field_value(char const* line, std::string_view& value) noexcept;
};

/// One Content-Length: 200 for decimal digits, 413 for more of them than a length has (zeros before it do not
/// count), else 400.
inline int read_length(std::string_view value, std::uint64_t& length) noexcept
{
    constexpr std::size_t longest = 18;
    bool const digits =
        std::all_of(value.begin(), value.end(), [](char c) { return is_octet(c, digit_octet); });
    if (value.empty() || !digits)
        return 400;
    value.remove_prefix(std::min(value.find_first_not_of('0'), value.size()));
    if (value.size() > longest)
        return 413;
    length = 0;
    for (char c : value)
        length = length * 10 + static_cast<unsigned>(c - '0');
    return 200;
}

/// A line of fields was cut off before: is it whole now? The lines before it are read again only then.
inline outcome field_scan::resumed(std::uint32_t resume) noexcept
{
    if (resume == 0)
        return outcome::next;
    auto const unread = static_cast<std::size_t>(end_ - begin_) - resume;
    if (std::memchr(begin_ + resume, '\n', unread))
        return outcome::next;
    return unread > limits_.line ? fail(431) : more();
}

/// CR LF and nothing else ends a line (RFC 9112 section 2.2); p_ is at the CR.
inline outcome field_scan::line_end() noexcept
{
    if (p_ + 1 == end_)
        return more();
    if (p_[1] != '\n')
        return fail(400);
    p_ += 2;
    return outcome::next;
}

/// RFC 9112 section 5: no space before the colon, no folding (5.2). `end` after the empty line; `next`:
/// `entry` is the field that was read.
inline outcome field_scan::field_line(field_view*& entry) noexcept
{
    constexpr std::size_t longest_name = 256;
    if (p_ == end_)
        return more();
    if (*p_ == '\r') {
        auto const done = line_end();
        return done == outcome::next ? outcome::end : done;
    }
    char const* const start = p_;
    while (p_ != end_ && is_octet(*p_, token_octet))
        ++p_;
    auto const name = view(start, p_);
    if (name.size() > longest_name)
        return fail(431);
    if (p_ == end_)
        return more();
    if (*p_ != ':' || name.empty())
        return fail(400);
    std::string_view value;
    if (auto const done = field_value(start, value); done != outcome::next)
        return done;
    if (common_.field_count == limits_.fields || common_.field_count == std::size(common_.fields))
        return fail(431);
    entry = &common_.fields[common_.field_count++];
    entry->name = name;
    entry->value = value;
    return outcome::next;
}

/// What follows the name, from the colon (RFC 9110 section 5.5); `line` is where the line begins.
inline outcome field_scan::field_value(char const* line, std::string_view& value) noexcept
{
    do
        ++p_;
    while (p_ != end_ && (*p_ == ' ' || *p_ == '\t'));
    char const* const start = p_;
    while (p_ != end_ && is_octet(*p_, value_octet))
        ++p_;
    if (static_cast<std::size_t>(p_ - line) > limits_.line)
        return fail(431);
    if (p_ == end_)
        return more();
    if (*p_ != '\r')
        return fail(400);
    char const* end = p_;
    while (end != start && (end[-1] == ' ' || end[-1] == '\t'))
        --end;
    value = view(start, end);
    return line_end();
}

/// RFC 9110 section 7.6.1
inline outcome field_scan::note_connection(std::string_view value)
{
    bool const good = each_element(value, [this](std::string_view option) {
        close_ |= equals_ignoring_case(option, "close");
        keep_ |= equals_ignoring_case(option, "keep-alive");
        return option.empty() || is_token(option);
    });
    return good ? outcome::next : fail(400);
}

/// RFC 9112 section 6.1; the verdict waits for the other fields, so that a worse fault is told first.
inline outcome field_scan::note_coding(std::string_view value)
{
    if (coding_)
        return fail(400);
    coding_ = judge_codings(value);
    return outcome::next;
}

} // namespace framex
