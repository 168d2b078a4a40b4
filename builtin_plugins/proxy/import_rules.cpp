#include "import_rules.hpp"

#include <framex/http/path.hpp>
#include <framex/http/rules.hpp>

#include <algorithm>
#include <utility>

namespace framex::proxy {

namespace {

bool matches(std::string_view rule, std::string_view path)
{
    if (!rule.ends_with('*'))
        return rule == path;
    rule.remove_suffix(1);
    return path.starts_with(rule);
}

/// Whether the rule, or a path below it, is what a request asks for: "{}" stands for any text without "/". It
/// takes the rule's length times the path's, however many "{}" there are.
bool covers(std::string_view rule, std::string_view path)
{
    if (rule.find("{}") == rule.npos)
        return matches(rule, path);
    std::vector<bool> reached(path.size() + 1), next(path.size() + 1); // how far the rule goes in the path
    for (reached[0] = true; !rule.empty() && rule != "*"; std::swap(reached, next)) {
        bool const is_text = !rule.starts_with("{}");
        bool within = false; // a place in this segment, before `at`, was reached
        next[0] = false;
        for (std::size_t at = 0; at < path.size(); ++at) {
            within = (within || reached[at]) && path[at] != '/';
            next[at + 1] = is_text ? reached[at] && path[at] == rule.front() : within;
        }
        rule.remove_prefix(is_text ? 1 : 2);
    }
    return reached.back() || (!rule.empty() && std::ranges::find(reached, true) != reached.end());
}

std::string said(std::string_view level, std::string_view rule)
{
    return std::string(level) + " \"" + std::string(rule) + "\"";
}

} // namespace

std::string shape_of(std::string_view path)
{
    std::string shape;
    while (!path.empty()) {
        auto const open = path.find('{');
        auto const close = path.find('}', open == path.npos ? 0 : open);
        if (open == path.npos || close == path.npos)
            break;
        shape.append(path, 0, open + 1).append("}");
        path.remove_prefix(close + 1);
    }
    return shape.append(path);
}

import_rules::import_rules(list const& disable, list const& enable, std::optional<list> const& white_list)
    : disable_(level_of(disable)), enable_(level_of(enable))
{
    if (white_list)
        white_list_ = level_of(*white_list);
}

import_rules::level import_rules::level_of(list const& rules)
{
    level made;
    for (auto const& text : rules)
        made.push_back({text, shape_of(text)});
    return made;
}

import_rules::rule const* import_rules::find(level const& rules, std::string_view shape)
{
    for (auto const& each : rules)
        if (matches(each.shape, shape))
            return &each;
    return nullptr;
}

decision import_rules::decide(std::string_view path) const
{
    std::string scratch;
    auto const normal = normalise_path(path, scratch);
    if (!normal || !normal->starts_with('/'))
        return {false, "no well-formed path"};
    if (auto const* match = disabling(*normal))
        return {false, said("disable", match->text)};
    auto const shape = shape_of(*normal);
    if (auto const* match = find(enable_, shape))
        return {true, said("enable", match->text)};
    if (!white_list_)
        return {false, "not enabled"};
    if (auto const* match = find(*white_list_, shape))
        return {true, said("white_list", match->text)};
    return {false, enable_.empty() ? "not in white_list" : "neither in enable nor in white_list"};
}

import_rules::rule const* import_rules::disabling(std::string_view normal) const
{
    auto const shape = shape_of(normal);
    auto const decoded = with_slashes_decoded(normal);
    auto const found = std::ranges::find_if(disable_, [&](rule const& each) {
        return matches(each.shape, shape) || covers(each.shape, normal)
            || (decoded && covers(each.shape, *decoded));
    });
    return found == disable_.end() ? nullptr : &*found;
}

bool import_rules::disables(std::string_view path) const
{
    std::string scratch;
    auto const normal = normalise_path(path, scratch);
    return normal && disabling(*normal);
}

std::string import_rules::normal_form(std::string_view rule)
{
    return rule == "*" ? std::string(rule) : key_rules::normal_form(rule);
}

bool import_rules::can_match(std::string_view rule) { return rule == "*" || key_rules::can_match(rule); }

} // namespace framex::proxy
