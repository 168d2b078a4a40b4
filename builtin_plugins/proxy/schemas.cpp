#include "schemas.hpp"

#include "document.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace framex::proxy {

namespace {

/// Calls `change(name)` for the name of each schema that a part refers to; what it gives back, when that is
/// not null, becomes the name.
template <class Change>
class schema_walk {
public:
    explicit schema_walk(Change change) : change_(std::move(change)) {}

    void object(json::object& part, members_are members)
    {
        for (auto& each : part) {
            auto& inner = each.value();
            if (members == members_are::entries)
                value(inner, members_are::keywords);
            else if (each.key() == "$ref")
                reference(inner);
            else if (each.key() == "discriminator")
                discriminator(inner);
            else
                value(inner, inside_of(each.key(), inner));
        }
    }

    void value(json::value& part, members_are members)
    {
        if (members == members_are::data)
            return;
        if (auto* inner = part.if_object())
            object(*inner, members);
        else if (auto* array = part.if_array())
            for (auto& each : *array)
                value(each, members);
    }

private:
    void discriminator(json::value& part)
    {
        auto* inner = part.if_object();
        auto* mapping = inner ? inner->if_contains("mapping") : nullptr;
        if (mapping && mapping->is_object())
            for (auto& alternative : mapping->get_object())
                reference(alternative.value());
    }

    void reference(json::value& part)
    {
        auto const* text = part.if_string();
        auto const name = text ? schema_name(*text) : std::nullopt;
        std::string const* const other = name ? change_(*name) : nullptr;
        if (other)
            part = json::value(reference_to_schema(*other));
    }

    Change change_;
};

using users_by_name = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Who refers to each schema.
users_by_name users_of(json::object& schemas)
{
    users_by_name users;
    for (auto& each : schemas) {
        schema_walk walk([&](std::string const& name) {
            users[name].emplace_back(each.key());
            return static_cast<std::string const*>(nullptr);
        });
        walk.value(each.value(), members_are::keywords);
    }
    return users;
}

/// The names that stand for something else in `all`, by their own content or by what they refer to.
schema_names clashing(json::object const& all, json::object& schemas)
{
    auto users = users_of(schemas);
    std::vector<std::string> open;
    for (auto const& each : schemas)
        if (auto const* other = all.if_contains(each.key()); other && *other != each.value())
            open.emplace_back(each.key());
    schema_names names(open.begin(), open.end());
    while (!open.empty()) {
        auto const name = std::move(open.back());
        open.pop_back();
        for (auto const& user : users[name])
            if (all.contains(user) && names.insert(user).second)
                open.push_back(user);
    }
    return names;
}

} // namespace

schema_set::schema_set(json::object const& root, unfolding& copies)
{
    auto const* components = root.if_contains("components");
    auto const* schemas =
        components && components->is_object() ? components->get_object().if_contains("schemas") : nullptr;
    if (!schemas || !schemas->is_object())
        return;
    for (auto const& each : schemas->get_object()) {
        auto& made = entries_[std::string(each.key())];
        try {
            made.schema = copies.copy(each.value(), made.refers_to);
        } catch (oddity const& why) {
            made.fault = "schema \"" + std::string(each.key()) + "\": " + why.what();
        }
    }
    spread_faults();
}

/// What refers to a faulty schema is as faulty.
void schema_set::spread_faults()
{
    std::map<std::string_view, std::vector<std::string_view>> users;
    std::vector<std::string_view> open;
    for (auto const& [name, each] : entries_) {
        for (auto const& below : each.refers_to)
            users[below].push_back(name);
        if (!each.fault.empty())
            open.push_back(name);
    }
    while (!open.empty()) {
        auto const name = open.back();
        open.pop_back();
        auto const& fault = entries_.find(name)->second.fault;
        for (auto const user : users[name])
            if (auto& other = entries_.find(user)->second.fault; other.empty()) {
                other = fault;
                open.push_back(user);
            }
    }
}

void schema_set::check(schema_names const& names) const
{
    for (auto const& name : names)
        if (auto const found = entries_.find(name); found != entries_.end() && !found->second.fault.empty())
            throw oddity(found->second.fault);
}

json::object schema_set::with_all_below(schema_names const& names) const
{
    schema_names reached;
    std::vector<std::string> open(names.begin(), names.end());
    while (!open.empty()) {
        auto const name = std::move(open.back());
        open.pop_back();
        if (auto const found = entries_.find(name); found != entries_.end() && reached.insert(name).second)
            open.insert(open.end(), found->second.refers_to.begin(), found->second.refers_to.end());
    }
    json::object all;
    for (auto const& name : reached)
        all[name] = entries_.find(name)->second.schema;
    return all;
}

void rename_schemas(imported_document& document, schema_renaming const& names)
{
    schema_walk walk([&](std::string const& name) {
        auto const found = names.find(name);
        return found == names.end() ? nullptr : &found->second;
    });
    json::object renamed;
    for (auto& each : document.schemas) {
        walk.value(each.value(), members_are::keywords);
        auto const found = names.find(each.key());
        renamed[found == names.end() ? std::string(each.key()) : found->second] = std::move(each.value());
    }
    document.schemas = std::move(renamed);
    for (auto& each : document.operations)
        walk.object(each.shown, members_are::keywords);
}

void add_schemas(json::object& all, imported_document& document, std::string_view suffix)
{
    schema_renaming names;
    for (auto const& name : clashing(all, document.schemas)) {
        auto const plain = name + "_" + std::string(suffix);
        auto other = plain;
        for (int n = 2; all.contains(other) || document.schemas.contains(other); ++n)
            other = plain + "_" + std::to_string(n);
        names.emplace(name, std::move(other));
    }
    rename_schemas(document, names);
    for (auto const& each : document.schemas)
        all.emplace(each.key(), each.value());
}

} // namespace framex::proxy
