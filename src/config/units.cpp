#include <framex/config/units.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace framex {

namespace {

struct unit {
    std::string_view name;
    double factor;
};

constexpr std::array duration_units = {unit{"ms", 1}, unit{"s", 1e3}, unit{"min", 6e4}, unit{"h", 3.6e6},
    unit{"d", 8.64e7}, unit{"", 1e3}, unit{"m", 6e4}};
constexpr std::array size_units = {unit{"B", 1}, unit{"KB", 0x1p10}, unit{"MB", 0x1p20}, unit{"GB", 0x1p30},
    unit{"TB", 0x1p40}, unit{"", 1}, unit{"KiB", 0x1p10}, unit{"MiB", 0x1p20}, unit{"GiB", 0x1p30},
    unit{"TiB", 0x1p40}, unit{"K", 0x1p10}, unit{"M", 0x1p20}, unit{"G", 0x1p30}, unit{"T", 0x1p40}};

constexpr double longest_duration = 100.0 * 366 * 8.64e7;
constexpr double largest_size = 0x1p53;

bool equal_words(std::string_view left, std::string_view right)
{
    if (left.size() != right.size())
        return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
        if ((left[i] | 0x20) != (right[i] | 0x20))
            return false;
    }
    return true;
}

/// The number in front of the unit, times the unit; nullopt when either is none or the product is not whole.
template <class Units>
std::optional<double> parse_amount(std::string_view text, Units const& units, double most)
{
    if (text.empty() || text.front() < '0' || text.front() > '9')
        return std::nullopt;
    double number = 0;
    auto const [rest, failed] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (failed != std::errc{})
        return std::nullopt;
    std::string_view name(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
    if (name.starts_with(' ') && name.size() > 1)
        name.remove_prefix(1);
    for (unit const& each : units) {
        if (!equal_words(name, each.name))
            continue;
        double const amount = number * each.factor;
        return amount <= most && amount == std::floor(amount) ? std::optional(amount) : std::nullopt;
    }
    return std::nullopt;
}

} // namespace

std::optional<duration_setting> parse_duration(std::string_view text)
{
    auto const amount = parse_amount(text, duration_units, longest_duration);
    if (!amount)
        return std::nullopt;
    return duration_setting(std::chrono::milliseconds(static_cast<std::int64_t>(*amount)));
}

std::optional<size_setting> parse_size(std::string_view text)
{
    auto const amount = parse_amount(text, size_units, largest_size);
    return amount ? std::optional(size_setting(static_cast<std::uint64_t>(*amount))) : std::nullopt;
}

std::string to_text(duration_setting span)
{
    constexpr std::array<std::pair<std::int64_t, std::string_view>, 4> steps = {
        {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "min"}, {1000, "s"}}};
    if (span.milliseconds == 0)
        return "0s";
    for (auto const& [length, name] : steps) {
        if (span.milliseconds % length == 0)
            return std::to_string(span.milliseconds / length).append(name);
    }
    return std::to_string(span.milliseconds) + "ms";
}

std::string to_text(size_setting size)
{
    constexpr std::array<std::string_view, 5> names = {"B", "KB", "MB", "GB", "TB"};
    std::size_t step = 0;
    std::uint64_t amount = size.bytes;
    while (amount != 0 && amount % 1024 == 0 && step + 1 < names.size()) {
        amount /= 1024;
        ++step;
    }
    return std::to_string(amount).append(" ").append(names[step]);
}

} // namespace framex
