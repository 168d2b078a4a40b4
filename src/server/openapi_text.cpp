#include "server/openapi_text.hpp"

#include <framex/model/schema.hpp>

#include <algorithm>
#include <cctype>

namespace framex::openapi {

namespace {

std::string percent_encoded(std::string_view text)
{
    constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (char const c : text) {
        auto const octet = static_cast<unsigned char>(c);
        if (std::isalnum(octet) || c == '-' || c == '_' || c == '.' || c == '/')
            out += c;
        else
            out.append({'%', digits[octet >> 4], digits[octet & 15]});
    }
    return out;
}

bool is_stream(route const& entry)
{
    return entry.answer == answer_kind::sse || entry.answer == answer_kind::chunked
        || entry.answer == answer_kind::json_lines;
}

} // namespace

std::string operation_id_of(std::string_view method, std::string_view path)
{
    std::string id = "route_handler";
    for (char const c : path)
        id += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
    id += '_';
    for (char const c : method)
        id += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return id;
}

std::string template_of(std::string_view path)
{
    std::string out;
    for (auto open = path.find('{'); open != path.npos; open = path.find('{')) {
        auto const close = path.find('}', open);
        out.append(path.substr(0, std::min(path.find(':', open), close))).append("}");
        path.remove_prefix(close + 1);
    }
    return out.append(path);
}

std::vector<std::string> names_in(std::string_view path)
{
    std::vector<std::string> names;
    for (auto open = path.find('{'); open != path.npos; open = path.find('{', open + 1))
        names.emplace_back(path.substr(open + 1, path.find('}', open) - open - 1));
    return names;
}

std::string summary_of(route const& entry)
{
    if (!entry.summary.empty())
        return entry.summary;
    if (!entry.function.empty())
        return title_of(std::string_view(entry.function).substr(entry.function.rfind('.') + 1));
    std::string_view path = entry.path;
    while (path.ends_with('}'))
        path = path.substr(0, path.rfind('/'));
    return title_of(path.substr(path.rfind('/') + 1));
}

std::string description_of(route const& entry)
{
    std::string text;
    if (!entry.function.empty())
        text = "Plugins call this `" + entry.function + "`.";
    if (is_stream(entry))
        text += std::string(text.empty() ? "" : "\n\n") + "[Watch this stream](docs/stream?method="
            + entry.method + "&path=" + percent_encoded(template_of(entry.path)) + ")";
    return text;
}

std::string description_of(plugin_metadata const& metadata)
{
    std::vector<std::string> facts;
    if (!metadata.author.empty())
        facts.push_back(metadata.author);
    if (!metadata.version.empty())
        facts.push_back((metadata.version.starts_with('v') ? "" : "v") + metadata.version);
    if (!metadata.url.empty())
        facts.push_back("[Repository](" + metadata.url + ")");
    std::string text = metadata.description.empty() ? "" : "**" + metadata.description + "**";
    for (std::size_t i = 0; i < facts.size(); ++i)
        text += (i > 0 ? " · " : text.empty() ? "" : "\n\n") + facts[i];
    return text;
}

} // namespace framex::openapi
