/// The table of an app's routes, immutable once its plugins are bound, and the way from method and path to
/// one of them.
#pragma once

#include "server/pattern_tree.hpp"

#include <framex/http/path_pattern.hpp>
#include <framex/http/rules.hpp>
#include <framex/plugin/route.hpp>

#include <boost/beast/http/verb.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace framex {

/// All routes of one path.
struct path_entry {
    path_pattern pattern;
    std::vector<route const*> routes{}; ///< one a method

    explicit path_entry(std::string const& path) : pattern(path) {}
    /// The route for the method (GET's for HEAD), or null.
    route const* find(std::string_view method) const noexcept;
};

/// Where a request goes.
struct found_route {
    path_entry const* entry = nullptr; ///< null: nothing has this path
    route const* target = nullptr; ///< null: nothing that has the path has the method; entry is the first
};

/// A route that can never be reached, because another one took its place.
struct duplicate_route {
    route const* first;
    route const* second;
    bool is_function; ///< they share the function name, not method and path

    duplicate_route(route const* a, route const* b, bool function)
        : first(a), second(b), is_function(function)
    {
    }
};

class route_table {
public:
    /// Of two routes with one method and equal patterns, or with one function name, the first stays; the
    /// other is reported by duplicates().
    explicit route_table(std::vector<route> routes, key_rules rules = {});
    route_table(route_table const&) = delete;
    route_table& operator=(route_table const&) = delete;

    /// The first route of the method among all that have the normalised path; `values` becomes the path's
    /// parameters, views of `path`.
    found_route find(
        std::string_view path, std::string_view method, std::vector<std::string_view>& values) const;
    /// The value of Allow: the methods of all routes that have the path, HEAD and OPTIONS.
    std::string allow(std::string_view path) const;
    /// For calls: "plugin.Class.method", "/path" (the first of its methods, as they were registered) or
    /// "METHOD /path". A path is a route's template, or one that differs only in the names of the parameters;
    /// the route that is written exactly so comes first.
    route const* find_api(std::string_view name) const;

    /// Lets the plugin's routes be called: `instance` is the object behind them.
    void bind(std::string_view plugin, void* instance) noexcept;

    std::vector<route> const& routes() const noexcept { return routes_; }
    key_rules const& rules() const noexcept { return rules_; }
    /// The rule that guards a route of the table: its own, or that of its template; null: none does.
    key_rule const* rule_of(route const& entry) const noexcept
    {
        return guards_[static_cast<std::size_t>(&entry - routes_.data())];
    }
    std::vector<duplicate_route> const& duplicates() const noexcept { return duplicates_; }

private:
    void add(route const& entry);
    path_entry& entry_of(route const& entry);
    path_entry const* find_template(std::string_view path) const;

    std::vector<route> routes_;
    key_rules rules_;
    std::vector<key_rule const*> guards_; ///< of each route
    std::vector<std::unique_ptr<path_entry>> patterns_; ///< of paths with parameters, by their number
    pattern_tree tree_;
    std::unordered_map<std::string_view, std::unique_ptr<path_entry>> exact_;
    std::unordered_map<std::string_view, route const*> functions_;
    std::vector<duplicate_route> duplicates_;
};

} // namespace framex
