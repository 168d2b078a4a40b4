#include "secrets.hpp"

#include <framex/config/sources.hpp>

#include <algorithm>
#include <array>

namespace framex {

namespace {

std::string lower(std::string_view text)
{
    std::string made(text);
    for (char& letter : made) {
        if (letter >= 'A' && letter <= 'Z')
            letter = static_cast<char>(letter - 'A' + 'a');
        else if (letter == '-')
            letter = '_';
    }
    return made;
}

constexpr std::array<std::string_view, 12> words = {"secret", "password", "passwd", "token", "api_key",
    "apikey", "private_key", "credential", "authorization", "cookie", "access_key", "dsn"};

bool holds_word(std::string_view lowered)
{
    return std::ranges::any_of(
        words, [&](std::string_view word) { return lowered.find(word) != lowered.npos; });
}

/// Names that only speak about a secret: where to get it, how it is sent, how long it may be.
bool speaks_about_secret(std::string_view name)
{
    constexpr std::array<std::string_view, 7> endings = {
        "_url", "_header", "_scheme", "_type", "_algorithm", "_limit", "_count"};
    return name.starts_with("max_")
        || std::ranges::any_of(endings, [&](std::string_view ending) { return name.ends_with(ending); });
}

} // namespace

bool is_secret_name(std::string_view name)
{
    std::string const lowered = lower(name);
    return holds_word(lowered) && !speaks_about_secret(lowered);
}

bool is_secret(setting_path const& path)
{
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (is_secret_name(path[i]))
            return true;
        if (i != 0 && path[i - 1] == "auth" && path[i] == "rules")
            return true;
    }
    return false;
}

bool line_may_hold_secret(std::string_view line)
{
    std::string const lowered = lower(line);
    return holds_word(lowered) || lowered.find("rules") != lowered.npos;
}

bool is_switch(std::string_view line)
{
    auto value = line.substr(std::min(line.find('='), line.size()));
    value.remove_prefix(std::min(value.find_first_not_of("= \t"), value.size()));
    value = value.substr(0, value.find_last_not_of(" \t\r") + 1);
    return value == "true" || value == "false";
}

bool stands_near_secret(std::vector<std::string> const& lines, std::size_t number)
{
    for (std::size_t line = std::min(number, lines.size()); line > 0; --line) {
        std::string const text = lower(lines[line - 1]);
        std::size_t const first = text.find_first_not_of(" \t");
        bool const is_header = first != text.npos && text[first] == '[';
        if (line_may_hold_secret(text) || text.find("auth") != text.npos)
            return true;
        if (is_header && line != number)
            return false;
    }
    return false;
}

std::string mask_line(std::string_view line)
{
    std::size_t const equals = line.find('=');
    if (equals == line.npos)
        return std::string(masked_secret);
    return std::string(line.substr(0, equals + 1)).append(" ").append(masked_secret);
}

} // namespace framex
