#include "server/openapi_components.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <unordered_set>

namespace framex::openapi {

namespace {

/// Walks the models below a request, depth first; importers follow the same ways: properties, anyOf and
/// items.
class importable_walk {
public:
    explicit importable_walk(json::object& components) : components_(components) {}

    void model(std::string const& name)
    {
        if (!done_.insert(name).second)
            return;
        open_.push_back(name);
        auto& schema = components_[name].as_object();
        if (auto* properties = schema.if_contains("properties"))
            for (auto& property : properties->as_object())
                part(property.value());
        part_of(schema, "items");
        open_.pop_back();
    }

private:
    void part(json::value& schema)
    {
        auto& object = schema.as_object();
        if (auto const name = std::string(referred(schema)); !name.empty())
            reference(object, name);
        else if (auto* choices = object.if_contains("anyOf"))
            for (auto& choice : choices->as_array())
                part(choice);
        else if (!object.contains("type"))
            object["anyOf"] = any_type();
        part_of(object, "items");
    }

    void part_of(json::object& schema, std::string_view key)
    {
        auto* inner = schema.if_contains(key);
        if (inner && inner->is_object() && !inner->get_object().empty())
            part(*inner);
    }

    void reference(json::object& schema, std::string const& name)
    {
        auto const& named = components_[name].as_object();
        if (named.contains("enum"))
            replace(schema, named);
        else if (std::ranges::find(open_, name) != open_.end())
            replace(schema, {{"type", "object"}, {"description", "again a " + name}});
        else
            model(name);
    }

    /// Puts `content` in the place of the reference; what stands beside it (a default, a title) stays.
    static void replace(json::object& schema, json::object content)
    {
        schema.erase("$ref");
        for (auto& member : content)
            schema.emplace(member.key(), std::move(member.value()));
    }

    static json::array any_type()
    {
        json::array types;
        for (char const* type : {"object", "array", "string", "integer", "number", "boolean", "null"})
            types.push_back(json::object{{"type", type}});
        return types;
    }

    json::object& components_;
    std::vector<std::string> open_; // the models that the walk is inside of
    std::unordered_set<std::string> done_;
};

} // namespace

void make_importable(json::object& components, std::vector<std::string> const& names)
{
    importable_walk walk(components);
    for (auto const& name : names)
        walk.model(name);
}

} // namespace framex::openapi
