#include "expansion.hpp"

#include <framex/http/syntax.hpp>
#include <framex/model/writer.hpp>

#include <boost/json/array.hpp>

#include <utility>
#include <vector>

namespace framex::proxy {

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'
        || c == '_' || c == '~';
}

/// RFC 6265 section 4.1.1, without the comma that separates elements.
bool is_cookie_octet(char c)
{
    return c > 0x20 && c < 0x7f && std::string_view("\",;\\").find(c) == std::string_view::npos;
}

bool is_path_octet(char c)
{
    constexpr std::string_view never = "[]|^"; // what browsers send nevertheless
    return is_octet(c, path_octet) && never.find(c) == never.npos;
}

/// Every octet escaped that is none of the kept ones.
std::string escaped(std::string_view text, bool (*is_kept)(char))
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string made;
    for (char const c : text) {
        auto const octet = static_cast<unsigned char>(c);
        if (is_kept(c))
            made += c;
        else
            (made += '%').append({digits[octet >> 4], digits[octet & 15]});
    }
    return made;
}

/// How the pieces of one style are put together.
struct syntax {
    std::string_view first;
    std::string_view separator; ///< between pieces that are written by themselves
    std::string_view inner; ///< between the elements of one piece
    bool is_named; ///< each piece begins with "name="
};

syntax syntax_of(operation_parameter const& parameter)
{
    switch (parameter.style) {
    case parameter_style::label:
        return {".", ".", ",", false};
    case parameter_style::matrix:
        return {";", ";", ",", true};
    case parameter_style::space:
        return {"", "&", "%20", true};
    case parameter_style::pipe:
        return {"", "&", "%7C", true};
    case parameter_style::simple:
        return {"", ",", ",", false};
    default:
        break;
    }
    bool const is_named = parameter.in == parameter_in::query || parameter.in == parameter_in::cookie;
    return {"", parameter.in == parameter_in::cookie ? "; " : "&", ",", is_named};
}

/// Writes one parameter.
class expander {
public:
    explicit expander(operation_parameter const& parameter)
        : parameter_(parameter), syntax_(syntax_of(parameter)), name_(encoded(parameter.name))
    {
    }

    std::string text(json::value const& value) const
    {
        if (parameter_.style == parameter_style::json)
            return single(to_json(value));
        if (auto const* list = value.if_array())
            return of_list(*list);
        if (auto const* object = value.if_object())
            return of_object(*object);
        return single(plain_text(value));
    }

private:
    std::string encoded(std::string_view text) const
    {
        if (parameter_.in == parameter_in::header)
            return std::string(text);
        return parameter_.in == parameter_in::cookie ? escaped(text, is_cookie_octet) : percent_encoded(text);
    }

    std::string single(std::string const& text) const { return joined({{name_, encoded(text)}}); }

    std::string of_list(json::array const& list) const
    {
        pairs pieces;
        for (auto const& each : list)
            if (!each.is_null())
                pieces.emplace_back(name_, encoded(plain_text(each)));
        if (!parameter_.explode)
            pieces = together(pieces, false);
        return joined(pieces);
    }

    std::string of_object(json::object const& object) const
    {
        bool const is_deep = parameter_.style == parameter_style::deep;
        pairs pieces;
        for (auto const& each : object) {
            if (each.value().is_null())
                continue;
            auto key = encoded(each.key());
            if (is_deep)
                key = name_ + encoded("[") + key + encoded("]");
            pieces.emplace_back(std::move(key), encoded(plain_text(each.value())));
        }
        if (is_deep || parameter_.explode)
            return joined(pieces, true);
        return joined(together(pieces, true));
    }

    /// All in one piece.
    pairs together(pairs const& pieces, bool with_keys) const
    {
        std::string text;
        std::string_view before;
        for (auto const& [key, value] : pieces) {
            text += std::exchange(before, syntax_.inner);
            if (with_keys)
                text.append(key).append(syntax_.inner);
            text += value;
        }
        return pieces.empty() ? pairs() : pairs{{name_, text}};
    }

    std::string joined(pairs const& pieces, bool has_keys = false) const
    {
        std::string text;
        auto before = syntax_.first;
        for (auto const& [key, value] : pieces) {
            text += std::exchange(before, syntax_.separator);
            if (has_keys || syntax_.is_named)
                text.append(key).append("=");
            text += value;
        }
        return text;
    }

    operation_parameter const& parameter_;
    syntax syntax_;
    std::string name_;
};

} // namespace

std::string percent_encoded(std::string_view text) { return escaped(text, is_unreserved); }

std::string encoded_path(std::string_view text) { return escaped(text, is_path_octet); }

std::string plain_text(json::value const& value)
{
    auto const* text = value.if_string();
    return text ? std::string(*text) : to_json(value);
}

std::string expanded(operation_parameter const& parameter, json::value const& value)
{
    return expander(parameter).text(value);
}

} // namespace framex::proxy
