/// Rules that say which keys open a path: exact paths and prefixes.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace framex {

/// The keys of one rule; any one of them opens what the rule guards. Without keys nothing does.
struct key_rule {
    std::string pattern; ///< "/api/v1/echo", or "/api/v1/*" for everything below "/api/v1/"
    std::vector<std::string> keys;

    key_rule(std::string text, std::vector<std::string> opening)
        : pattern(std::move(text)), keys(std::move(opening))
    {
    }

    /// Whether the value of an Authorization field is one of the keys, as it is or as "Bearer KEY".
    /// The time it takes does not depend on where a wrong key differs.
    bool opened_by(std::string_view authorization) const noexcept;
};

/// An exact rule beats a prefix, a longer prefix beats a shorter one; the keys of that one rule count.
class key_rules {
public:
    key_rules() = default;
    explicit key_rules(std::map<std::string, std::vector<std::string>> const& rules);

    /// Whether a pattern can match any path: it begins with "/", and "*" stands only at its end, after "/".
    static bool can_match(std::string_view pattern) noexcept;

    /// The rule that counts for a normalised path or a route's template; null: the path is open to all.
    key_rule const* find(std::string_view path) const noexcept;
    bool empty() const noexcept { return exact_.empty() && prefixes_.empty(); }

private:
    std::map<std::string, key_rule, std::less<>> exact_;
    std::vector<key_rule> prefixes_; ///< longest first; their patterns end in "/*"
};

} // namespace framex
