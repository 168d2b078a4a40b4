#include "server/conditional.hpp"

#include "http/sha256.hpp"

#include <framex/http/syntax.hpp>

#include <algorithm>

namespace framex {

namespace {

constexpr std::size_t tag_length = 16;

std::string_view without_weakness(std::string_view tag)
{
    return tag.starts_with("W/") ? tag.substr(2) : tag;
}

/// Whether a list of entity tags has this one. Commas may stand within the quotes of a tag; what is no tag
/// ends the list.
bool names(std::string_view list, std::string_view opaque)
{
    for (;;) {
        list.remove_prefix(std::min(list.find_first_not_of(", \t"), list.size()));
        list = without_weakness(list);
        auto const close = list.find('"', 1);
        if (!list.starts_with('"') || close == list.npos)
            return false;
        if (list.substr(0, close + 1) == opaque)
            return true;
        list.remove_prefix(close + 1);
    }
}

} // namespace

std::string etag_of(std::string_view content)
{
    return '"' + sha256_hex(content).substr(0, tag_length) + '"';
}

bool has_current(fields const& asked, std::string_view etag)
{
    auto const [first, last] = asked.equal_range(http::field::if_none_match);
    for (auto line = first; line != last; ++line) {
        std::string_view const list = line->value();
        if (trim_whitespace(list) == "*" || names(list, without_weakness(etag)))
            return true;
    }
    return false;
}

} // namespace framex
