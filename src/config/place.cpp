#include "document.hpp"
#include "secrets.hpp"

#include <algorithm>

namespace framex {

namespace {

bool is_bare(std::string_view key)
{
    auto const is_word = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')
            || (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
    };
    return !key.empty() && std::ranges::all_of(key, is_word);
}

/// Points at what stands on the line; columns of places without any (`.env`) are found at the equals sign.
void point_at(problem& fault, setting_origin const& origin, pointed_at part)
{
    std::string const& line = fault.source_line;
    if (part != pointed_at::value && origin.key_width != 0) {
        fault.caret_column = origin.key_column;
        fault.caret_width = origin.key_width;
        return;
    }
    std::size_t const equals = line.find('=');
    fault.caret_column = origin.column != 0 ? origin.column : equals == line.npos ? 1 : equals + 2;
    std::size_t const end = origin.end_column != 0 ? origin.end_column : line.size() + 1;
    fault.caret_width = end > fault.caret_column ? end - fault.caret_column : 1;
}

/// Hides the value, and points at what is left of the line.
void hide_value(problem& fault, pointed_at part)
{
    std::string const masked = mask_line(fault.source_line);
    bool const key_remains = part != pointed_at::value && fault.caret_column <= masked.size()
        && masked.compare(fault.caret_column - 1, fault.caret_width, fault.source_line,
               fault.caret_column - 1, fault.caret_width)
            == 0;
    fault.source_line = masked;
    if (!key_remains) {
        fault.caret_column = masked.size() - masked_secret.size() + 1;
        fault.caret_width = masked_secret.size();
    }
}

} // namespace

std::string dotted(setting_path const& path)
{
    std::string text;
    for (std::string const& key : path) {
        if (!text.empty() && key.find_first_not_of("0123456789") == key.npos) {
            text += "[" + key + "]";
            continue;
        }
        text += text.empty() ? "" : ".";
        text += is_bare(key) ? key : '"' + key + '"';
    }
    return text;
}

std::string setting_origin::text() const { return line == 0 ? source : source + ":" + std::to_string(line); }

problem problem_at_origin(setting_path const& path, setting_origin const& origin, pointed_at part,
    source_lines const& lines, std::string code, std::string message)
{
    problem fault{.code = std::move(code), .message = std::move(message), .place = origin.text()};
    std::size_t const line =
        part != pointed_at::value && origin.key_line != 0 ? origin.key_line : origin.line;
    auto const file = lines.find(origin.source);
    if (line == 0 || file == lines.end() || line > file->second.size())
        return fault;
    fault.line = line;
    fault.source_line = file->second[line - 1];
    point_at(fault, origin, part);
    fault.caret_column = std::min(fault.caret_column, fault.source_line.size() + 1);
    fault.place = origin.source + ":" + std::to_string(line) + ":" + std::to_string(fault.caret_column);
    bool const is_header = origin.line == line && origin.key_line == line && origin.column < origin.key_column
        && origin.column != 0;
    if (is_header)
        return fault;
    bool const may_hold_secret = is_secret(path) || line_may_hold_secret(fault.source_line);
    if (part == pointed_at::key_alone || (may_hold_secret && !is_switch(fault.source_line)))
        hide_value(fault, part);
    return fault;
}

} // namespace framex
