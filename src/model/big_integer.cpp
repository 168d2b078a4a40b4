#include <framex/model/big_integer.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace framex {
namespace {

/// The digits without sign and leading zeros, or nothing when `text` is no integer.
std::optional<std::string_view> magnitude(std::string_view text)
{
    if (!text.empty() && (text[0] == '-' || text[0] == '+'))
        text.remove_prefix(1);
    if (text.empty() || !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return {};
    text.remove_prefix(std::min(text.find_first_not_of('0'), text.size() - 1));
    return text;
}

} // namespace

std::optional<big_integer> big_integer::parse(std::string_view text)
{
    auto const digits = magnitude(text);
    if (!digits || digits->size() > max_digits)
        return {};
    big_integer number;
    number.digits_ = text[0] == '-' && *digits != "0" ? "-" : "";
    number.digits_ += *digits;
    return number;
}

big_integer::big_integer(std::string_view text)
{
    auto number = parse(text);
    if (number)
        *this = std::move(*number);
    else if (magnitude(text))
        throw std::length_error("an integer has at most 4300 digits");
    else
        throw std::invalid_argument("not an integer");
}

std::optional<std::int64_t> big_integer::to_int64() const noexcept
{
    std::int64_t number = 0;
    auto const* end = digits_.data() + digits_.size();
    auto const [last, fault] = std::from_chars(digits_.data(), end, number);
    if (fault != std::errc{} || last != end)
        return {};
    return number;
}

} // namespace framex
