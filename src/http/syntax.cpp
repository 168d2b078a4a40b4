#include <framex/http/syntax.hpp>

#include <algorithm>

namespace framex {

bool is_token(std::string_view text) noexcept
{
    return !text.empty()
        && std::all_of(text.begin(), text.end(), [](char c) { return is_octet(c, token_octet); });
}

std::string_view trim_whitespace(std::string_view text) noexcept
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

std::size_t utf8_length(std::string_view text, std::size_t at, std::size_t* wrong) noexcept
{
    auto const octet = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (wrong)
        *wrong = 1;
    unsigned const lead = octet(at);
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    std::size_t const size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    // Unicode table 3-7: only the second octet has a range of its own.
    unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    for (std::size_t i = 1; i < size; ++i) {
        if (at + i >= text.size() || octet(at + i) < low || octet(at + i) > high)
            return 0;
        if (wrong)
            *wrong = i + 1;
        low = 0x80;
        high = 0xbf;
    }
    return size;
}

bool is_utf8(std::string_view text) noexcept
{
    for (std::size_t at = 0; at < text.size();) {
        auto const size = utf8_length(text, at);
        if (size == 0)
            return false;
        at += size;
    }
    return true;
}

bool parameter_scanner::fail() noexcept
{
    rest_ = {};
    return valid_ = false;
}

bool parameter_scanner::next()
{
    for (;;) {
        rest_ = trim_whitespace(rest_);
        if (rest_.empty())
            return false;
        if (rest_[0] != ';')
            return fail();
        rest_ = trim_whitespace(rest_.substr(1));
        if (!rest_.empty() && rest_[0] != ';')
            break;
    }
    std::size_t size = 0;
    while (size < rest_.size() && is_octet(rest_[size], token_octet))
        ++size;
    if (size == 0 || size + 1 >= rest_.size() || rest_[size] != '=')
        return fail();
    name_ = rest_.substr(0, size);
    rest_.remove_prefix(size + 1);
    quoted_ = rest_[0] == '"';
    if (quoted_)
        return read_quoted();
    size = 0;
    while (size < rest_.size() && is_octet(rest_[size], token_octet))
        ++size;
    if (size == 0)
        return fail();
    value_ = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
}

bool parameter_scanner::read_quoted() noexcept
{
    for (std::size_t at = 1; at < rest_.size(); ++at) {
        if (rest_[at] == '"') {
            value_ = rest_.substr(1, at - 1);
            rest_.remove_prefix(at + 1);
            return true;
        }
        if (rest_[at] == '\\' && ++at == rest_.size())
            break;
        if (!is_octet(rest_[at], value_octet))
            break;
    }
    return fail();
}

std::string parameter_scanner::value() const
{
    std::string text(value_);
    if (!quoted_)
        return text;
    std::size_t size = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        text[size++] = text[at];
    }
    text.resize(size);
    return text;
}

} // namespace framex
