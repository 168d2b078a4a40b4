#include "config_commands.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <vector>

namespace framex::cli {

namespace {

struct setting_line {
    setting_path path;
    json::value value;
};

/// Every value that is no table, and every empty table.
void collect(json::value const& value, setting_path& path, std::vector<setting_line>& lines)
{
    if (!value.is_object() || value.as_object().empty()) {
        lines.push_back({path, value});
        return;
    }
    for (auto const& member : value.as_object()) {
        path.emplace_back(member.key());
        collect(member.value(), path, lines);
        path.pop_back();
    }
}

std::vector<setting_line> lines_of(configuration const& from)
{
    std::vector<setting_line> lines;
    setting_path path;
    collect(from.masked(), path, lines);
    return lines;
}

std::string origin_text(setting_history const* history)
{
    return history == nullptr ? "default" : history->origin.text();
}

std::string overrode_text(setting_history const* history)
{
    std::string text;
    if (history == nullptr)
        return text;
    for (setting_origin const& each : history->overrode)
        text += (text.empty() ? "overrides " : ", ") + each.text();
    return text;
}

} // namespace

std::string show_configuration(configuration const& from, bool with_origin)
{
    std::vector<setting_line> const lines = lines_of(from);
    std::vector<std::string> texts;
    std::size_t width = 0;
    std::size_t origin_width = 0;
    for (setting_line const& line : lines) {
        texts.push_back(dotted(line.path) + " = " + json::serialize(line.value));
        width = std::max(width, texts.back().size());
        origin_width = std::max(origin_width, origin_text(from.history(line.path)).size());
    }
    std::string out;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string text = texts[i];
        if (with_origin) {
            setting_history const* const history = from.history(lines[i].path);
            std::string const overrode = overrode_text(history);
            text.resize(width + 2, ' ');
            text += origin_text(history);
            if (!overrode.empty()) {
                text.resize(width + 2 + origin_width + 2, ' ');
                text += overrode;
            }
        }
        out += text + "\n";
    }
    return out;
}

std::string show_configuration_as_json(configuration const& from, bool with_origin)
{
    if (!with_origin)
        return json::serialize(from.masked()) + "\n";
    json::object document;
    for (setting_line const& line : lines_of(from)) {
        setting_history const* const history = from.history(line.path);
        json::array overrode;
        if (history != nullptr) {
            for (setting_origin const& each : history->overrode)
                overrode.emplace_back(each.text());
        }
        json::object entry;
        entry["value"] = line.value;
        entry["origin"] = origin_text(history);
        entry["overrode"] = std::move(overrode);
        document[dotted(line.path)] = std::move(entry);
    }
    return json::serialize(document) + "\n";
}

} // namespace framex::cli
