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
    /// `left`: how many schemas may be looked at.
    shape_reader(references const& from, std::size_t& left) : from_(from), left_(left) {}

    void read(json::value const& schema, bool is_certain)
    {
        auto const* object = from_.follow(schema).if_object();
        if (!object || level_ == most_levels || left_ == 0 || !seen_.insert(object).second)
            return;
        --left_;
        ++level_;
        types(*object);
        all_of(*object, is_certain);
        alternatives(*object, "anyOf", is_certain);
        alternatives(*object, "oneOf", is_certain);
        if (shape_.is_list)
            elements(*object);
        properties(*object, is_certain);
        says_nothing_ = says_nothing_ && !object->contains("enum") && !object->contains("const");
        --level_;
    }

    schema_shape made() &&
    {
        for (auto const& name : required_)
            if (auto const found = index_.find(name); found != index_.end())
                shape_.parts[found->second].required = true;
        if (is_full())
            shape_.parts.clear();
        shape_.is_open = shape_.is_open || says_nothing_ || (shape_.is_object && shape_.parts.empty());
        return std::move(shape_);
    }

private:
    void types(json::object const& schema)
    {
        auto const* type = schema.if_contains("type");
        auto const* names = type ? type->if_array() : nullptr;
        if (names)
            for (auto const& each : *names)
                has_type(schema, each);
        else if (type)
            has_type(schema, *type);
    }

    void has_type(json::object const& schema, json::value const& type)
    {
        says_nothing_ = false;
        if (type == "array")
            shape_.is_list = true;
        else if (type == "object")
            shape_.is_object = true;
        else if (type == "string")
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

    void all_of(json::object const& schema, bool is_certain)
    {
        auto const* list = schema.if_contains("allOf");
        if (list && list->is_array())
            for (auto const& each : list->get_array())
                read(each, is_certain);
    }

    /// One of several is certain only beside null.
    void alternatives(json::object const& schema, char const* keyword, bool is_certain)
    {
        auto const* list = schema.if_contains(keyword);
        if (!list || !list->is_array())
            return;
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
    }

    void properties(json::object const& schema, bool is_certain)
    {
        auto const* all = schema.if_contains("properties");
        if (all && all->is_object()) {
            shape_.is_object = true;
            says_nothing_ = false;
        }
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
        if (is_full() || !index_.try_emplace(std::string(name), shape_.parts.size()).second)
            return;
        name_octets_ += name.size();
        shape_reader inner(from_, left_);
        inner.is_property_ = true;
        inner.read(schema, false);
        body_part made;
        made.name = name;
        made.is_file = inner.shape_.is_file;
        made.is_list = inner.shape_.is_list;
        shape_.parts.push_back(std::move(made));
    }

    bool is_full() const { return shape_.parts.size() == most_parts || name_octets_ > most_octets; }

    static constexpr int most_levels = 64; ///< of allOf and the like, through references
    static constexpr std::size_t most_parts = 1000; ///< a body with more is called with any names
    static constexpr std::size_t most_octets = 64 << 10; ///< of the names of parts

    references const& from_;
    std::size_t& left_;
    schema_shape shape_;
    std::map<std::string, std::size_t, std::less<>> index_; ///< of parts
    std::vector<std::string> required_;
    std::set<json::object const*> seen_;
    std::size_t name_octets_ = 0;
    int level_ = 0;
    bool says_nothing_ = true; ///< any value will do
    bool is_property_ = false; ///< whose own properties do not matter
};

} // namespace

schema_shape shape_of(json::value const& schema, references const& from)
{
    std::size_t left = 10000; // of a document that means harm; a body of a thousand properties looks at fewer
    shape_reader reader(from, left);
    reader.read(schema, true);
    return std::move(reader).made();
}

} // namespace framex::proxy
