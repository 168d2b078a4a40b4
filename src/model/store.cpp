#include "model/store.hpp"

#include <boost/json/string.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace framex::detail {
namespace {

std::string_view stripped(std::string_view text)
{
    constexpr std::string_view blanks = " \t\n\r\f\v";
    auto const first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Without underscores; nothing when one stands anywhere but between digits.
std::optional<std::string> without_underscores(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '_')
            out += text[i];
        else if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1]))
            return {};
    }
    return out;
}

/// " +1_000.00 " -> "1000": sign and digits of an integer in a text, or nothing when it is none.
std::optional<std::string> integer_text(std::string_view text)
{
    text = stripped(text);
    if (auto const point = text.find('.'); point != std::string_view::npos) {
        if (text.find_first_not_of('0', point + 1) != std::string_view::npos)
            return {};
        text = text.substr(0, point);
    }
    auto out = without_underscores(text);
    if (!out || out->empty())
        return {};
    if (out->front() == '+')
        out->erase(0, 1);
    std::size_t const from = out->starts_with('-') && text.front() == '-' ? 1 : 0;
    if (from == out->size()
        || !std::all_of(out->begin() + static_cast<std::ptrdiff_t>(from), out->end(), is_digit))
        return {};
    auto const zeros = std::min(out->find_first_not_of('0', from), out->size() - 1) - from;
    out->erase(from, zeros);
    return out;
}

bool is_integer_text(std::string_view text) { return text.find_first_of(".eE") == std::string_view::npos; }

/// Puts a number that fits into the integer of the table's width; the caller has checked nothing yet.
template <class N>
misfit put_integer(reader_ops const& ops, void* target, N n)
{
    auto const fit = [&]<class I>(I*) {
        if (std::cmp_less(n, std::numeric_limits<I>::min()))
            return misfit::too_low;
        if (std::cmp_greater(n, std::numeric_limits<I>::max()))
            return misfit::too_high;
        *static_cast<I*>(target) = static_cast<I>(n);
        return misfit::none;
    };
    // Distinct types of one size (long, long long) are written through the one of <cstdint>: the same bits.
    switch (ops.width) {
    case 1:
        return ops.is_signed ? fit(static_cast<std::int8_t*>(nullptr))
                             : fit(static_cast<std::uint8_t*>(nullptr));
    case 2:
        return ops.is_signed ? fit(static_cast<std::int16_t*>(nullptr))
                             : fit(static_cast<std::uint16_t*>(nullptr));
    case 4:
        return ops.is_signed ? fit(static_cast<std::int32_t*>(nullptr))
                             : fit(static_cast<std::uint32_t*>(nullptr));
    default:
        return ops.is_signed ? fit(static_cast<std::int64_t*>(nullptr))
                             : fit(static_cast<std::uint64_t*>(nullptr));
    }
}

misfit put_real(reader_ops const& ops, void* target, double d, std::string_view text)
{
    if (ops.width == sizeof(double)) {
        *static_cast<double*>(target) = d;
        return std::isfinite(d) ? misfit::none : misfit::finite_number;
    }
    auto f = static_cast<float>(d);
    if (!text.empty()) // one rounding instead of two
        std::from_chars(text.data(), text.data() + text.size(), f);
    *static_cast<float*>(target) = f;
    return std::isfinite(f) ? misfit::none : misfit::finite_number;
}

/// `text`: an optional minus and digits.
misfit put_integer_text(reader_ops const& ops, void* target, std::string_view text)
{
    if (text.size() > big_integer::max_digits + (text[0] == '-' ? 1 : 0))
        return misfit::int_parsing_size;
    if (ops.what == kind::big) {
        *static_cast<big_integer*>(target) = *big_integer::parse(text);
        return misfit::none;
    }
    auto const n = classify(text);
    if (n.what == number::form::int64)
        return put_integer(ops, target, n.i);
    if (n.what == number::form::uint64)
        return put_integer(ops, target, n.u);
    return text[0] == '-' ? misfit::too_low : misfit::too_high;
}

misfit put_integral_double(reader_ops const& ops, void* target, double d)
{
    if (!std::isfinite(d))
        return misfit::finite_number;
    if (d != std::trunc(d))
        return misfit::int_from_float;
    char text[330];
    auto const end = std::to_chars(text, text + sizeof text, d, std::chars_format::fixed, 0).ptr;
    return put_integer_text(ops, target, {text, static_cast<std::size_t>(end - text)});
}

misfit store_truth(bool& target, std::string_view text)
{
    static constexpr std::string_view yes[] = {"true", "1", "yes", "on", "t", "y"};
    static constexpr std::string_view no[] = {"false", "0", "no", "off", "f", "n"};
    std::string word(text.substr(0, 6));
    for (char& c : word)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c | 0x20);
    if (std::find(std::begin(yes), std::end(yes), word) != std::end(yes))
        target = true;
    else if (std::find(std::begin(no), std::end(no), word) != std::end(no))
        target = false;
    else
        return misfit::bool_parsing;
    return misfit::none;
}

misfit store_truth(bool& target, number const& n)
{
    double const d = n.what == number::form::int64 ? static_cast<double>(n.i)
        : n.what == number::form::real             ? n.d
                                                   : 2;
    if (d != std::trunc(d) || !std::isfinite(d))
        return misfit::bool_type;
    target = d == 1;
    return d == 0 || d == 1 ? misfit::none : misfit::bool_parsing;
}

