#include "server/compression.hpp"
#include "server/conditional.hpp"
#include "server/pages/assets.hpp"

#include <framex/error.hpp>
#include <framex/model/issue.hpp>
#include <framex/server/docs.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <zlib.h>

namespace framex {

namespace {

using pages::embedded_asset;

constexpr std::string_view content_security_policy =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src blob:; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'self'";

embedded_asset const* find_asset(std::string_view name)
{
    auto const all = pages::embedded_assets();
    auto const found = std::ranges::find(all, name, &embedded_asset::name);
    return found == all.end() ? nullptr : &*found;
}

/// "pages.css" -> "pages.<hash>.css".
std::string hashed_name(embedded_asset const& asset)
{
    auto const dot = asset.name.rfind('.');
    std::string name(asset.name.substr(0, dot + 1));
    return name.append(asset.hash).append(asset.name.substr(dot));
}

/// The content of a gzip file of one member; RFC 1952: its last four octets are the content's length.
std::string inflated(std::string_view gzip)
{
    auto const* tail = reinterpret_cast<unsigned char const*>(gzip.data() + gzip.size() - 4);
    std::string content(std::size_t{tail[0]} | std::size_t{tail[1]} << 8 | std::size_t{tail[2]} << 16
            | std::size_t{tail[3]} << 24,
        '\0');
    z_stream stream{};
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzip.data())); // zlib does not write there
    stream.avail_in = static_cast<uInt>(gzip.size());
    stream.next_out = reinterpret_cast<Bytef*>(content.data());
    stream.avail_out = static_cast<uInt>(content.size());
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
        throw std::bad_alloc();
    int const outcome = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if (outcome != Z_STREAM_END)
        throw std::runtime_error("an embedded page is damaged");
    return content;
}

struct page_values {
    std::string_view title;
    std::string_view root; ///< the way from the page to the service's root
};

/// Replaces {{asset NAME}}, {{root}}, {{document}} and {{title}}.
std::string filled(std::string_view page, page_values const& values)
{
    std::string const source = inflated(find_asset(page)->gzip);
    std::string_view rest = source;
    std::string out;
    for (auto open = rest.find("{{"); open != rest.npos; open = rest.find("{{")) {
        auto const close = rest.find("}}", open);
        auto const word = rest.substr(open + 2, close - open - 2);
        out.append(rest.substr(0, open));
        rest.remove_prefix(close + 2);
        if (word.starts_with("asset "))
            out.append(values.root).append("docs/assets/").append(docs_pages::asset_name(word.substr(6)));
        else if (word == "root")
            out.append(values.root);
        else if (word == "document")
            out.append(values.root).append("api/v1/openapi.json");
        else if (word == "title")
            out.append(values.title);
    }
    return out.append(rest);
}

response page_of(std::string const& html)
{
    auto page = response::html(html);
    page.headers.set("cache-control", "no-store");
    page.headers.set("content-security-policy", content_security_policy);
    page.headers.set("x-content-type-options", "nosniff");
    page.headers.set("referrer-policy", "same-origin");
    return page;
}

bool accepts_gzip(fields const& headers)
{
    accepted_codings accepted;
    auto const [first, last] = headers.equal_range(http::field::accept_encoding);
    for (auto line = first; line != last; ++line)
        accepted.add(line->value());
    return accepted.best_of(std::array{coding::gzip}) == coding::gzip;
}

constexpr docs_pages::entry all_entries[] = {
    {"GET", "/docs", &docs_pages::swagger},
    {"GET", "/redoc", &docs_pages::redoc},
    {"GET", "/docs/stream", &docs_pages::stream_console},
    {"GET", "/docs/assets/{name}", &docs_pages::asset},
    {"GET", "/docs/plugin-release", &docs_pages::plugin_release},
    {"GET", "/docs/plugin-config", &docs_pages::plugin_config},
    {"POST", "/docs/action-buttons/{index}/invoke", &docs_pages::action_button},
};

} // namespace

std::span<docs_pages::entry const> docs_pages::entries() noexcept { return all_entries; }

std::string docs_pages::asset_name(std::string_view name)
{
    auto const* found = find_asset(name);
    return found ? hashed_name(*found) : std::string();
}

docs_pages::docs_pages(std::vector<documented_plugin> plugins)
    : plugins_(std::move(plugins)),
      swagger_(filled(find_asset("swagger-ui.js") ? "swagger.html" : "absent.html", {"FrameX Docs", "./"})),
      redoc_(filled(find_asset("redoc.js") ? "redoc.html" : "absent.html", {"FrameX Redoc", "./"})),
      stream_console_(filled("stream.html", {"FrameX Streams", "../"}))
{
}

response docs_pages::swagger(request const&) const { return page_of(swagger_); }
response docs_pages::redoc(request const&) const { return page_of(redoc_); }
response docs_pages::stream_console(request const&) const { return page_of(stream_console_); }

response docs_pages::asset(request const& asked) const
{
    auto const name = std::string_view(asked.path).substr(asked.path.rfind('/') + 1);
    auto const all = pages::embedded_assets();
    auto const found = std::ranges::find(all, name, &hashed_name);
    if (found == all.end() || found->type == "text/html")
        throw http_error(404, "Not Found");

    bool const as_gzip = accepts_gzip(asked.headers);
    std::string const etag = '"' + std::string(found->hash) + (as_gzip ? "-gzip\"" : "\"");
    response answer(200);
    answer.headers.set("etag", etag);
    answer.headers.set("cache-control", "public, max-age=31536000, immutable");
    answer.headers.set("vary", "Accept-Encoding");
    if (has_current(asked.headers, etag)) {
        answer.status = 304;
        return answer;
    }
    answer.headers.set("content-type", std::string(found->type) + "; charset=utf-8");
    answer.headers.set("x-content-type-options", "nosniff");
    if (as_gzip) {
        answer.headers.set("content-encoding", "gzip");
        answer.body = found->gzip;
    } else
        answer.body = inflated(found->gzip);
    return answer;
}

response docs_pages::plugin_release(request const& asked) const
{
    auto const id = asked.query_value("plugin");
    if (!id) {
        std::vector<issue> issues;
        issues.emplace_back("missing", location{"query", "plugin"}, "Field required");
        throw validation_error(std::move(issues));
    }
    auto const found = std::ranges::find(plugins_, *id, &documented_plugin::id);
    if (found == plugins_.end() || found->metadata.version.empty() || found->metadata.url.empty())
        throw http_error(404, "Plugin not found: " + std::string(*id));

    auto const& version = found->metadata.version;
    json::object facts;
    facts["has_update"] = false;
    facts["current_version"] = version.starts_with('v') ? version : "v" + version;
    facts["latest_version"] = nullptr;
    facts["released_at"] = nullptr;
    facts["repo_url"] = found->metadata.url;
    return response::json(json::serialize(facts));
}

response docs_pages::plugin_config(request const&) const
{
    throw http_error(403, "Plugin config documentation requires auth");
}

response docs_pages::action_button(request const&) const
{
    throw http_error(404, "Docs action button not found");
}

} // namespace framex
