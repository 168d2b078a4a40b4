#include "schema_shape.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

namespace framex::proxy {

namespace {

class shape_reader {
public:
    explicit shape_reader(references const& from) : from_(from) {}

    void read(json::value const& schema, bool is_certain)
    {
        auto const* object = from_.follow(schema).if_object();
        if (!object || level_ == most_levels || !seen_.insert(object).second)
            return;
        ++level_;
        bool is_plain = !has_types(*object);
        is_plain &= !all_of(*object, is_certain);
        is_plain &= !alternatives(*object, "anyOf", is_certain);
        is_plain &= !alternatives(*object, "oneOf", is_certain);
        if (shape_.is_list)
            elements(*object);
        properties(*object, is_certain);
        if (is_plain && !object->contains("properties") && !object->contains("enum")
            && !object->contains("const"))
            shape_.is_open = true; // says nothing: any value will do
        --level_;
    }

    schema_shape made() &&
    {
        for (auto const& name : required_)
            if (auto const found = index_.find(name); found != index_.end())
                shape_.parts[found->second].required = true;
        if (shape_.parts.size() == most_parts) {
            shape_.parts.clear();
            shape_.is_open = true;
        }
        return std::move(shape_);
    }

private:
    /// Whether there is a type; notes it.
    bool has_types(json::object const& schema)
    {
        auto const* type = schema.if_contains("type");
        if (!type)
            return false;
        if (auto const* names = type->if_array())
            for (auto const& each : *names)
                has_type(schema, each);
        else
            has_type(schema, *type);
        return true;
    }

    void has_type(json::object const& schema, json::value const& type)
    {
        if (type == "array")
            shape_.is_list = true;
        else if (type == "object") {
            shape_.is_object = true;
            if (!schema.contains("properties"))
                shape_.is_open = true;
        } else if (type == "string")
            shape_.is_file |= is_binary(schema);
    }

    static bool is_binary(json::object const& schema)
    {
        auto const says = [&](char const* keyword, char const* text) {
            auto const* value = schema.if_contains(keyword);
            return value && *value == text;
        };
        return says("format", "binary") || says("contentMediaType", "application/octet-stream");
    }

    void elements(json::object const& schema)
    {
        auto const* items = schema.if_contains("items");
        auto const* inner = items ? from_.follow(*items).if_object() : nullptr;
        if (inner)
            shape_.is_file |= is_binary(*inner);
    }

    bool all_of(json::object const& schema, bool is_certain)
    {
        auto const* list = schema.if_contains("allOf");
        if (!list || !list->is_array())
            return false;
        for (auto const& each : list->get_array())
            read(each, is_certain);
        return true;
    }

    /// One of several is certain only beside null.
    bool alternatives(json::object const& schema, char const* keyword, bool is_certain)
    {
        auto const* list = schema.if_contains(keyword);
        if (!list || !list->is_array())
            return false;
        auto const& choices = list->get_array();
        auto const is_null = [](json::value const& each) {
            auto const* object = each.if_object();
            auto const* type = object ? object->if_contains("type") : nullptr;
            return type && *type == "null";
        };
        auto const real = std::ranges::count_if(choices, [&](auto const& each) { return !is_null(each); });
        for (auto const& each : choices)
            if (!is_null(each))
                read(each, is_certain && real == 1);
        return true;
    }

    void properties(json::object const& schema, bool is_certain)
    {
        auto const* all = schema.if_contains("properties");
        if (all && all->is_object())
            shape_.is_object = true;
        if (is_property_)
            return;
        if (auto const* more = schema.if_contains("additionalProperties"); more && *more != false)
            shape_.is_open = true;
        if (all && all->is_object())
            for (auto const& each : all->get_object())
                add(each.key(), each.value());
        auto const* required = schema.if_contains("required");
        if (is_certain && required && required->is_array())
            for (auto const& each : required->get_array())
                if (each.is_string())
                    required_.emplace_back(each.get_string());
    }

    void add(std::string_view name, json::value const& schema)
    {
        if (shape_.parts.size() == most_parts
            || !index_.try_emplace(std::string(name), shape_.parts.size()).second)
            return;
        shape_reader inner(from_);
        inner.is_property_ = true;
        inner.read(schema, false);
        body_part made;
        made.name = name;
        made.is_file = inner.shape_.is_file;
        made.is_list = inner.shape_.is_list;
        shape_.parts.push_back(std::move(made));
    }

    static constexpr int most_levels = 64; ///< of allOf and the like, through references
    static constexpr std::size_t most_parts = 1000; ///< a body with more is called with any names

    references const& from_;
    schema_shape shape_;
    std::map<std::string, std::size_t, std::less<>> index_; ///< of parts
    std::vector<std::string> required_;
    std::set<json::object const*> seen_;
    int level_ = 0;
    bool is_property_ = false; ///< whose own properties do not matter
};

} // namespace

schema_shape shape_of(json::value const& schema, references const& from)
{
    shape_reader reader(from);
    reader.read(schema, true);
    return std::move(reader).made();
}

} // namespace framex::proxy
