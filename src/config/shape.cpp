#include "shape.hpp"

#include <algorithm>

namespace framex {

shape const* shape::below(std::string_view key) const
{
    if (kind == shape_kind::open_table)
        return &parts.front();
    auto const found = std::ranges::find(keys, key);
    return found == keys.end() ? nullptr : &parts[static_cast<std::size_t>(found - keys.begin())];
}

std::string_view words_for(shape_kind kind)
{
    switch (kind) {
    case shape_kind::boolean:
        return "true or false";
    case shape_kind::integer:
        return "a whole number";
    case shape_kind::number:
        return "a number";
    case shape_kind::text:
        return "a text";
    case shape_kind::duration:
        return "a duration";
    case shape_kind::size:
        return "a size";
    case shape_kind::list:
        return "a list";
    case shape_kind::open_table:
    case shape_kind::table:
        return "a table";
    case shape_kind::anything:
        break;
    }
    return "any value";
}

std::string_view words_for(json::value const& value)
{
    switch (value.kind()) {
    case json::kind::null:
        return "nothing";
    case json::kind::bool_:
        return "true or false";
    case json::kind::int64:
    case json::kind::uint64:
        return "a whole number";
    case json::kind::double_:
        return "a number with a fraction";
    case json::kind::string:
        return "a text";
    case json::kind::array:
        return "a list";
    case json::kind::object:
        break;
    }
    return "a table";
}

shape const& settings_shape()
{
    static shape const made = shape_of<settings>::make();
    return made;
}

} // namespace framex
