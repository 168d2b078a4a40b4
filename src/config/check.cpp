#include "document.hpp"
#include "secrets.hpp"
#include "shape.hpp"

#include <framex/config/nearest.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace framex {

namespace {

bool is_environment(setting_origin const& origin)
{
    return origin.source.starts_with("env ") || origin.source.starts_with(".env");
}

/// The name of a setting in the spelling of its source: `port` in a table, `SERVER__PORT` in the environment.
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

class checker {
public:
    checker(setting_document& document, source_lines const& lines) : document_(document), lines_(lines) {}

    void run() { table(document_.values, settings_shape(), {}); }

private:
    bool table(json::object& values, shape const& form, setting_path const& path)
    {
        std::vector<std::string> refused;
        for (auto& member : values) {
            setting_path below = path;
            below.emplace_back(member.key());
            shape const* const part = form.below(member.key());
            if (part == nullptr)
                unknown(below, form);
            if (part == nullptr || !value(member.value(), *part, below))
                refused.push_back(below.back());
        }
        for (std::string const& key : refused)
            values.erase(key);
        return true;
    }

    bool value(json::value& found, shape const& form, setting_path const& path)
    {
        switch (form.kind) {
        case shape_kind::anything:
            return true;
        case shape_kind::boolean:
            return found.is_bool() || wrong_type(found, form, path);
        case shape_kind::integer:
            return found.is_int64() || wrong_type(found, form, path);
        case shape_kind::text:
            return found.is_string() || wrong_type(found, form, path);
        case shape_kind::duration:
            return amount(found, parse_duration) || wrong_type(found, form, path);
        case shape_kind::size:
            return amount(found, parse_size) || wrong_type(found, form, path);
        case shape_kind::list:
            return found.is_array() ? list(found.as_array(), form.parts.front(), path)
                                    : wrong_type(found, form, path);
        case shape_kind::open_table:
        case shape_kind::table:
            break;
        }
        return found.is_object() ? table(found.as_object(), form, path) : wrong_type(found, form, path);
    }

    bool list(json::array& members, shape const& form, setting_path const& path)
    {
        bool all_right = true;
        for (std::size_t i = 0; i < members.size(); ++i) {
            setting_path below = path;
            below.push_back(std::to_string(i));
            all_right = value(members[i], form, below) && all_right;
        }
        return all_right;
    }

    /// Makes the canonical text of a number or text with a unit; false when it is none.
    template <class Unit>
    static bool amount(json::value& found, std::optional<Unit> (*parse)(std::string_view))
    {
        std::string text;
        if (found.is_string())
            text = found.as_string();
        else if (found.is_int64())
            text = std::to_string(found.as_int64());
        else if (found.is_double() && found.as_double() >= 0 && found.as_double() < 1e15)
            text = std::to_string(found.as_double());
        std::optional<Unit> const made = parse(text);
        if (made)
            found = json::value(to_text(*made));
        return made.has_value();
    }

    void unknown(setting_path const& path, shape const& form)
    {
        setting_origin const& origin = place_of(path);
        setting_path const table(path.begin(), path.end() - 1);
        auto suggestion = nearest(path.back(), form.keys);
        std::string const name = spelled(path, origin);
        auto const home = table.empty() ? table_with(path.back()) : std::nullopt;
        if (home)
            suggestion.reset();
        bool const is_harmless = suggestion && !is_secret(with_last(path, *suggestion)) && !is_secret(path);
        problem fault = problem_at_origin(path, origin, is_harmless ? pointed_at::key : pointed_at::key_alone,
            lines_, "FX0102", "unknown setting `" + name + "`");
        if (fault.line != 0 && !table.empty() && !is_environment(origin))
            fault.caret_note = "in table [" + dotted(table) + "]";
        if (home)
            fault.help = "`" + name + "` belongs in the table [" + *home + "]";
        else if (suggestion)
            fault.help = "did you mean `" + spelled(with_last(path, *suggestion), origin) + "`?";
        else
            fault.help = "known " + (table.empty() ? "at the top" : "in [" + dotted(table) + "]") + ": "
                + join(form.keys);
        report(std::move(fault));
    }

