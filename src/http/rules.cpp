#include <framex/http/path.hpp>
#include <framex/http/rules.hpp>
#include <framex/http/syntax.hpp>

#include <algorithm>

namespace framex {

namespace {

/// Compares every octet of `secret`, whatever `given` is.
bool same_key(std::string_view secret, std::string_view given) noexcept
{
    unsigned difference = secret.size() == given.size() ? 0 : 1;
    for (std::size_t i = 0; i < secret.size(); ++i) {
        auto const other = given.empty() ? '\0' : given[i % given.size()];
        difference |= static_cast<unsigned>(secret[i] ^ other);
    }
    return difference == 0;
}

} // namespace

bool key_rule::opened_by(std::string_view authorization) const noexcept
{
    constexpr std::string_view scheme = "bearer ";
    std::string_view token;
    if (authorization.size() > scheme.size()
        && equals_ignoring_case(authorization.substr(0, scheme.size()), scheme))
        token = trim_whitespace(authorization.substr(scheme.size()));
    bool opened = false;
    for (auto const& key : keys) {
        if (key.empty())
            continue;
        opened |= same_key(key, authorization);
        opened |= !token.empty() && same_key(key, token);
    }
    return opened;
}

key_rules::key_rules(std::map<std::string, std::vector<std::string>> const& rules)
{
    for (auto const& [pattern, keys] : rules) {
        if (pattern.ends_with("/*"))
            prefixes_.emplace_back(pattern, keys);
        else
            exact_.emplace(pattern, key_rule(pattern, keys));
    }
    std::ranges::sort(
        prefixes_, std::ranges::greater(), [](auto const& rule) { return rule.pattern.size(); });
}

std::string key_rules::normal_form(std::string_view pattern)
{
    auto const star = pattern.find('*');
    bool const is_prefix = pattern.ends_with("/*");
    if (star != pattern.npos && !(is_prefix && star + 1 == pattern.size()))
        return {};
    std::string scratch;
    auto const normal = normalise_path(pattern.substr(0, star), scratch);
    if (!normal)
        return {};
    return std::string(*normal) + (is_prefix ? "*" : "");
}

bool key_rules::can_match(std::string_view pattern)
{
    return !pattern.empty() && normal_form(pattern) == pattern;
}

key_rule const* key_rules::find(std::string_view path) const noexcept
{
    if (auto const found = exact_.find(path); found != exact_.end())
        return &found->second;
    for (auto const& rule : prefixes_) {
        auto const prefix = std::string_view(rule.pattern).substr(0, rule.pattern.size() - 1);
        if (path.starts_with(prefix))
            return &rule;
    }
    return nullptr;
}

} // namespace framex