misfit store_real(reader_ops const& ops, void* target, std::string_view text)
{
    auto plain = without_underscores(stripped(text));
    if (!plain || plain->empty())
        return misfit::float_parsing;
    std::string_view rest(*plain);
    if (rest.starts_with('+') && !rest.starts_with("+-"))
        rest.remove_prefix(1);
    double d = 0;
    auto const [end, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), d);
    if (end != rest.data() + rest.size() || fault == std::errc::invalid_argument)
        return misfit::float_parsing;
    return put_real(ops, target, fault == std::errc{} ? d : nearest_double(rest), rest);
}

template <class F>
misfit with_truth(reader_ops const& ops, void* target, F store_it)
{
    bool truth = false;
    auto const result = store_it(truth);
    if (result == misfit::none) {
        if (ops.what == kind::bit)
            static_cast<std::vector<bool>*>(target)->push_back(truth);
        else
            *static_cast<bool*>(target) = truth;
    }
    return result;
}

} // namespace

number classify(std::string_view text)
{
    number n{.text = text, .what = number::form::int64};
    auto const* const end = text.data() + text.size();
    if (is_integer_text(text)) {
        if (std::from_chars(text.data(), end, n.i).ec == std::errc{})
            return n;
        n.what = number::form::uint64;
        if (text[0] != '-' && std::from_chars(text.data(), end, n.u).ec == std::errc{})
            return n;
    }
    n.what = number::form::real;
    n.d = nearest_double(text);
    return n;
}

double nearest_double(std::string_view text)
{
    double d = 0;
    auto const* const end = text.data() + text.size();
    if (std::from_chars(text.data(), end, d).ec == std::errc{})
        return d;
    // Out of range: the place of the first digit that counts tells overflow from underflow.
    double const sign = text[0] == '-' ? -1 : 1;
    auto const exponent_at = std::min(text.find_first_of("eE"), text.size());
    auto const digits = text.substr(0, exponent_at);
    auto const point = std::min(digits.find('.'), digits.size());
    auto const first = std::min(digits.find_first_of("123456789"), digits.size());
    long exponent = 0;
    if (exponent_at < text.size()) {
        auto const from = exponent_at + (text[exponent_at + 1] == '+' ? 2 : 1);
        if (std::from_chars(text.data() + from, end, exponent).ec != std::errc{})
            exponent = text[from] == '-' ? -1'000'000'000L : 1'000'000'000L;
    }
    bool const huge = static_cast<long>(point) - static_cast<long>(first) + exponent > 0;
    return sign * (huge ? std::numeric_limits<double>::infinity() : 0.0);
}

double exact_double(number const& n)
{
    bool const is_short = n.text.size() <= 16 && n.text.find_first_of("eE") == std::string_view::npos;
    return is_short ? n.d : nearest_double(n.text);
}

misfit store(reader_ops const& ops, void* target, std::string_view text)
{
    switch (ops.what) {
    case kind::text:
        static_cast<std::string*>(target)->assign(text);
        return misfit::none;
    case kind::boolean:
    case kind::bit:
        return with_truth(ops, target, [&](bool& b) { return store_truth(b, text); });
    case kind::integer:
    case kind::big: {
        auto const digits = integer_text(text);
        return digits ? put_integer_text(ops, target, *digits) : misfit::int_parsing;
    }
    case kind::real:
        return store_real(ops, target, text);
    case kind::enumeration:
        for (std::size_t i = 0; i < ops.count; ++i)
            if (ops.names[i] == text) {
                ops.choose(target, i);
                return misfit::none;
            }
        return misfit::enumeration;
    case kind::any_value:
        static_cast<json::value*>(target)->emplace_string().assign(text.data(), text.size());
        return misfit::none;
    default:
        return wrong_kind(ops);
    }
}

misfit store(reader_ops const& ops, void* target, number const& n)
{
    switch (ops.what) {
    case kind::integer:
        if (n.what == number::form::int64)
            return put_integer(ops, target, n.i);
        if (n.what == number::form::uint64)
            return put_integer(ops, target, n.u);
        [[fallthrough]];
    case kind::big:
        if (is_integer_text(n.text))
            return put_integer_text(ops, target, n.text);
        return put_integral_double(ops, target, exact_double(n));
    case kind::real:
        if (n.what == number::form::real)
            return put_real(ops, target, exact_double(n), n.text);
        if (n.what == number::form::uint64)
            return put_real(ops, target, static_cast<double>(n.u), n.text);
        return put_real(ops, target, n.i == 0 && n.text[0] == '-' ? -0.0 : static_cast<double>(n.i), n.text);
    case kind::boolean:
    case kind::bit:
        return with_truth(ops, target, [&](bool& b) { return store_truth(b, n); });
    case kind::any_value:
        if (n.what == number::form::int64)
            *static_cast<json::value*>(target) = n.i;
        else if (n.what == number::form::uint64)
            *static_cast<json::value*>(target) = n.u;
        else
            *static_cast<json::value*>(target) = exact_double(n);
        return misfit::none;
    default:
        return wrong_kind(ops);
    }
}

misfit store(reader_ops const& ops, void* target, bool b)
{
    switch (ops.what) {
    case kind::boolean:
        *static_cast<bool*>(target) = b;
        return misfit::none;
    case kind::bit:
        static_cast<std::vector<bool>*>(target)->push_back(b);
        return misfit::none;
    case kind::integer:
        return put_integer(ops, target, static_cast<std::int64_t>(b));
    case kind::big:
        *static_cast<big_integer*>(target) = b ? 1 : 0;
        return misfit::none;
    case kind::real:
        return put_real(ops, target, b ? 1 : 0, {});
    case kind::any_value:
        *static_cast<json::value*>(target) = b;
        return misfit::none;
    default:
        return wrong_kind(ops);
    }
}

} // namespace framex::detail
