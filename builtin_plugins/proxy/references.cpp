#include "references.hpp"

#include <framex/http/path.hpp>

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace framex::proxy {

namespace {

constexpr std::string_view schemas = "#/components/schemas/";

std::string quoted(std::string_view reference) { return "`$ref` \"" + std::string(reference) + "\""; }

/// One step of a pointer: a fragment's escapes, then those of RFC 6901 section 4.
std::string decoded(std::string_view step)
{
    auto text = decode_path_parameter(step);
    for (std::size_t at = text.find('~'); at != text.npos; at = text.find('~', at + 1)) {
        auto const rest = std::string_view(text).substr(at);
        if (rest.starts_with("~1"))
            text.replace(at, 2, "/");
        else if (rest.starts_with("~0"))
            text.replace(at, 2, "~");
    }
    return text;
}

json::value const* child_of(json::value const& parent, std::string_view step)
{
    auto const name = decoded(step);
    if (auto const* object = parent.if_object())
        return object->if_contains(name);
    auto const* array = parent.if_array();
    std::size_t index = 0;
    auto const [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    bool const is_index = error == std::errc() && end == name.data() + name.size();
    return array && is_index && index < array->size() ? array->data() + index : nullptr;
}

template <std::size_t N>
bool is_one_of(std::array<std::string_view, N> const& names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

} // namespace

std::optional<std::string_view> reference_of(json::object const& object)
{
    auto const* reference = object.if_contains("$ref");
    if (!reference || !reference->is_string())
        return std::nullopt;
    return std::string_view(reference->get_string());
}

std::optional<std::string> schema_name(std::string_view reference)
{
    if (!reference.starts_with(schemas) || reference.find('/', schemas.size()) != reference.npos)
        return std::nullopt;
    return decoded(reference.substr(schemas.size()));
}

std::string reference_to_schema(std::string_view name)
{
    std::string reference(schemas);
    for (char const c : name) {
        if (c == '~' || c == '/')
            reference += c == '~' ? "~0" : "~1";
        else if (c == '%')
            reference += "%25";
        else
            reference += c;
    }
    return reference;
}

members_are inside_of(std::string_view keyword, json::value const& value)
{
    constexpr std::array<std::string_view, 5> data = {"default", "enum", "const", "example", "value"};
    constexpr std::array<std::string_view, 10> maps = {"properties", "patternProperties", "dependentSchemas",
        "$defs", "definitions", "content", "headers", "encoding", "responses", "examples"};
    if (is_one_of(data, keyword) || keyword.starts_with("x-"))
        return members_are::data;
    if (!is_one_of(maps, keyword))
        return members_are::keywords;
    return value.is_object() ? members_are::entries : members_are::data; // a schema lists its examples
}

json::value const& references::target(std::string_view reference) const
{
    if (!reference.starts_with("#/"))
        throw oddity(quoted(reference) + " leads out of the document");
    auto rest = reference.substr(2);
    json::value const* found = nullptr;
    for (bool is_first = true; is_first || !rest.empty(); is_first = false) {
        auto const step = rest.substr(0, rest.find('/'));
        rest.remove_prefix(std::min(step.size() + 1, rest.size()));
        found = is_first ? root_.if_contains(decoded(step)) : child_of(*found, step);
        if (!found)
            throw oddity(quoted(reference) + " leads nowhere");
    }
    return *found;
}

json::value const& references::follow(json::value const& value) const
{
    constexpr int most = 64;
    auto const* found = &value;
    for (int steps = 0; found->is_object(); ++steps) {
        auto const reference = reference_of(found->get_object());
        if (!reference)
            break;
        if (steps == most)
            throw oddity(quoted(*reference) + " leads in a circle");
        found = &target(*reference);
    }
    return *found;
}

} // namespace framex::proxy
