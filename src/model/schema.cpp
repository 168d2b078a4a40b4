#include <framex/model/schema.hpp>

#include <boost/core/demangle.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>

namespace framex {

std::string_view schema_registry::find(std::type_info const& type) const
{
    auto const at = names_.find(std::type_index(type));
    return at == names_.end() ? std::string_view() : std::string_view(at->second);
}

std::string_view schema_registry::add(std::type_info const& type, std::string_view name)
{
    std::string free(name);
    for (int n = 2; components_.contains(free); ++n)
        free = std::string(name) + "_" + std::to_string(n);
    components_[free] = nullptr;
    return names_.insert_or_assign(std::type_index(type), std::move(free)).first->second;
}

void schema_registry::set(std::string_view name, json::value schema)
{
    components_[json::string_view(name.data(), name.size())] = std::move(schema);
}

std::string title_of(std::string_view name)
{
    std::string title;
    bool upper = true;
    for (char const c : name) {
        bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (c == '_')
            title += ' ';
        else if (letter)
            title += static_cast<char>(upper ? c & ~0x20 : c | 0x20);
        else
            title += c;
        upper = !letter;
    }
    auto const first = title.find_first_not_of(' ');
    if (first == std::string::npos)
        return {};
    return title.substr(first, title.find_last_not_of(' ') - first + 1);
}

namespace {

/// Without "(anonymous namespace)" and the parameters of functions around a type.
std::string without_parentheses(std::string const& text)
{
    std::string out;
    int open = 0;
    for (char const c : text) {
        open += c == '(' ? 1 : 0;
        if (open == 0)
            out += c;
        open -= c == ')' ? 1 : 0;
    }
    return out;
}

} // namespace

std::string component_name(std::type_info const& type)
{
    auto const full = without_parentheses(boost::core::demangle(type.name()));
    std::string name;
    std::size_t part = 0; // where the current identifier begins in `name`
    for (std::size_t i = 0; i < full.size(); ++i) {
        char const c = full[i];
        bool const word =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (full.compare(i, 2, "::") == 0) {
            name.resize(part); // a scope does not count
            ++i;
        } else if (word)
            name += c;
        else {
            if (!name.empty() && name.back() != '_' && c != ' ')
                name += '_';
            part = name.size();
        }
    }
    while (name.ends_with('_'))
        name.pop_back();
    return name;
}

namespace detail {

json::value reference_to(std::string_view component)
{
    return {{"$ref", "#/components/schemas/" + std::string(component)}};
}

json::value nullable(json::value inner)
{
    return {{"anyOf", json::array{std::move(inner), json::object{{"type", "null"}}}}};
}

json::value enum_schema(std::string_view title, std::string_view const* names, std::size_t count)
{
    json::array all;
    for (std::size_t i = 0; i < count; ++i)
        all.emplace_back(json::string_view(names[i].data(), names[i].size()));
    return {{"type", "string"}, {"enum", std::move(all)}, {"title", std::string(title)}};
}

void set_length(json::object& schema, length rule, std::string_view noun)
{
    std::string const what(noun);
    if (rule.min != 0)
        schema["min" + what] = rule.min;
    if (rule.max != length{}.max)
        schema["max" + what] = rule.max;
}

json::object& typed_part(json::value& schema)
{
    auto& whole = schema.get_object();
    if (auto* both = whole.if_contains("anyOf"))
        return both->get_array()[0].get_object();
    return whole;
}

void finish_member(
    json::value& schema, std::string_view name, char const* description, std::string const& fallback)
{
    auto& whole = schema.get_object();
    auto const* both = whole.if_contains("anyOf");
    bool const refers =
        whole.contains("$ref") || (both && both->get_array()[0].get_object().contains("$ref"));
    if (!refers)
        whole["title"] = title_of(name);
    if (description)
        whole["description"] = description;
    if (!fallback.empty())
        whole["default"] = json::parse(fallback);
}

json::value object_schema(json::object properties, json::array required, std::string_view title)
{
    json::object schema{{"properties", std::move(properties)}, {"type", "object"}};
    if (!required.empty())
        schema["required"] = std::move(required);
    schema["title"] = std::string(title);
    return schema;
}

} // namespace detail
} // namespace framex
