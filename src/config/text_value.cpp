#include "text_value.hpp"

#include <boost/json/parse.hpp>

#include <charconv>

namespace framex {

namespace {

std::string lower(std::string_view text)
{
    std::string made(text);
    for (char& letter : made) {
        if (letter >= 'A' && letter <= 'Z')
            letter = static_cast<char>(letter - 'A' + 'a');
    }
    return made;
}

json::value boolean_or_text(std::string_view text)
{
    std::string const word = lower(text);
    if (word == "true" || word == "1" || word == "yes" || word == "on")
        return true;
    if (word == "false" || word == "0" || word == "no" || word == "off")
        return false;
    return json::value(text);
}

json::value integer_or_text(std::string_view text)
{
    std::int64_t number = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size())
        return json::value(text);
    return number;
}

} // namespace

json::value typed_value(std::string_view text, shape_kind wanted)
{
    switch (wanted) {
    case shape_kind::boolean:
        return boolean_or_text(text);
    case shape_kind::integer:
        return integer_or_text(text);
    case shape_kind::text:
    case shape_kind::duration:
    case shape_kind::size:
        return json::value(text);
    case shape_kind::anything:
    case shape_kind::number:
    case shape_kind::list:
    case shape_kind::open_table:
    case shape_kind::table:
        break;
    }
    error_code failed;
    json::value parsed = json::parse(text, failed);
    return failed ? json::value(text) : parsed;
}

} // namespace framex
