#include "document.hpp"
#include "inline_tables.hpp"
#include "secrets.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace framex {

namespace {

struct line_and_column {
    std::size_t line = 0;
    std::size_t column = 0; ///< in octets, from 1
};

/// Finds places of the joined text in the text that the user wrote: offsets are the same in both.
class text_map {
public:
    text_map(std::string_view original, std::string_view joined)
        : joined_(joined), original_starts_(line_starts(original)), joined_starts_(line_starts(joined))
    {
    }

    line_and_column place(toml::source_position where) const
    {
        if (where.line == 0 || where.line > joined_starts_.size())
            return {};
        std::size_t offset = joined_starts_[where.line - 1];
        for (toml::source_index column = 1; column < where.column && offset < joined_.size(); ++column) {
            ++offset;
            while (offset < joined_.size() && (static_cast<unsigned char>(joined_[offset]) & 0xC0) == 0x80)
                ++offset;
        }
        auto const after = std::ranges::upper_bound(original_starts_, offset);
        return {static_cast<std::size_t>(after - original_starts_.begin()), offset - *(after - 1) + 1};
    }

private:
    static std::vector<std::size_t> line_starts(std::string_view text)
    {
        std::vector<std::size_t> starts = {0};
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\n')
                starts.push_back(i + 1);
        }
        return starts;
    }

    std::string_view joined_;
    std::vector<std::size_t> original_starts_;
    std::vector<std::size_t> joined_starts_;
};

template <class T>
json::value printed(T const& value)
{
    std::ostringstream text;
    text << value;
    return json::value(text.str());
}

json::value number(double value) { return std::isfinite(value) ? json::value(value) : printed(value); }

class toml_reader {
public:
    toml_reader(setting_document& out, text_map const& map, std::string const& name)
        : out_(out), map_(map), name_(name)
    {
    }

    json::object table(toml::table const& source, setting_path const& path)
    {
        json::object made;
        for (auto const& [key, node] : source) {
            setting_path below = path;
            below.emplace_back(key.str());
            setting_origin origin = origin_of(node);
            line_and_column const begin = map_.place(key.source().begin);
            line_and_column const end = map_.place(key.source().end);
            origin.key_line = begin.line;
            origin.key_column = begin.column;
            origin.key_width = end.line == begin.line ? end.column - begin.column : key.str().size();
            out_.places[below] = origin;
            made[key.str()] = value(node, below);
        }
        return made;
    }

private:
    setting_origin origin_of(toml::node const& node) const
    {
        line_and_column const begin = map_.place(node.source().begin);
        line_and_column const end = map_.place(node.source().end);
        setting_origin origin;
        origin.source = name_;
        origin.line = begin.line;
        origin.column = begin.column;
        origin.end_column = end.line == begin.line ? end.column : 0;
        return origin;
    }

    json::value value(toml::node const& node, setting_path const& path)
    {
        if (auto const* inner = node.as_table())
            return table(*inner, path);
        if (auto const* list = node.as_array())
            return array(*list, path);
        if (auto const* text = node.as_string())
            return json::value(text->get());
        if (auto const* whole = node.as_integer())
            return json::value(whole->get());
        if (auto const* real = node.as_floating_point())
            return number(real->get());
        if (auto const* flag = node.as_boolean())
            return json::value(flag->get());
        if (auto const* day = node.as_date())
            return printed(day->get());
        if (auto const* time = node.as_time())
            return printed(time->get());
        return printed(node.as_date_time()->get());
    }

    json::value array(toml::array const& list, setting_path const& path)
    {
        json::array made;
        for (toml::node const& member : list) {
            setting_path below = path;
            below.push_back(std::to_string(made.size()));
            out_.places[below] = origin_of(member);
            made.push_back(value(member, below));
        }
        return made;
    }

    setting_document& out_;
    text_map const& map_;
    std::string const& name_;
};

/// toml++'s description without its prefix, on one line.
std::string reason(std::string_view description)
{
    constexpr std::string_view prefix = "Error while parsing ";
    constexpr std::string_view line_end = "'\\n'";
    if (description.starts_with(prefix))
        description.remove_prefix(prefix.size());
    std::string text(description);
    if (std::size_t const at = text.find(line_end); at != text.npos)
        text.replace(at, line_end.size(), "the end of the line");
    std::erase_if(text, [](char letter) { return static_cast<unsigned char>(letter) < 0x20; });
    return text;
}

/// `host = 127.0.0.1`: what to write instead of a bare word, when the fault lies behind the equals sign.
std::string quotes_help(std::string_view line, std::size_t column)
{
    constexpr std::string_view spaces = " \t\r";
    std::size_t const equals = line.find('=');
    if (equals >= column || line.find_first_of("\"'[{#") != line.npos)
        return {};
    std::string_view value = line.substr(equals + 1);
    value.remove_prefix(std::min(value.find_first_not_of(spaces), value.size()));
    value = value.substr(0, value.find_last_not_of(spaces) + 1);
    if (value.empty())
        return {};
    std::string_view key = line.substr(0, equals);
    key.remove_prefix(std::min(key.find_first_not_of(spaces), key.size()));
    return "write a text in quotes: " + std::string(key) + "= \"" + std::string(value) + "\"";
}

problem syntax_problem(
    toml::parse_error const& error, text_map const& map, std::string_view text, std::string const& name)
{
    line_and_column const where = map.place(error.source().begin);
    std::vector<std::string> const lines = split_lines(text);
    problem fault{.code = "FX0101",
        .message = name + " is no valid TOML: " + reason(error.description()),
        .place = name + ":" + std::to_string(where.line) + ":" + std::to_string(where.column)};
    if (where.line == 0 || where.line > lines.size())
        return fault;
    fault.line = where.line;
    fault.source_line = lines[where.line - 1];
    fault.caret_column = where.column;
    if (!stands_near_secret(lines, where.line))
        fault.help = quotes_help(fault.source_line, where.column);
    else {
        fault.message = name + " is no valid TOML";
        fault.source_line = mask_line(fault.source_line);
        fault.caret_column = std::min(fault.caret_column, fault.source_line.size());
    }
    return fault;
}

} // namespace

setting_document read_toml(std::string_view text, std::string const& name)
{
    setting_document document;
    std::string const joined = join_inline_tables(text);
    text_map const map(text, joined);
    try {
        toml::table const parsed = toml::parse(joined, name);
        document.values = toml_reader(document, map, name).table(parsed, {});
    } catch (toml::parse_error const& error) {
        document.problems.push_back(syntax_problem(error, map, text, name));
    }
    return document;
}

} // namespace framex
