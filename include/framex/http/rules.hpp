/// Rules that say which keys open a path: exact paths and prefixes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace framex {

/// The keys of one rule; any one of them opens what the rule guards. Without keys nothing does.
struct key_rule {
    std::string pattern; ///< "/api/v1/echo", or "/api/v1/*" for "/api/v1/" and all below it
    std::vector<std::string> keys;

    key_rule(std::string text, std::vector<std::string> opening)
        : pattern(std::move(text)), keys(std::move(opening))
    {
    }

    /// Whether the value of an Authorization field is one of the keys, as it is or as "Bearer KEY".
    /// The time it takes does not depend on where a wrong key differs.
    bool opened_by(std::string_view authorization) const noexcept;
};

/// An exact rule beats a prefix, a longer prefix beats a shorter one; the keys of that one rule count. The
/// name of a parameter does not: "/items/{id}" is "/items/{item_id}".
class key_rules {
public:
    key_rules() = default;
    explicit key_rules(std::map<std::string, std::vector<std::string>> const& rules);

    /// The spelling in which a pattern is compared: that of normalise_path(), with the "*" at its end kept.
    /// Empty: it means no path, because it does not begin with "/", has "*" elsewhere than at its end after
    /// "/", or is not well formed.
    static std::string normal_form(std::string_view pattern);
    /// Whether a pattern can match any path: it is its own normal form ("/a%2fb", "/%61" and "/a/../b" are
    /// not).
    static bool can_match(std::string_view pattern);

    /// The rule that counts for a normalised path or a route's template; null: the path is open to all. Its
    /// cost grows with the length of the path, not with the number of rules.
    key_rule const* find(std::string_view path) const noexcept;
    bool empty() const noexcept { return slots_.empty(); }

private:
    /// One rule in the table of open addressing: a prefix by the hash of what stands before its "*".
    struct slot {
        std::uint64_t hash = 0;
        std::shared_ptr<key_rule const> rule{}; ///< null: the slot is free
    };

    void add(std::string_view text, key_rule rule);
    key_rule const* look_up(std::uint64_t hash, std::string_view path, bool is_prefix) const noexcept;

    std::vector<slot> slots_; ///< a power of two, at most half of them taken
};

} // namespace framex
