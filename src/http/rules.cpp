#include <framex/http/path.hpp>
#include <framex/http/rules.hpp>
#include <framex/http/syntax.hpp>

#include <algorithm>
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

/// Where the name of a parameter ends that begins behind `at`, which is a "{"; `at` when none does.
std::size_t end_of_name(std::string_view text, std::size_t at) noexcept
{
    auto const end = text.find_first_of("{}/", at + 1);
    return end != text.npos && text[end] == '}' ? end : at;
}

/// Of the text without the names of parameters: "/items/{id}" is "/items/{}". `after(hash, size)`: of what
/// ends with each "/".
template <class F>
std::uint64_t hash_of(std::string_view text, F&& after) noexcept
{
    auto hash = begin_of_hash;
    for (std::size_t at = 0;; ++at) {
        for (auto const name = std::min(text.find('{', at), text.size()); at < name; ++at) {
            hash = step(hash, text[at]);
            if (text[at] == '/')
                after(hash, at + 1);
        }
        if (at == text.size())
            return hash;
        hash = step(hash, '{');
        at = end_of_name(text, at);
    }
}

/// Whether they differ in the names of parameters only.
bool same_path(std::string_view one, std::string_view other) noexcept
{
    if (one == other)
        return true;
    std::size_t a = 0, b = 0;
    for (; a < one.size() && b < other.size() && one[a] == other[b]; ++a, ++b)
        if (one[a] == '{') {
            auto const end = end_of_name(one, a), other_end = end_of_name(other, b);
            if ((end == a) != (other_end == b))
                return false;
            a = end;
            b = other_end;
        }
    return a == one.size() && b == other.size();
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
    auto const hash = hash_of(text, [](std::uint64_t, std::size_t) {});
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
        if (has_star == is_prefix && same_path(text, path))
            return slots_[at].rule.get();
    }
    return nullptr;
}

key_rule const* key_rules::find(std::string_view path) const noexcept
{
    if (slots_.empty())
        return nullptr;
    key_rule const* found = nullptr;
    auto const hash = hash_of(path, [&](std::uint64_t begin, std::size_t size) {
        if (auto const* longer = look_up(begin, path.substr(0, size), true))
            found = longer;
    });
    auto const* exact = look_up(hash, path, false);
    return exact ? exact : found;
}

} // namespace framex
