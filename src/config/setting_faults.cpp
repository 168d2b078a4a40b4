#include "setting_faults.hpp"

#include "secrets.hpp"

#include <framex/config/nearest.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <optional>

namespace framex {

namespace {

bool is_environment(setting_origin const& origin)
{
    return origin.source.starts_with("env ") || origin.source.starts_with(".env");
}

setting_path with_last(setting_path path, std::string last)
{
    path.back() = std::move(last);
    return path;
}

std::string table_of(setting_path const& path) { return dotted({path.begin(), path.end() - 1}); }

std::string join(std::vector<std::string> const& words)
{
    std::string text;
    for (std::string const& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

/// `a,b` as a list of texts in JSON, which is TOML as well.
std::string as_list(std::string_view text)
{
    json::array list;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find(','), text.size());
        list.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    std::string made = json::serialize(list);
    for (std::size_t at = made.find("\",\""); at != made.npos; at = made.find("\",\"", at + 3))
        made.insert(at + 2, " ");
    return made;
}

/// Whether a message may quote the value: no secret, and no broken JSON, which may hold one.
bool may_repeat(json::value const& found, setting_path const& path)
{
    if (!found.is_string() || is_secret(path) || path.front() == "auth")
        return false;
    return !found.as_string().starts_with('{') && !found.as_string().starts_with('[');
}

std::string shortened(std::string_view text)
{
    constexpr std::size_t most = 40;
    return text.size() <= most ? std::string(text) : std::string(text.substr(0, most)) + "...";
}

/// Whether the text is a value of this kind that only lost its quotes.
bool is_bare_word(std::string_view text, shape_kind kind)
{
    if (kind == shape_kind::boolean)
        return text == "true" || text == "false";
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

std::string type_help(
    json::value const& found, shape_kind wanted, setting_path const& path, setting_origin const& origin)
{
    std::string const name = spelled(path, origin);
    bool const repeats = may_repeat(found, path);
    std::string const text = repeats ? shortened(found.as_string()) : std::string();
    switch (wanted) {
    case shape_kind::duration:
        return "write a number of seconds, or a text with a unit: \"30s\", \"500ms\", \"2min\"";
    case shape_kind::size:
        return "write a number of bytes, or a text with a unit: \"32 KB\", \"10 MB\"";
    case shape_kind::list:
        if (is_environment(origin))
            return "write a list as JSON: " + name + "='" + (repeats ? as_list(text) : R"(["a", "b"])") + "'";
        return "write a list: " + name + " = " + (repeats ? as_list(text) : R"(["a", "b"])");
    case shape_kind::open_table:
    case shape_kind::table:
        return is_environment(origin) ? "write a table as JSON, or name its keys: " + name + "__KEY=value"
                                      : "write a table: [" + dotted(path) + "]";
    case shape_kind::integer:
    case shape_kind::number:
    case shape_kind::boolean:
        if (repeats && origin.line != 0 && is_bare_word(text, wanted) && !is_environment(origin))
            return "write it without quotes: " + name + " = " + text;
        return wanted == shape_kind::boolean ? "write true or false" : "";
    default:
        return "";
    }
}

/// The type that an issue of a model misses; nullopt when the type is right.
std::optional<shape_kind> wanted_type(std::string_view issue_type)
{
    struct row {
        std::string_view begin;
        shape_kind kind;
    };
    constexpr row rows[] = {{"int_", shape_kind::integer}, {"float_", shape_kind::number},
        {"bool_", shape_kind::boolean}, {"string_type", shape_kind::text}, {"list_type", shape_kind::list},
        {"dict_type", shape_kind::table}, {"model_attributes_type", shape_kind::table}};
    auto const found =
        std::ranges::find_if(rows, [&](row each) { return issue_type.starts_with(each.begin); });
    return found == std::ranges::end(rows) ? std::nullopt : std::optional(found->kind);
}

/// The names that the model has instead of an unknown one; none when the issue, which anybody may have made,
/// does not tell.
std::vector<std::string> known_keys(issue const& unknown)
{
    std::vector<std::string> names;
    error_code ignored;
    json::value const context = json::parse(unknown.ctx, ignored);
    json::value const* const known = context.find_pointer("/known", ignored);
    if (known == nullptr || !known->is_array())
        return names;
    for (json::value const& name : known->get_array())
        if (name.is_string())
            names.emplace_back(name.get_string());
    return names;
}

/// A value of the right type that a rule refuses; `why` is the model's sentence.
problem refused_value(setting_path const& path, setting_origin const& origin, std::string_view why,
    json::value const& found, source_lines const& lines)
{
    // "Input should be ...", "String should have ...": the setting is the subject here
    if (auto const should = why.find("should "); should != why.npos)
        why.remove_prefix(should);
    problem fault = problem_at_origin(
        path, origin, pointed_at::value, lines, "FX0104", "`" + dotted(path) + "` " + std::string(why));
    if (fault.line == 0 && !is_secret(path))
        fault.message += ", found " + json::serialize(found);
    return fault;
}

/// A setting without which its table is useless.
problem missing_setting(setting_path const& path, setting_origin const& origin, source_lines const& lines)
{
    problem fault = problem_at_origin(
        path, origin, pointed_at::value, lines, "FX0108", "`" + dotted(path) + "` is required");
    if (origin.source == "default") // nobody began the table
        fault.place.clear();
    fault.help = is_environment(origin) ? "set " + spelled(path, origin)
                                        : "write `" + path.back() + " = ...` below [" + table_of(path) + "]";
    return fault;
}

} // namespace

std::string spelled(setting_path const& path, setting_origin const& origin)
{
    if (!is_environment(origin))
        return origin.line == 0 ? dotted(path) : path.back();
    std::string name;
    for (std::string const& key : path)
        name += (name.empty() ? "" : "__") + key;
    std::ranges::transform(name, name.begin(), [](char letter) {
        return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter & ~0x20) : letter;
    });
    return name;
}

problem unknown_setting(setting_path const& path, setting_origin const& origin,
    std::vector<std::string> const& known, source_lines const& lines)
{
    bool const is_in_table = path.size() > 1;
    auto const suggestion = nearest(path.back(), known);
    bool const is_harmless = suggestion && !is_secret(with_last(path, *suggestion)) && !is_secret(path);
    problem fault = problem_at_origin(path, origin, is_harmless ? pointed_at::key : pointed_at::key_alone,
        lines, "FX0102", "unknown setting `" + spelled(path, origin) + "`");
    if (fault.line != 0 && is_in_table && !is_environment(origin))
        fault.caret_note = "in table [" + table_of(path) + "]";
    if (suggestion)
        fault.help = "did you mean `" + spelled(with_last(path, *suggestion), origin) + "`?";
    else if (known.empty())
        fault.help = "remove it";
    else
        fault.help =
            "known " + (is_in_table ? "in [" + table_of(path) + "]" : "at the top") + ": " + join(known);
    return fault;
}

problem wrong_type(setting_path const& path, setting_origin const& origin, shape_kind wanted,
    json::value const& found, source_lines const& lines)
{
    std::string message = "`" + dotted(path) + "` wants ";
    message.append(words_for(wanted)).append(", found ");
    if (origin.line == 0 && may_repeat(found, path))
        message += "`" + shortened(found.as_string()) + "`";
    else
        message.append(words_for(found));
    problem fault = problem_at_origin(path, origin, pointed_at::value, lines, "FX0103", std::move(message));
    fault.help = type_help(found, wanted, path, origin);
    return fault;
}

problem refused_setting(setting_path const& path, setting_origin const& origin, issue const& why,
    json::value const& found, source_lines const& lines)
{
    if (why.type == "missing")
        return missing_setting(path, origin, lines);
    if (auto const wanted = wanted_type(why.type))
        return wrong_type(path, origin, *wanted, found, lines);
    if (why.type == "extra_forbidden")
        return unknown_setting(path, origin, known_keys(why), lines);
    return refused_value(path, origin, why.msg, found, lines);
}

} // namespace framex
