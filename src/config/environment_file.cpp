#include "document.hpp"
#include "secrets.hpp"

#include <fstream>
#include <sstream>

namespace framex {

namespace {

constexpr std::string_view blanks = " \t";

std::string_view trim(std::string_view text)
{
    std::size_t const first = text.find_first_not_of(blanks);
    if (first == text.npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The text between quotes; nullopt when the closing quote is missing or something follows it.
std::optional<std::string> unquote(std::string_view text)
{
    char const quote = text.front();
    std::string made;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == quote) {
            std::string_view const rest = trim(text.substr(i + 1));
            return rest.empty() || rest.front() == '#' ? std::optional(made) : std::nullopt;
        }
        if (quote == '"' && text[i] == '\\' && i + 1 < text.size()) {
            ++i;
            made.push_back(text[i] == 'n' ? '\n' : text[i] == 't' ? '\t' : text[i]);
        } else {
            made.push_back(text[i]);
        }
    }
    return std::nullopt;
}

/// An unquoted value ends before a `#` that follows a blank.
std::string_view without_comment(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '#' && (i == 0 || blanks.find(text[i - 1]) != blanks.npos))
            return trim(text.substr(0, i));
    }
    return trim(text);
}

problem line_problem(std::string const& name, std::size_t number, std::string_view line, std::string message)
{
    problem fault{
        .code = "FX0101", .message = std::move(message), .place = name + ":" + std::to_string(number)};
    fault.line = number;
    fault.source_line = mask_line(line);
    fault.caret_width = fault.source_line.size();
    fault.help = "write NAME=value, with quotes around a value that has blanks at its ends or a #";
    return fault;
}

} // namespace

std::vector<std::string> split_lines(std::string_view text)
{
    std::vector<std::string> lines;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        lines.emplace_back(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::optional<std::string> read_file(std::filesystem::path const& file)
{
    std::ifstream stream(file, std::ios::binary);
    if (!stream || std::filesystem::is_directory(file))
        return std::nullopt;
    std::ostringstream content;
    content << stream.rdbuf();
    return stream.bad() ? std::nullopt : std::optional(std::move(content).str());
}

environment_file read_environment_file(std::string_view text, std::string const& name)
{
    environment_file file;
    std::vector<std::string> const lines = split_lines(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string_view line = trim(lines[i]);
        if (line.empty() || line.front() == '#')
            continue;
        if (line.starts_with("export ") || line.starts_with("export\t"))
            line = trim(line.substr(7));
        std::size_t const equals = line.find('=');
        std::string_view const key = trim(line.substr(0, std::min(equals, line.size())));
        if (equals == line.npos || key.empty()) {
            file.problems.push_back(line_problem(name, i + 1, lines[i], "this line is no NAME=value"));
            continue;
        }
        std::string_view const raw = trim(line.substr(equals + 1));
        bool const is_quoted = !raw.empty() && (raw.front() == '"' || raw.front() == '\'');
        std::optional<std::string> value = is_quoted ? unquote(raw) : std::string(without_comment(raw));
        if (!value) {
            file.problems.push_back(
                line_problem(name, i + 1, lines[i], "the quotes of this value do not match"));
            continue;
        }
        setting_origin origin;
        origin.source = name;
        origin.line = origin.key_line = i + 1;
        origin.key_column = lines[i].find(key) + 1;
        origin.key_width = key.size();
        file.entries.push_back({std::string(key), std::move(*value), std::move(origin)});
    }
    return file;
}

} // namespace framex
