/// JSON Schema of a value (OpenAPI 3.1, the shapes of pydantic), from the same description as reading and
/// writing.
#pragma once

#include <framex/model/table.hpp>
#include <framex/model/writer.hpp>

#include <boost/describe/enum.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <typeindex>
#include <typeinfo>
#include <unordered_map>
#include <unordered_set>

namespace framex {

/// Collects `components/schemas`: each model and enum once, under its unqualified type name; a second type of
/// the same name becomes `name_2`. One registry makes one document; it is not shared by threads.
class schema_registry {
public:
    /// {"Name": schema, ...} in the order of first mention.
    json::object const& components() const noexcept { return components_; }

    /// The component name of a type, or empty when it has none yet.
    std::string_view find(std::type_info const& type) const;

    /// Reserves a component for `type` under `name` (or name_2, name_3, ...) and returns the name it got.
    std::string_view add(std::type_info const& type, std::string_view name);

    /// Fills a reserved component.
    void set(std::string_view name, json::value schema);

private:
    json::object components_;
    std::unordered_map<std::type_index, std::string> names_;
};

/// "user_id" -> "User Id": how pydantic titles a member or a parameter.
std::string title_of(std::string_view name);

/// The last part of a qualified type name; template arguments become part of the identifier: `page<item>` is
/// page_item.
std::string component_name(std::type_info const& type);

template <value T>
json::value schema_of(schema_registry& registry);

namespace detail {

json::value reference_to(std::string_view component);
json::value nullable(json::value inner);
json::value enum_schema(std::string_view title, std::string_view const* names, std::size_t count);
void set_length(json::object& schema, length rule, std::string_view noun);
json::object& typed_part(json::value& schema);
void finish_member(
    json::value& schema, std::string_view name, char const* description, std::string const& fallback);
json::value object_schema(json::object properties, json::array required, std::string_view title);

template <class B>
json::value bound_value(B bound)
{
    if constexpr (std::integral<B>)
        return std::is_signed_v<B> ? json::value(static_cast<std::int64_t>(bound))
                                   : json::value(static_cast<std::uint64_t>(bound));
    else
        return static_cast<double>(bound);
}

/// Writes one rule into the schema of a member of type V.
template <class V, class T, class D, std::size_t I>
struct rule_schema {
    template <class B>
    static void run(range<B> const& rule, json::object& to)
    {
        to["minimum"] = bound_value(rule.min);
        to["maximum"] = bound_value(rule.max);
    }
    template <class B>
    static void run(at_least<B> const& rule, json::object& to)
    {
        to["minimum"] = bound_value(rule.min);
    }
    template <class B>
    static void run(at_most<B> const& rule, json::object& to)
    {
        to["maximum"] = bound_value(rule.max);
    }
    static void run(length const& rule, json::object& to)
    {
        set_length(to, rule, is_vector<V> ? "Items" : is_map<V> ? "Properties" : "Length");
    }
    static void run(pattern const& rule, json::object& to)
    {
        rule_check<T, D, I>::compiled(rule); // a malformed one fails here, at the start
        to["pattern"] = rule.text;
    }
    template <class B, std::size_t N>
    static void run(one_of<B, N> const& rule, json::object& to)
    {
        json::array& all = to["enum"].emplace_array();
        for (auto const& choice : rule.values) {
            if constexpr (std::integral<B>)
                all.push_back(bound_value(choice));
            else
                all.push_back(json::value(choice));
        }
    }
    static void run(defaulted_rule, json::object&) {}
    static void run(alias, json::object&) {}
    static void run(describe, json::object&) {}
};

/// How the members of a model are described in JSON.
struct json_schemas {
    static constexpr bool has_null = true;

    template <class M>
    static json::value of(schema_registry& registry)
    {
        return schema_of<M>(registry);
    }
};

template <class T, class D, class Schemas>
void add_member(schema_registry& registry, json::object& properties, json::array& required,
    [[maybe_unused]] T const& sample)
{
    using M = member_type<T, D>;
    using V = std::conditional_t<is_optional<M>, inner_type<M>, M>;
    json::value schema = Schemas::template of<M>(registry);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        [[maybe_unused]] json::object& to = typed_part(schema);
        (rule_schema<V, T, D, I>::run(std::get<I>(rules_for<T, D>), to), ...);
    }(std::make_index_sequence<std::tuple_size_v<decltype(member_rules<T, D>())>>{});
    std::string fallback;
    if constexpr (is_defaulted<T, D>()) {
        if constexpr (value<M>)
            write_json(fallback, sample.*D::pointer);
        if (!Schemas::has_null && fallback == "null")
            fallback.clear();
    } else if constexpr (!is_optional<M>)
        required.push_back(json::value(json_name<T, D>()));
    char const* description = nullptr;
    if constexpr (contains<framex::describe>(&rules_for<T, D>))
        description = std::get<framex::describe>(rules_for<T, D>).text;
    finish_member(schema, json_name<T, D>(), description, fallback);
    properties[json_name<T, D>()] = std::move(schema);
}

template <class T, class Schemas = json_schemas>
json::value component_of(schema_registry& registry)
{
    if (auto known = registry.find(typeid(T)); !known.empty())
        return reference_to(known);
    std::string const name(registry.add(typeid(T), component_name(typeid(T))));
    if constexpr (described_enum<T>)
        registry.set(name, enum_schema(name, enum_names<T>.data(), enum_names<T>.size()));
    else {
        json::object properties;
        json::array required;
        T const sample{};
        [&]<class... D>(boost::mp11::mp_list<D...>) {
            (add_member<T, D, Schemas>(registry, properties, required, sample), ...);
        }(boost::mp11::mp_rename<members_of<T>, boost::mp11::mp_list>{});
        registry.set(name, object_schema(std::move(properties), std::move(required), name));
    }
    return reference_to(name);
}

} // namespace detail

/// The schema of T; models and enums become components of `registry` and are referred to. A recursive model
/// is fine.
template <value T>
json::value schema_of(schema_registry& registry)
{
    if constexpr (std::same_as<T, bool>)
        return {{"type", "boolean"}};
    else if constexpr (detail::plain_integer<T> || std::same_as<T, big_integer>)
        return {{"type", "integer"}};
    else if constexpr (detail::plain_float<T>)
        return {{"type", "number"}};
    else if constexpr (std::same_as<T, std::string>)
        return {{"type", "string"}};
    else if constexpr (std::same_as<T, json::value>)
        return json::object();
    else if constexpr (std::same_as<T, json::object>)
        return {{"additionalProperties", true}, {"type", "object"}};
    else if constexpr (std::same_as<T, json::array>)
        return {{"items", json::object()}, {"type", "array"}};
    else if constexpr (is_optional<T>)
        return detail::nullable(schema_of<detail::inner_type<T>>(registry));
    else if constexpr (is_vector<T>)
        return {{"items", schema_of<detail::inner_type<T>>(registry)}, {"type", "array"}};
    else if constexpr (is_map<T>)
        return {{"additionalProperties", schema_of<detail::inner_type<T>>(registry)}, {"type", "object"}};
    else
        return detail::component_of<T>(registry);
}

} // namespace framex
