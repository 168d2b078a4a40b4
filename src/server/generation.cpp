#include "server/generation.hpp"

#include "http/clock_text.hpp"
#include "server/cache.hpp"
#include "server/middleware.hpp"

#include <framex/server/app.hpp>
#include <framex/version.hpp>

#include <algorithm>
#include <concepts>
#include <iterator>
#include <limits>
#include <type_traits>
#include <utility>

namespace framex {

namespace {

std::string sentence_of(duplicate_route const& two)
{
    auto const& [one, other, is_function] = two;
    auto const first = is_function ? one->function : one->method + " " + one->path;
    auto const second = is_function ? other->function : other->method + " " + other->path;
    std::string text;
    if (first != second)
        text = first + " of plugin " + one->plugin + " and " + second + " of plugin " + other->plugin
            + " match the same requests";
    else if (one->plugin == other->plugin)
        text = "plugin " + one->plugin + " offers " + first + " twice";
    else
        text = first + " is offered by plugin " + one->plugin + " and by plugin " + other->plugin;
    return text + "; give one of them another " + (is_function ? "name" : "path");
}

/// Settings are 64 bits wide, the readers count in 32: whatever is beyond them is all the same to a peer.
template <std::integral N>
std::uint32_t narrowed(N setting, std::uint32_t most = std::numeric_limits<std::uint32_t>::max())
{
    if (std::cmp_less(setting, 0))
        return 0;
    return std::cmp_less(setting, most) ? static_cast<std::uint32_t>(setting) : most;
}

head_limits heads_of(limit_settings const& limits)
{
    head_limits heads;
    heads.target = narrowed(limits.target_size.bytes);
    heads.head = narrowed(limits.head_size.bytes);
    heads.fields = narrowed(limits.field_count, std::extent_v<decltype(request_head::fields)>);
    return heads;
}

body_limits bodies_of(limit_settings const& limits)
{
    body_limits bodies;
    bodies.form.parts = narrowed(limits.multipart_parts);
    bodies.form.field = limits.multipart_field_size.bytes;
    if (limits.multipart_file_size.bytes != 0)
        bodies.form.file = limits.multipart_file_size.bytes;
    bodies.json_depth = narrowed(limits.json_depth);
    return bodies;
}

openapi_info info_of(settings const& configuration)
{
    openapi_info info;
    info.version = framex::version;
    info.runtime = configuration.server.reversion.empty() ? framex::version : configuration.server.reversion;
    info.started_at = now_text().stamp;
    info.errors_as_200 = configuration.server.error_status == "envelope";
    info.needs_key = [rules = key_rules(configuration.auth.rules)](
                         std::string_view path) { return rules.find(path) != nullptr; };
    return info;
}

/// The plugins' routes and the app's own, but for those of its own that a plugin has replaced.
std::vector<route> collect(plugin_set const& plugins, system_pages& system, settings const& configuration)
{
    auto all = plugins.describe();
    auto const plugins_end = all.size();
    for (auto& own : system.routes()) {
        path_pattern const pattern(own.path);
        auto const replaces = [&](route const& other) {
            return other.method == own.method && path_pattern(other.path) == pattern;
        };
        if (std::none_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(plugins_end), replaces))
            all.push_back(std::move(own));
    }
    auto const& bare = configuration.server.excluded_log_paths;
    for (auto& made : all)
        if (std::ranges::find(bare, made.path) != bare.end())
            made.enveloped = false;
    return all;
}

/// Throws validation_error for what the models of the settings cannot refuse.
void check(server_settings const& wanted)
{
    auto issues = issues_of(wanted.cors);
    std::ranges::move(issues_of(wanted.compression), std::back_inserter(issues));
    if (!issues.empty())
        throw validation_error(std::move(issues));
}

/// Throws when two routes are the same, somebody requires what nobody offers, or all wait for each other.
void resolve(plugin_set& plugins, route_table const& table, bool falls_back)
{
    std::vector<std::string> reasons;
    for (auto const& two : table.duplicates())
        reasons.push_back(sentence_of(two));
    plugins.resolve(table, falls_back, reasons);
    if (!reasons.empty())
        throw load_error(std::move(reasons));
}

} // namespace

generation::generation(std::vector<plugin_entry> entries, generation_options const& options)
    : system(info_of(options.configuration), documented(entries)),
      published(shared, system, options.around, options.on_change),
      plugins(options.executor, std::move(entries))
{
    auto const& wanted = options.configuration;
    check(wanted.server);
    auto all = collect(plugins, system, wanted);
    keep_answers(all, make_cache(wanted.cache, options.on_error));
    put_middleware(all, options.around, shared);
    auto const table = std::make_shared<route_table>(std::move(all), key_rules(wanted.auth.rules));
    resolve(plugins, *table, wanted.server.enable_proxy);
    plugins.construct(*table, wanted, options.on_log, published);
    system.describe(table, {});
    shared.table = table;
    shared.settings = wanted.server;
    shared.on_access = options.on_access;
    shared.on_error = options.on_error;
    shared.heads = heads_of(wanted.server.limits);
    shared.bodies = bodies_of(wanted.server.limits);
    shared.cors = cors_policy(wanted.server.cors);
    shared.codings = codings_of(wanted.server.compression);
    published.open();
}

std::shared_ptr<service const> service_of(std::shared_ptr<generation> const& one)
{
    struct kept {
        std::shared_ptr<generation> plugins;
        std::shared_ptr<service const> newest;
        kept(std::shared_ptr<generation> g, std::shared_ptr<service const> s)
            : plugins(std::move(g)), newest(std::move(s))
        {
        }
    };
    auto newest = one->published.newest();
    if (!newest)
        return {one, &one->shared};
    auto const both = std::make_shared<kept>(one, std::move(newest));
    return {both, both->newest.get()};
}

} // namespace framex
