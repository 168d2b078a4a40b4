// The untyped halves of the rules.
#include <framex/model/member.hpp>
#include <framex/model/writer.hpp>

#include <algorithm>
#include <re2/re2.h>
#include <stdexcept>

namespace framex::detail {

struct matcher::regex {
    re2::RE2 compiled;
};

matcher::matcher(char const* text) : regex_(new regex{re2::RE2(text, re2::RE2::Quiet)})
{
    if (!regex_->compiled.ok())
        throw std::invalid_argument(
            "framex: pattern '" + std::string(text) + "': " + regex_->compiled.error());
}

matcher::~matcher() = default;

bool matcher::operator()(std::string_view text) const
{
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regex_->compiled);
}

bool refuse_low(fault* why, std::string bound)
{
    if (why) {
        auto const shown = bound.ends_with(".0") ? bound.substr(0, bound.size() - 2) : bound;
        *why = {"greater_than_equal", "Input should be greater than or equal to " + shown,
            "{\"ge\":" + bound + "}"};
    }
    return false;
}

bool refuse_high(fault* why, std::string bound)
{
    if (why) {
        auto const shown = bound.ends_with(".0") ? bound.substr(0, bound.size() - 2) : bound;
        *why = {
            "less_than_equal", "Input should be less than or equal to " + shown, "{\"le\":" + bound + "}"};
    }
    return false;
}

bool refuse_literal(fault* why, std::string expected)
{
    if (why) {
        *why = {"literal_error", "Input should be " + expected, "{\"expected\":"};
        write_text(why->ctx, expected);
        why->ctx += '}';
    }
    return false;
}

bool refuse_pattern(fault* why, char const* pattern)
{
    if (why) {
        std::string text(pattern);
        *why = {"string_pattern_mismatch", "String should match pattern '" + text + "'", "{\"pattern\":"};
        write_text(why->ctx, text);
        why->ctx += '}';
    }
    return false;
}

bool check_length(length rule, std::size_t size, char const* noun, fault* why)
{
    bool const low = size < rule.min;
    if (!low && size <= rule.max)
        return true;
    if (!why)
        return false;
    auto const bound = std::to_string(low ? rule.min : rule.max);
    std::string const key = low ? "\"min_length\":" : "\"max_length\":";
    std::string const unit = noun ? " item" : " character";
    std::string const wanted =
        " should have at " + std::string(low ? "least " : "most ") + bound + unit + (bound == "1" ? "" : "s");
    if (noun)
        *why = {low ? "too_short" : "too_long",
            noun + wanted + " after validation, not " + std::to_string(size),
            "{\"field_type\":\"" + std::string(noun) + "\"," + key + bound
                + ",\"actual_length\":" + std::to_string(size) + "}"};
    else
        *why = {low ? "string_too_short" : "string_too_long", "String" + wanted, "{" + key + bound + "}"};
    return false;
}

std::size_t code_points(std::string_view text) noexcept
{
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string bound_text(double bound) { return to_json(bound); }

void append_choice(
    std::string& out, std::string_view choice, std::size_t index, std::size_t count, char const* quote)
{
    if (index != 0)
        out += index + 1 == count ? " or " : ", ";
    out += quote;
    out += choice;
    out += quote;
}

} // namespace framex::detail