    /// The one table at the top that has such a key.
    static std::optional<std::string> table_with(std::string const& key)
    {
        std::optional<std::string> found;
        shape const& all = settings_shape();
        for (std::string const& name : all.keys) {
            shape const* const part = all.below(name);
            if (part->kind != shape_kind::table || !part->below(key))
                continue;
            if (found)
                return std::nullopt;
            found = name;
        }
        return found;
    }

    /// Keeps the problems in the order of their lines.
    void report(problem fault)
    {
        auto const after = std::ranges::upper_bound(document_.problems, fault.line, {}, &problem::line);
        document_.problems.insert(after, std::move(fault));
    }

    static setting_path with_last(setting_path path, std::string last)
    {
        path.back() = std::move(last);
        return path;
    }

    static std::string join(std::vector<std::string> const& words)
    {
        std::string text;
        for (std::string const& word : words)
            text += (text.empty() ? "" : ", ") + word;
        return text;
    }

    bool wrong_type(json::value const& found, shape const& form, setting_path const& path)
    {
        setting_origin const& origin = place_of(path);
        std::string message = "`" + dotted(path) + "` wants ";
        message.append(words_for(form.kind)).append(", found ");
        if (origin.line == 0 && may_repeat(found, path))
            message += "`" + shortened(found.as_string()) + "`";
        else
            message.append(words_for(found));
        problem fault =
            problem_at_origin(path, origin, pointed_at::value, lines_, "FX0103", std::move(message));
        fault.help = type_help(found, form, path, origin);
        report(std::move(fault));
        return false;
    }

    /// Whether a message may quote the value: no secret, and no broken JSON, which may hold one.
    static bool may_repeat(json::value const& found, setting_path const& path)
    {
        if (!found.is_string() || is_secret(path) || path.front() == "auth")
            return false;
        return !found.as_string().starts_with('{') && !found.as_string().starts_with('[');
    }

    static std::string shortened(std::string_view text)
    {
        constexpr std::size_t most = 40;
        return text.size() <= most ? std::string(text) : std::string(text.substr(0, most)) + "...";
    }

    static std::string type_help(
        json::value const& found, shape const& form, setting_path const& path, setting_origin const& origin)
    {
        std::string const name = spelled(path, origin);
        bool const repeats = may_repeat(found, path);
        std::string const text = repeats ? shortened(found.as_string()) : std::string();
        switch (form.kind) {
        case shape_kind::duration:
            return "write a number of seconds, or a text with a unit: \"30s\", \"500ms\", \"2min\"";
        case shape_kind::size:
            return "write a number of bytes, or a text with a unit: \"32 KB\", \"10 MB\"";
        case shape_kind::list:
            if (is_environment(origin))
                return "write a list as JSON: " + name + "='" + (repeats ? as_list(text) : R"(["a", "b"])")
                    + "'";
            return "write a list: " + name + " = " + (repeats ? as_list(text) : R"(["a", "b"])");
        case shape_kind::open_table:
        case shape_kind::table:
            return is_environment(origin) ? "write a table as JSON, or name its keys: " + name + "__KEY=value"
                                          : "write a table: [" + dotted(path) + "]";
        case shape_kind::integer:
        case shape_kind::boolean:
            if (repeats && origin.line != 0 && is_bare_word(text, form.kind) && !is_environment(origin))
                return "write it without quotes: " + name + " = " + text;
            return form.kind == shape_kind::boolean ? "write true or false" : "";
        default:
            return "";
        }
    }

    static bool is_bare_word(std::string_view text, shape_kind kind)
    {
        if (kind == shape_kind::boolean)
            return text == "true" || text == "false";
        return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
    }

    setting_origin const& place_of(setting_path path) const
    {
        for (; !path.empty(); path.pop_back()) {
            if (auto const found = document_.places.find(path); found != document_.places.end())
                return found->second;
        }
        static setting_origin const nowhere;
        return nowhere;
    }

    setting_document& document_;
    source_lines const& lines_;
};

} // namespace

void check_document(setting_document& document, source_lines const& lines) { checker(document, lines).run(); }

} // namespace framex
