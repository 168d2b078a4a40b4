#include "unfolding.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace framex::proxy {

namespace {

/// "minimum" with a true "exclusiveMinimum" is the number "exclusiveMinimum" in 3.1.
void upgrade_bound(json::object& schema, std::string_view exclusive, std::string_view bound)
{
    auto const* flag = schema.if_contains(exclusive);
    if (!flag || !flag->is_bool())
        return;
    auto const* value = schema.if_contains(bound);
    if (flag->get_bool() && value) {
        schema[exclusive] = json::value(*value);
        schema.erase(bound);
    } else
        schema.erase(exclusive);
}

} // namespace

json::value unfolding::copy(json::value const& part, schema_names& used)
{
    is_parameter_ = false;
    return begin(part, used);
}

json::value unfolding::copy_of_parameter(json::value const& part, schema_names& used)
{
    is_parameter_ = true;
    return begin(part, used);
}

json::value unfolding::begin(json::value const& part, schema_names& used)
{
    used_ = &used;
    level_ = 0;
    open_.clear();
    return copied(part, members_are::keywords);
}

json::value unfolding::copied(json::value const& value, members_are members)
{
    spend(sizeof(json::value) + (value.is_string() ? value.get_string().size() : 0));
    if (!value.is_structured())
        return value;
    if (++level_ > depth_)
        throw oddity("it is nested deeper than " + std::to_string(depth_) + " levels");
    json::value made;
    if (auto const* array = value.if_array()) {
        auto& elements = made.emplace_array();
        for (auto const& each : *array)
            elements.push_back(copied(each, members));
    } else if (members == members_are::keywords) {
        made = object(value.get_object());
    } else {
        auto& entries = made.emplace_object();
        auto const inner = members == members_are::data ? members : members_are::keywords;
        for (auto const& each : value.get_object()) {
            spend(each.key().size());
            entries[each.key()] = copied(each.value(), inner);
        }
    }
    --level_;
    return made;
}

json::value unfolding::object(json::object const& value)
{
    if (auto const reference = reference_of(value))
        return referred(value, *reference);
    json::object made;
    for (auto const& each : value) {
        spend(each.key().size());
        if (each.key() == "discriminator")
            made["discriminator"] = mapping(each.value());
        else if (each.key() != "links" && each.key() != "callbacks")
            made[each.key()] = copied(each.value(), inside_of(each.key(), each.value()));
    }
    return is_3_0_ ? as_3_1(std::move(made)) : json::value(std::move(made));
}

json::value unfolding::referred(json::object const& value, std::string_view reference)
{
    json::value made;
    if (auto const name = schema_name(reference)) {
        use(*name, reference);
        made.emplace_object()["$ref"] = reference_to_schema(*name);
    } else {
        auto const& target = from_.target(reference);
        if (std::ranges::find(open_, reference) != open_.end())
            throw oddity("`$ref` \"" + std::string(reference) + "\" leads in a circle");
        open_.push_back(reference);
        made = copied(target, members_are::keywords);
        open_.pop_back();
    }
    if (auto* object = made.if_object()) // what stands beside a reference counts, too
        for (auto const& each : value)
            if (each.key() != "$ref")
                (*object)[each.key()] = copied(each.value(), inside_of(each.key(), each.value()));
    return made.is_object() && is_3_0_ ? as_3_1(std::move(made.get_object())) : made;
}

/// A discriminator names schemas by themselves or by a reference.
json::value unfolding::mapping(json::value const& discriminator)
{
    auto made = copied(discriminator, members_are::data);
    auto* object = made.if_object();
    auto* names = object ? object->if_contains("mapping") : nullptr;
    if (!names || !names->is_object())
        return made;
    for (auto& each : names->get_object())
        if (auto const* text = each.value().if_string()) {
            auto const name = schema_name(*text).value_or(std::string(*text));
            auto const reference = reference_to_schema(name);
            use(name, reference);
            each.value() = json::value(reference);
        }
    return made;
}

void unfolding::use(std::string const& name, std::string_view reference)
{
    if (!used_->contains(name)) {
        from_.target(reference);
        used_->insert(name);
    }
}

void unfolding::spend(std::size_t octets)
{
    if (open_.empty())
        return;
    spent_ += octets;
    if (spent_ > most)
        throw oddity(
            "the references of the document unfold to more than " + std::to_string(most >> 20) + " MB");
}

json::value unfolding::as_3_1(json::object schema) const
{
    upgrade_bound(schema, "exclusiveMinimum", "minimum");
    upgrade_bound(schema, "exclusiveMaximum", "maximum");
    auto const* nullable = schema.if_contains("nullable");
    if (!nullable || !nullable->is_bool())
        return schema;
    bool const is_nullable = nullable->get_bool();
    schema.erase("nullable");
    if (!is_nullable || is_parameter_)
        return schema;
    json::object either;
    for (char const* outer : {"title", "description", "default"})
        if (auto* member = schema.if_contains(outer)) {
            either[outer] = std::move(*member);
            schema.erase(outer);
        }
    either["anyOf"] = json::array{std::move(schema), json::object{{"type", "null"}}};
    return either;
}

} // namespace framex::proxy
