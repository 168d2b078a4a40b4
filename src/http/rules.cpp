#include <framex/http/path.hpp>
#include <framex/http/rules.hpp>
#include <framex/http/syntax.hpp>

#include <bit>
#include <cstring>
#include <utility>

namespace framex {

namespace {

/// Compares all of `secret`, whatever `given` is.
bool same_key(std::string_view secret, std::string_view given) noexcept
{
    std::uint64_t difference = secret.size() == given.size() ? 0 : 1;
    std::string_view const compared = difference ? secret : given;
    std::size_t at = 0;
    for (std::uint64_t ours = 0, theirs = 0; at + sizeof ours <= secret.size(); at += sizeof ours) {
        std::memcpy(&ours, secret.data() + at, sizeof ours);
        std::memcpy(&theirs, compared.data() + at, sizeof theirs);
        difference |= ours ^ theirs;
    }
    for (; at < secret.size(); ++at)
        difference |= static_cast<unsigned char>(secret[at] ^ compared[at]);
    return difference == 0;
}

/// FNV-1a, octet by octet: the hash of every prefix is one step from that of the one before.
constexpr std::uint64_t begin_of_hash = 0xcbf29ce484222325;
constexpr std::uint64_t step(std::uint64_t hash, char next) noexcept
{
    return (hash ^ static_cast<unsigned char>(next)) * 0x100000001b3;
}
std::uint64_t hash_of(std::string_view text) noexcept
{
    auto hash = begin_of_hash;
    for (char const c : text)
        hash = step(hash, c);
    return hash;
}

} // namespace

bool key_rule::opened_by(std::string_view authorization) const noexcept
{
    constexpr std::string_view scheme = "bearer ";
    std::string_view token;
    if (authorization.size() > scheme.size() && authorization[scheme.size() - 1] == ' '
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
    if (rules.empty())
        return;
    slots_.resize(std::bit_ceil(rules.size() * 2));
    for (auto const& [pattern, keys] : rules) {
        std::string_view text = pattern;
        if (text.ends_with("/*"))
            text.remove_suffix(1);
        add(text, key_rule(pattern, keys));
    }
}

void key_rules::add(std::string_view text, key_rule rule)
{
    auto const hash = hash_of(text);
    auto at = hash & (slots_.size() - 1);
    while (slots_[at].rule)
        at = (at + 1) & (slots_.size() - 1);
    slots_[at].hash = hash;
    slots_[at].rule = std::make_shared<key_rule const>(std::move(rule));
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

key_rule const* key_rules::look_up(std::uint64_t hash, std::string_view path, bool is_prefix) const noexcept
{
    for (auto at = hash & (slots_.size() - 1); slots_[at].rule; at = (at + 1) & (slots_.size() - 1)) {
        if (slots_[at].hash != hash)
            continue;
        std::string_view text = slots_[at].rule->pattern;
        bool const has_star = text.ends_with("/*");
        if (has_star)
            text.remove_suffix(1);
        if (has_star == is_prefix && text == path)
            return slots_[at].rule.get();
    }
    return nullptr;
}

key_rule const* key_rules::find(std::string_view path) const noexcept
{
    if (slots_.empty())
        return nullptr;
    key_rule const* found = nullptr;
    auto hash = begin_of_hash;
    for (std::size_t i = 0; i < path.size(); ++i) {
        hash = step(hash, path[i]);
        if (path[i] == '/')
            if (auto const* longer = look_up(hash, path.substr(0, i + 1), true))
                found = longer;
    }
    auto const* exact = look_up(hash, path, false);
    return exact ? exact : found;
}

} // namespace framex
