#include "document.hpp"
#include "shape.hpp"
#include "text_value.hpp"

namespace framex {

namespace {

/// `plugins.proxy."a.b"` as its parts; nullopt when a quote is open or a part is empty.
std::optional<setting_path> split_dotted(std::string_view key)
{
    setting_path path = {""};
    char quote = 0;
    bool was_quoted = false;
    for (char const letter : key) {
        if (quote != 0) {
            if (letter == quote)
                quote = 0;
            else
                path.back().push_back(letter);
        } else if (letter == '"' || letter == '\'') {
            quote = letter;
            was_quoted = true;
        } else if (letter == '.') {
            if (path.back().empty() && !was_quoted)
                return std::nullopt;
            path.emplace_back();
            was_quoted = false;
        } else {
            path.back().push_back(letter);
        }
    }
    bool const is_whole = quote == 0 && (was_quoted || !path.back().empty());
    return is_whole ? std::optional(path) : std::nullopt;
}

setting_document read_assignment(std::string const& key, std::string const& text)
{
    setting_document document;
    setting_origin origin;
    origin.source = "command line";
    auto const path = split_dotted(key);
    if (!path) {
        document.problems.push_back({.code = "FX0101",
            .message = "`" + key + "` is no name of a setting",
            .place = origin.source,
            .help = "write names as in `--set server.port=9000`"});
        return document;
    }
    shape const* wanted = &settings_shape();
    for (std::string const& part : *path)
        wanted = wanted == nullptr || wanted->kind == shape_kind::anything ? wanted : wanted->below(part);
    json::value value = typed_value(text, wanted == nullptr ? shape_kind::text : wanted->kind);
    for (std::size_t depth = path->size(); depth > 0; --depth) {
        setting_path const prefix(path->begin(), path->begin() + static_cast<std::ptrdiff_t>(depth));
        document.places[prefix] = origin;
        if (depth == 1)
            document.values[prefix.back()] = std::move(value);
        else
            value = json::object{{prefix.back(), std::move(value)}};
    }
    return document;
}

} // namespace

std::vector<setting_document> read_command_line(
    std::vector<std::pair<std::string, std::string>> const& assignments)
{
    std::vector<setting_document> documents;
    for (auto const& [key, text] : assignments)
        documents.push_back(read_assignment(key, text));
    return documents;
}

} // namespace framex
