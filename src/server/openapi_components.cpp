#include "server/openapi_components.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace framex::openapi {

namespace {

constexpr std::string_view place = "#/components/schemas/";

/// A name for a schema inside a component's name: "string", "list_Item", "map_integer".
std::string word_for(json::value const& schema)
{
    if (auto const name = referred(schema); !name.empty())
        return std::string(name);
    auto const& object = schema.as_object();
    if (auto const* items = object.if_contains("items"); items && items->is_object())
        return "list_" + word_for(*items);
    if (auto const* values = object.if_contains("additionalProperties"); values && values->is_object())
        return "map_" + word_for(*values);
    if (auto const* choices = object.if_contains("anyOf"))
        return "optional_" + word_for(choices->as_array().front());
    if (auto const* type = object.if_contains("type"); type && type->is_string())
        return std::string(std::string_view(type->get_string()));
    return "any";
}

json::object typed(std::string_view type, std::string_view title)
{
    json::object schema;
    schema["type"] = type;
    schema["title"] = title;
    return schema;
}

json::object object_of(std::string_view title, json::object properties, json::array required)
{
    json::object schema;
    schema["properties"] = std::move(properties);
    schema["type"] = "object";
    schema["required"] = std::move(required);
    schema["title"] = title;
    return schema;
}

/// The members that success and error share: status, message, timestamp.
json::object envelope_members(json::object message)
{
    json::object members;
    members["status"] = typed("integer", "Status");
    members["message"] = std::move(message);
    auto& timestamp = members["timestamp"].emplace_object();
    timestamp = typed("string", "Timestamp");
    timestamp["examples"] = json::array{"2026-01-31 08:15:00"};
    return members;
}

json::object error_message()
{
    json::object message;
    message["title"] = "Message";
    message["description"] = "What is wrong; text, unless the handler chose another value";
    return message;
}

json::object validation_issue()
{
    json::object members;
    json::object step;
    step["anyOf"] = json::array{json::object{{"type", "string"}}, json::object{{"type", "integer"}}};
    auto& loc = members["loc"].emplace_object();
    loc["items"] = std::move(step);
    loc["type"] = "array";
    loc["title"] = "Location";
    members["msg"] = typed("string", "Message");
    members["type"] = typed("string", "Error Type");
    members["input"].emplace_object()["title"] = "Input";
    members["ctx"] = typed("object", "Context");
    return object_of("ValidationError", std::move(members), {"loc", "msg", "type"});
}

} // namespace

json::object reference_to(std::string_view component)
{
    json::object reference;
    reference["$ref"] = std::string(place).append(component);
    return reference;
}

std::string_view referred(json::object const& schema)
{
    auto const* reference = schema.if_contains("$ref");
    if (!reference)
        return {};
    std::string_view const text = reference->get_string();
    return text.substr(place.size());
}

std::string_view referred(json::value const& schema)
{
    auto const* object = schema.if_object();
    return object ? referred(*object) : std::string_view();
}

json::value const* component_set::find(std::string_view name) const
{
    if (auto const* found = registry_.components().if_contains(name))
        return found;
    return own_.if_contains(name);
}

std::string component_set::unused(std::string_view name) const
{
    std::string unique(name);
    for (int n = 2; find(unique); ++n)
        unique = std::string(name) + "_" + std::to_string(n);
    return unique;
}

json::object component_set::add(std::string name, json::value schema)
{
    auto const unique = unused(name);
    own_[unique] = std::move(schema);
    return reference_to(unique);
}

json::object component_set::once(std::string_view key, std::string name, json::value schema)
{
    auto [known, fresh] = known_.try_emplace(std::string(key));
    if (fresh)
        known->second = add(std::move(name), std::move(schema));
    return known->second;
}

json::value component_set::in_place(json::value schema) const
{
    if (auto const name = referred(schema); !name.empty())
        return *find(name);
    if (auto* choices = schema.as_object().if_contains("anyOf"))
        for (auto& choice : choices->as_array())
            choice = in_place(std::move(choice));
    return schema;
}

json::object component_set::envelope_of(json::value const& data)
{
    std::string const name = "Envelope_" + word_for(data);
    auto members = envelope_members(typed("string", "Message"));
    members["data"] = data;
    return once("envelope " + json::serialize(data), name,
        object_of(name, std::move(members), {"status", "message", "timestamp", "data"}));
}

json::object component_set::error(bool enveloped)
{
    auto members = envelope_members(error_message());
    if (enveloped)
        return once("error envelope", "ErrorEnvelope",
            object_of("ErrorEnvelope", std::move(members), {"status", "message", "timestamp"}));
    members.erase("timestamp");
    members["is_middleware_error"].emplace_object()["const"] = true;
    return once("error", "Error", object_of("Error", std::move(members), {"status", "message"}));
}

json::object component_set::invalid(bool enveloped)
{
    auto const one = once("issue", "ValidationError", validation_issue());
    json::object members;
    auto& detail = members["detail"].emplace_object();
    detail["items"] = one;
    detail["type"] = "array";
    detail["title"] = "Detail";
    json::object list;
    list["properties"] = std::move(members);
    list["type"] = "object";
    list["title"] = "HTTPValidationError";
    auto plain = once("invalid", "HTTPValidationError", std::move(list));
    return enveloped ? envelope_of(plain) : plain;
}

json::object component_set::event()
{
    json::object members;
    members["event"] = typed("string", "Event");
    members["data"] = typed("string", "Data");
    members["id"] = typed("string", "Id");
    members["retry"] = typed("integer", "Retry");
    auto schema = object_of("ServerSentEvent", std::move(members), {});
    schema.erase("required");
    schema["description"] = "One event of the stream, each member a field of it (WHATWG HTML 9.2)";
    return once("event", "ServerSentEvent", std::move(schema));
}

json::object component_set::finished() const
{
    json::object all = registry_.components();
    for (auto const& member : own_)
        all[member.key()] = member.value();
    make_importable(all, requests_);
    std::vector<std::string_view> names;
    for (auto const& member : all)
        names.emplace_back(member.key());
    std::ranges::sort(names);
    json::object sorted;
    for (auto const name : names)
        sorted[name] = all[name];
    return sorted;
}

} // namespace framex::openapi
