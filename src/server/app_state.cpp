// How an app is made ready, and the life of its plugins.
#include "server/app_state.hpp"

#include "http/clock_text.hpp"
#include "server/cache.hpp"

#include <framex/version.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <concepts>
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

} // namespace

std::unique_ptr<system_pages> app::state::make_system() const
{
    openapi_info info;
    info.version = framex::version;
    info.runtime = configuration.server.reversion.empty() ? framex::version : configuration.server.reversion;
    info.started_at = now_text().stamp;
    info.errors_as_200 = configuration.server.error_status == "envelope";
    info.needs_key = [rules = key_rules(configuration.auth.rules)](
                         std::string_view path) { return rules.find(path) != nullptr; };
    return std::make_unique<system_pages>(std::move(info), plugins.documented());
}

/// The app's own routes, but for those that a plugin has replaced.
void app::state::add_system(system_pages& pages, std::vector<route>& all)
{
    auto const plugins_end = all.size();
    for (auto& own : pages.routes()) {
        path_pattern const pattern(own.path);
        auto const replaces = [&](route const& other) {
            return other.method == own.method && path_pattern(other.path) == pattern;
        };
        if (std::none_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(plugins_end), replaces))
            all.push_back(std::move(own));
    }
}

std::vector<route> app::state::collect(system_pages& pages)
{
    auto all = plugins.describe();
    add_system(pages, all);
    auto const& bare = configuration.server.excluded_log_paths;
    for (auto& made : all)
        if (std::ranges::find(bare, made.path) != bare.end())
            made.enveloped = false;
    return all;
}

/// Throws when two routes are the same, somebody requires what nobody offers, or all wait for each other.
void app::state::resolve(route_table const& table)
{
    std::vector<std::string> reasons;
    for (auto const& two : table.duplicates())
        reasons.push_back(sentence_of(two));
    plugins.resolve(table, reasons);
    if (!reasons.empty())
        throw load_error(std::move(reasons));
}

std::shared_ptr<service> app::state::make_service(system_pages& pages)
{
    auto made = std::make_shared<service>();
    auto all = collect(pages);
    keep_answers(all, make_cache(configuration.cache, on_error));
    auto const table = std::make_shared<route_table>(std::move(all), key_rules(configuration.auth.rules));
    resolve(*table);
    plugins.construct(*table, configuration, on_log);
    pages.describe(table);
    made->table = table;
    made->settings = configuration.server;
    made->on_access = on_access;
    made->on_error = on_error;
    made->heads = heads_of(made->settings.limits);
    made->bodies = bodies_of(made->settings.limits);
    return made;
}

void app::state::prepare()
{
    std::lock_guard const one_at_a_time(preparing);
    if (shared)
        return;
    auto pages = make_system();
    auto made = make_service(*pages);
    std::lock_guard const alone(guard);
    system = std::move(pages);
    shared = std::move(made);
}

// ---- the life of the plugins ------------------------------------------------------------------------

/// Whether the plugins have started; else the turn to start them, if nobody else has it.
bool app::state::enter(bool serves, std::optional<single_flight::leader>& turn)
{
    std::lock_guard const alone(guard);
    if (is_started)
        serving += serves;
    else if (auto mine = turns.try_lead(std::string()))
        turn.emplace(std::move(*mine));
    return is_started;
}

/// Whether there is nothing to stop; else the turn to stop the plugins.
bool app::state::leave(bool served, std::optional<single_flight::leader>& turn)
{
    std::lock_guard const alone(guard);
    serving -= served;
    if (!is_started || serving)
        return true;
    is_started = false;
    system->set_ready(false);
    if (auto mine = turns.try_lead(std::string()))
        turn.emplace(std::move(*mine));
    return false;
}

void app::state::note_started(bool all)
{
    std::lock_guard const alone(guard);
    is_started = all;
    system->set_ready(all);
}

awaitable<> app::state::start(std::shared_ptr<state> self, bool serves)
{
    self->prepare();
    std::optional<single_flight::leader> turn;
    while (!self->enter(serves, turn)) {
        if (!turn) {
            auto const end = co_await self->turns.wait(std::string());
            if (end.error)
                std::rethrow_exception(end.error);
            continue;
        }
        single_flight::outcome end;
        try {
            if (self->plugins.has_hooks()) {
                auto hooks = start_plugins(self);
                co_await asio::co_spawn(self->executor, std::move(hooks), asio::use_awaitable);
            }
        } catch (...) {
            end.error = std::current_exception();
        }
        self->note_started(!end.error);
        auto const error = end.error;
        turn->end(std::move(end));
        turn.reset();
        if (error)
            std::rethrow_exception(error);
    }
}

/// Those that have started are stopped when a later one fails.
awaitable<> app::state::start_plugins(std::shared_ptr<state> self)
{
    std::exception_ptr failed;
    try {
        co_await self->plugins.start();
    } catch (...) {
        failed = std::current_exception();
    }
    if (!failed)
        co_return;
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await self->plugins.stop(self->configuration.server.limits.shutdown_grace);
    std::rethrow_exception(failed);
}

awaitable<> app::state::finish(std::shared_ptr<state> self, bool served)
{
    std::optional<single_flight::leader> turn;
    if (self->leave(served, turn) || !self->plugins.has_hooks())
        co_return;
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    auto hooks = self->plugins.stop(self->configuration.server.limits.shutdown_grace);
    co_await asio::co_spawn(self->executor, std::move(hooks), asio::use_awaitable);
}

} // namespace framex
