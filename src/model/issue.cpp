#include <framex/model/issue.hpp>
#include <framex/model/writer.hpp>

namespace framex {
namespace {

void write_location(std::string& out, location const& loc)
{
    char before = '[';
    for (auto const& step : loc) {
        out += before;
        if (auto const* name = std::get_if<std::string>(&step))
            detail::write_text(out, *name);
        else
            write_json(out, std::get<std::size_t>(step));
        before = ',';
    }
    out.append("[]", before == '[' ? 0 : 1, 2);
}

std::string summary(std::vector<issue> const& issues)
{
    if (issues.empty())
        return "invalid input";
    std::string text;
    for (auto const& step : issues.front().loc) {
        if (auto const* name = std::get_if<std::string>(&step))
            text += *name;
        else
            text += std::to_string(std::get<std::size_t>(step));
        text += '.';
    }
    if (!text.empty())
        text.replace(text.size() - 1, 1, ": ");
    text += issues.front().msg;
    if (issues.size() > 1)
        text += " (and " + std::to_string(issues.size() - 1) + " more)";
    return text;
}

} // namespace

void write_issues(std::string& out, std::vector<issue> const& issues)
{
    char before = '[';
    for (auto const& one : issues) {
        out += before;
        out += "{\"type\":";
        detail::write_text(out, one.type);
        out += ",\"loc\":";
        write_location(out, one.loc);
        out += ",\"msg\":";
        detail::write_text(out, one.msg);
        out += ",\"input\":";
        out += one.input.empty() ? std::string_view("null") : std::string_view(one.input);
        if (!one.ctx.empty()) {
            out += ",\"ctx\":";
            out += one.ctx;
        }
        out += '}';
        before = ',';
    }
    out.append("[]", before == '[' ? 0 : 1, 2);
}

validation_error::validation_error(std::vector<issue> issues)
    : std::runtime_error(summary(issues)), issues_(std::move(issues))
{
}

validation_error::~validation_error() = default;

} // namespace framex
