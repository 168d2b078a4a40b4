#include "server/router.hpp"

#include <algorithm>

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
    for (auto const& entry : routes_)
        add(entry);
    std::ranges::sort(patterns_, [](auto const& a, auto const& b) { return a->pattern < b->pattern; });
}

void route_table::add(route const& entry)
{
    if (!entry.function.empty())
        functions_.emplace(entry.function, &entry);
    if (entry.method.empty())
        return;
    path_entry* target = nullptr;
    path_entry probe(entry.path);
    if (probe.pattern.is_static()) {
        auto& slot = exact_[entry.path];
        if (!slot)
            slot = std::make_unique<path_entry>(entry.path);
        target = slot.get();
    } else {
        auto const known =
            std::ranges::find_if(patterns_, [&](auto const& p) { return p->pattern == probe.pattern; });
        if (known != patterns_.end())
            target = known->get();
        else
            target = patterns_.emplace_back(std::make_unique<path_entry>(entry.path)).get();
    }
    if (std::ranges::any_of(target->routes, [&](auto const* r) { return r->method == entry.method; })) {
        duplicates_.push_back(&entry);
        return;
    }
    target->routes.push_back(&entry);
    target->allow.clear();
    for (auto const* r : target->routes)
        target->allow += r->method == "GET" ? "GET, HEAD, " : r->method + ", ";
    target->allow += "OPTIONS";
}

path_entry const* route_table::find(std::string_view path, std::vector<std::string_view>& values) const
{
    values.clear();
    if (auto const found = exact_.find(path); found != exact_.end())
        return found->second.get();
    for (auto const& entry : patterns_)
        if (entry->pattern.match(path, values))
            return entry.get();
    return nullptr;
}

route const* route_table::find_api(std::string_view name) const
{
    if (!name.starts_with('/')) {
        auto const found = functions_.find(name);
        return found == functions_.end() ? nullptr : found->second;
    }
    auto const found = exact_.find(name);
    return found == exact_.end() || found->second->routes.empty() ? nullptr : found->second->routes.front();
}

} // namespace framex
