#include "server/router.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

namespace framex {

route const* path_entry::find(std::string_view method) const noexcept
{
    route const* get = nullptr;
    for (auto const* candidate : routes) {
        if (candidate->method == method)
            return candidate;
        if (candidate->method == "GET")
            get = candidate;
    }
    return method == "HEAD" ? get : nullptr;
}

route_table::route_table(std::vector<route> routes, key_rules rules)
    : routes_(std::move(routes)), rules_(std::move(rules))
{
    for (auto const& entry : routes_) {
        add(entry);
        guards_.push_back(entry.keys ? entry.keys.get() : rules_.find(entry.path));
    }
}

void route_table::bind(std::string_view plugin, void* instance) noexcept
{
    for (auto& entry : routes_)
        if (entry.plugin == plugin)
            entry.instance = instance;
}

/// The entry of the route's path, made when it is the first one there.
path_entry& route_table::entry_of(route const& entry)
{
    path_entry probe(entry.path);
    if (probe.pattern.is_static()) {
        auto& slot = exact_[entry.path];
        if (!slot)
            slot = std::make_unique<path_entry>(std::move(probe));
        return *slot;
    }
    auto& number = tree_.place_of(probe.pattern);
    if (number == pattern_tree::nothing) {
        number = patterns_.size();
        return *patterns_.emplace_back(std::make_unique<path_entry>(std::move(probe)));
    }
    auto& known = *patterns_[number];
    if (known.pattern.names().size() < probe.pattern.names().size())
        known.pattern = std::move(probe.pattern); // "*" hands out no value, "{rest:path}" does
    return known;
}

void route_table::add(route const& entry)
{
    if (!entry.function.empty())
        if (auto const [known, is_new] = functions_.emplace(entry.function, &entry); !is_new)
            duplicates_.emplace_back(known->second, &entry, true);
    if (entry.method.empty())
        return;
    auto& target = entry_of(entry);
    auto const same = std::ranges::find(target.routes, entry.method, &route::method);
    if (same != target.routes.end()) {
        duplicates_.emplace_back(*same, &entry, false);
        return;
    }
    target.routes.push_back(&entry);
}

found_route route_table::find(
    std::string_view path, std::string_view method, std::vector<std::string_view>& values) const
{
    values.clear();
    found_route found;
    if (auto const exact = exact_.find(path); exact != exact_.end()) {
        found.entry = exact->second.get();
        found.target = found.entry->find(method);
        if (found.target)
            return found;
    }
    tree_.visit(path, [&](pattern_tree::number number) {
        auto const& entry = *patterns_[number];
        auto const* target = entry.find(method);
        if (target || !found.entry)
            found.entry = &entry;
        found.target = target;
        if (target)
            entry.pattern.match(path, values);
        return target != nullptr;
    });
    return found;
}

std::string route_table::allow(std::string_view path) const
{
    std::vector<std::string_view> methods;
    auto const note = [&](std::string_view method) {
        if (std::ranges::find(methods, method) == methods.end())
            methods.push_back(method);
    };
    auto const note_all = [&](path_entry const& entry) {
        for (auto const* each : entry.routes) {
            note(each->method);
            if (each->method == "GET")
                note("HEAD");
        }
    };
    if (auto const exact = exact_.find(path); exact != exact_.end())
        note_all(*exact->second);
    tree_.visit(path, [&](pattern_tree::number number) {
        note_all(*patterns_[number]);
        return false;
    });
    note("OPTIONS");
    std::string text(methods.front());
    for (auto const method : std::span(methods).subspan(1))
        text.append(", ").append(method);
    return text;
}

path_entry const* route_table::find_template(std::string_view path) const
{
    if (auto const found = exact_.find(path); found != exact_.end())
        return found->second.get();
    if (path.find_first_of("{*") == path.npos)
        return nullptr;
    try {
        auto const number = tree_.find(path_pattern(path));
        return number == pattern_tree::nothing ? nullptr : patterns_[number].get();
    } catch (std::invalid_argument const&) {
        return nullptr; // no route's template is written so
    }
}

route const* route_table::find_api(std::string_view name) const
{
    if (auto const found = functions_.find(name); found != functions_.end())
        return found->second;
    auto const space = name.starts_with('/') ? name.npos : name.find(' ');
    auto const method = space == name.npos ? std::string_view() : name.substr(0, space);
    auto const path = space == name.npos ? name : name.substr(space + 1);
    auto const* entry = find_template(path);
    if (!entry)
        return nullptr;
    if (!method.empty())
        return entry->find(method);
    auto const exact = std::ranges::find(entry->routes, path, &route::path);
    return exact == entry->routes.end() ? entry->routes.front() : *exact;
}

} // namespace framex
