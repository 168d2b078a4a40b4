#include <framex/config/problem.hpp>

#include <algorithm>

namespace framex {

namespace {

struct paint_box {
    colours paint;

    std::string operator()(std::string_view escape, std::string_view text) const
    {
        if (paint == colours::off)
            return std::string(text);
        return std::string("\x1b[").append(escape).append("m").append(text).append("\x1b[0m");
    }
};

constexpr std::string_view red = "1;31";
constexpr std::string_view yellow = "1;33";
constexpr std::string_view blue = "34";
constexpr std::string_view green = "32";
constexpr std::string_view bold = "1";

bool continues_code_point(char octet) { return (static_cast<unsigned char>(octet) & 0xC0) == 0x80; }

std::size_t code_points(std::string_view text)
{
    return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues_code_point));
}

/// The indentation under which a caret stands right: a tab stays a tab, any other letter becomes a space.
std::string indentation(std::string_view before)
{
    std::string spaces;
    for (char const octet : before) {
        if (!continues_code_point(octet))
            spaces.push_back(octet == '\t' ? '\t' : ' ');
    }
    return spaces;
}

std::string source_excerpt(problem const& fault, paint_box const& in)
{
    std::string const number = std::to_string(fault.line);
    std::string_view const line = fault.source_line;
    std::size_t const start = std::min(fault.caret_column - 1, line.size());
    std::size_t const width = std::max<std::size_t>(1, code_points(line.substr(start, fault.caret_width)));
    std::string text = in(blue, number + " |") + " " + fault.source_line + "\n";
    text += in(blue, std::string(number.size(), ' ') + " |") + " " + indentation(line.substr(0, start));
    std::string carets(width, '^');
    if (!fault.caret_note.empty())
        carets += " " + fault.caret_note;
    return text + in(red, carets) + "\n";
}

void print_block(std::string& out, std::string_view title, std::string_view text)
{
    out.append("\n").append(title).append("\n");
    while (!text.empty()) {
        std::size_t const end = std::min(text.find('\n'), text.size());
        out.append("  ").append(text.substr(0, end)).append("\n");
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

} // namespace

std::string render(problem const& fault, colours paint)
{
    paint_box const in{paint};
    std::string text =
        fault.is_warning ? in(yellow, "warning[" + fault.code + "]") : in(red, "error[" + fault.code + "]");
    text += ": " + in(bold, fault.message) + "\n";
    if (!fault.place.empty()) {
        std::string const indent(std::max<std::size_t>(1, std::to_string(fault.line).size()) + 1, ' ');
        text += indent + in(blue, "-->") + " " + fault.place + "\n";
    }
    if (fault.line != 0)
        text += source_excerpt(fault, in);
    if (!fault.help.empty())
        text += in(green, "help:") + " " + fault.help + "\n";
    return text;
}

std::string render(std::span<problem const> faults, colours paint)
{
    std::string text;
    for (problem const& fault : faults)
        text += (text.empty() ? "" : "\n") + render(fault, paint);
    if (faults.size() > 1)
        text += "\n" + std::to_string(faults.size())
            + (std::ranges::all_of(faults, &problem::is_warning) ? " warnings\n" : " problems\n");
    return text;
}

problem_kind const* find_problem_kind(
    std::string_view code, std::span<std::span<problem_kind const> const> tables)
{
    auto const same = [](char left, char right) { return (left | 0x20) == (right | 0x20); };
    for (auto const& table : tables) {
        for (problem_kind const& kind : table) {
            if (std::ranges::equal(kind.code, code, same))
                return &kind;
        }
    }
    return nullptr;
}

std::string explain(problem_kind const& kind)
{
    std::string text = std::string(kind.code).append(": ").append(kind.title).append("\n\n");
    text.append(kind.explanation).append("\n");
    print_block(text, "Example:", kind.example);
    print_block(text, "What to do:", kind.fix);
    return text;
}

} // namespace framex
