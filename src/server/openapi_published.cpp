#include "server/openapi_published.hpp"

#include <boost/json/array.hpp>

namespace framex::openapi {

namespace {
constexpr std::string_view place = "#/components/schemas/";
} // namespace

adopted_schemas::adopted_schemas(component_set& components, json::object const& schemas)
{
    for (auto const& [name, schema] : schemas)
        if (auto const* known = components.find(name); known && *known != schema)
            names_.emplace(name, components.unused(name));
    for (auto const& [name, schema] : schemas) {
        auto const other = names_.find(name);
        if (other == names_.end() && components.find(name))
            continue;
        json::value renamed = schema;
        rename_in(renamed);
        components.add(other == names_.end() ? std::string(name) : other->second, std::move(renamed));
    }
}

json::object adopted_schemas::adopted(json::object operation) const
{
    if (!names_.empty())
        for (auto& member : operation)
            rename_in(member.value());
    return operation;
}

void adopted_schemas::rename_in(json::value& part) const
{
    if (auto* list = part.if_array())
        for (auto& each : *list)
            rename_in(each);
    auto* object = part.if_object();
    if (!object)
        return;
    for (auto& member : *object) {
        auto* text = member.value().if_string();
        if (!text || member.key() != "$ref" || !std::string_view(*text).starts_with(place)) {
            rename_in(member.value());
            continue;
        }
        auto const other = names_.find(std::string_view(*text).substr(place.size()));
        if (other != names_.end())
            member.value() = std::string(place).append(other->second);
    }
}

} // namespace framex::openapi
