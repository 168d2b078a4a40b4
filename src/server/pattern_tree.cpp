#include "server/pattern_tree.hpp"

#include <algorithm>

namespace framex {

pattern_tree::kind pattern_tree::kind_of(std::string_view piece) noexcept
{
    if (piece == "*" || piece.ends_with(":path}"))
        return kind::rest;
    return piece.starts_with('{') ? kind::parameter : kind::text;
}

/// The first segment, without its "/".
std::string_view pattern_tree::cut(std::string_view& path) noexcept
{
    auto const end = std::min(path.find('/', 1), path.size());
    auto const piece = path.substr(1, end - 1);
    path.remove_prefix(end);
    return piece;
}

pattern_tree::number& pattern_tree::place_of(path_pattern const& pattern)
{
    std::size_t at = 0;
    for (std::string_view left = pattern.text(); !left.empty();) {
        auto const piece = cut(left);
        auto const what = kind_of(piece);
        if (what == kind::rest)
            return nodes_[at].rest;
        auto& next = what == kind::parameter ? nodes_[at].parameter : nodes_[at].texts[std::string(piece)];
        if (next == 0) {
            next = nodes_.size();
            at = next;
            nodes_.emplace_back(); // moves `next`
        } else
            at = next;
    }
    return nodes_[at].end;
}

pattern_tree::number pattern_tree::find(path_pattern const& pattern) const
{
    std::size_t at = 0;
    for (std::string_view left = pattern.text(); !left.empty();) {
        auto const piece = cut(left);
        auto const what = kind_of(piece);
        if (what == kind::rest)
            return nodes_[at].rest;
        if (what == kind::parameter)
            at = nodes_[at].parameter;
        else {
            auto const text = nodes_[at].texts.find(piece);
            at = text == nodes_[at].texts.end() ? 0 : text->second;
        }
        if (at == 0)
            return nothing;
    }
    return nodes_[at].end;
}

} // namespace framex
