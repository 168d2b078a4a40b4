#include "server/plugin_set.hpp"

#include "server/router.hpp"
#include "server/watch.hpp"

#include <framex/config/nearest.hpp>
#include <framex/coro/timeout.hpp>
#include <framex/model/json.hpp>
#include <framex/server/app.hpp>

#include <algorithm>
#include <ranges>
#include <utility>

namespace framex {

struct plugin_set::loaded {
    /// An API that the plugin requires, and who offers it.
    struct requirement {
        std::string name;
        route const* target; ///< null: the provider may publish it
        loaded* provider; ///< null: the app itself
        requirement(std::string api, route const* found, loaded* by)
            : name(std::move(api)), target(found), provider(by)
        {
        }
    };
    enum class mark : unsigned char { unseen, open, placed };

    plugin_entry entry;
    std::vector<requirement> requirements{};
    mark seen = mark::unseen;
    bool is_started = false;
    std::string table{}; ///< of its settings
    bool has_table = false; ///< which is there
    std::unique_ptr<plugin_context> context{};
    std::shared_ptr<void> instance{}; // before its context in death

    explicit loaded(plugin_entry e) : entry(std::move(e)) {}
};

namespace {

/// The plugin's table in [plugins]: the one of its id, else the one of its metadata's name.
std::string table_of(plugin_entry const& entry, settings const& configuration)
{
    auto const& named = configuration.plugins;
    auto const& name = entry.metadata->name;
    return !named.contains(entry.id) && named.contains(name) ? name : entry.id;
}

/// The table as JSON text.
std::string settings_of(std::string const& table, settings const& configuration)
{
    auto const found = configuration.plugins.find(table);
    return found == configuration.plugins.end() ? "{}" : to_json(found->second);
}

/// Whether the issue is about a setting of [plugins.<table>].
bool is_about(issue const& one, std::string const& table)
{
    location const begin{std::string("plugins"), table};
    return one.loc.size() >= begin.size() && std::equal(begin.begin(), begin.end(), one.loc.begin());
}

std::vector<std::string> names_in(route_table const& table)
{
    std::vector<std::string> known;
    for (auto const& entry : table.routes()) {
        if (!entry.path.empty())
            known.push_back(entry.path);
        if (!entry.function.empty())
            known.push_back(entry.function);
    }
    return known;
}

/// The exception in flight as the plugin's failure; its cause is nested in it. What it refuses in its table
/// of settings, `table`, stays a validation_error, which names the place itself.
[[noreturn]] void throw_failure(std::string const& id, std::string const& table, std::string const& step)
{
    auto const error = std::current_exception();
    try {
        throw;
    } catch (validation_error const& refused) {
        auto const& issues = refused.issues();
        auto const is_setting = [&](issue const& one) { return is_about(one, table); };
        if (!issues.empty() && std::ranges::all_of(issues, is_setting))
            throw;
    } catch (...) {
    }
    try {
        std::rethrow_exception(error);
    } catch (...) {
        std::throw_with_nested(plugin_failure(id, step + ": " + text_of(error)));
    }
}

} // namespace

std::vector<documented_plugin> documented(std::vector<plugin_entry> const& entries)
{
    std::vector<documented_plugin> made;
    for (auto const& one : entries)
        made.emplace_back(one.id, *one.metadata);
    return made;
}

plugin_set::plugin_set(asio::any_io_executor executor, std::vector<plugin_entry> entries)
    : executor_(std::move(executor))
{
    for (auto& entry : entries)
        all_.push_back(std::make_unique<loaded>(std::move(entry)));
}
plugin_set::~plugin_set() { destroy(); }

plugin_set::loaded* plugin_set::find(std::string_view id) const noexcept
{
    auto const found = std::ranges::find_if(all_, [id](auto const& one) { return one->entry.id == id; });
    return found == all_.end() ? nullptr : found->get();
}

std::vector<route> plugin_set::describe() const
{
    std::vector<route> routes;
    std::vector<std::string> reasons;
    for (auto const& one : all_)
        try {
            for (auto& made : one->entry.define(one->entry.id, one->entry.class_name))
                routes.push_back(std::move(made));
        } catch (std::logic_error const& error) { // of a route
            reasons.push_back("plugin " + one->entry.id + ": " + error.what() + "; mend it in its define()");
        } catch (...) {
            throw_failure(one->entry.id, {}, "its table of APIs failed");
        }
    if (!reasons.empty())
        throw load_error(std::move(reasons));
    return routes;
}

std::vector<plugin_set::loaded*> plugin_set::publishers() const
{
    std::vector<loaded*> found;
    for (auto const& one : all_)
        if (one->entry.metadata->publishes)
            found.push_back(one.get());
    return found;
}

void plugin_set::resolve(route_table const& table, bool falls_back, std::vector<std::string>& reasons)
{
    auto const known = names_in(table);
    auto const publishing = falls_back ? publishers() : std::vector<loaded*>();
    for (auto& one : all_) {
        one->requirements.clear();
        one->seen = loaded::mark::unseen;
        for (auto const& name : one->entry.metadata->required_remote_apis) {
            if (auto const* target = table.find_api(name)) {
                one->requirements.emplace_back(name, target, find(target->plugin));
                continue;
            }
            if (!publishing.empty() && name.find('/') != name.npos) {
                for (auto* each : publishing)
                    one->requirements.emplace_back(name, nullptr, each);
                continue;
            }
            auto reason =
                "plugin " + one->entry.id + " requires the API " + name + ", which no loaded plugin offers";
            if (auto const near = nearest(name, known))
                reason += "; did you mean " + std::string(*near) + "? Else load the plugin that offers it";
            else
                reason += "; load the plugin that offers it, or remove the name from required_remote_apis";
            reasons.push_back(std::move(reason));
        }
    }
    order_.clear();
    std::vector<loaded*> path;
    for (auto const& one : all_)
        visit(*one, path, reasons);
}

/// Depth first: whoever is required is placed before the one that requires it.
void plugin_set::visit(loaded& one, std::vector<loaded*>& path, std::vector<std::string>& reasons)
{
    if (one.seen == loaded::mark::placed)
        return;
    one.seen = loaded::mark::open;
    path.push_back(&one);
    for (auto const& [name, target, provider] : one.requirements) {
        if (!provider || provider == &one)
            continue;
        if (provider->seen != loaded::mark::open) {
            visit(*provider, path, reasons);
            continue;
        }
        std::string circle;
        for (auto each = std::ranges::find(path, provider); each != path.end(); ++each)
            circle += (*each)->entry.id + " -> ";
        reasons.push_back("the plugins " + circle + provider->entry.id
            + " require each other's APIs in a circle, so none can be started first: " + one.entry.id
            + " requires " + name + " of " + provider->entry.id + "; move that API to a plugin of its own");
    }
    path.pop_back();
    one.seen = loaded::mark::placed;
    order_.push_back(&one);
}

void plugin_set::construct(
    route_table& table, settings const& configuration, log_sink const& log, detail::publication& publication)
{
    try {
        for (auto* one : order_) {
            auto const& entry = one->entry;
            one->table = table_of(entry, configuration);
            one->has_table = configuration.plugins.contains(one->table);
            one->context = std::make_unique<plugin_context>(
                executor_, entry.id, settings_of(one->table, configuration), log, one->table);
            one->context->connect(publication);
            for (auto const& [name, target, provider] : one->requirements)
                if (target)
                    one->context->declare(name, *target);
                else
                    one->context->declare_published(name);
            try {
                one->instance = entry.construct(*one->context);
            } catch (...) {
                throw_failure(entry.id, one->table, "its constructor failed");
            }
            table.bind(entry.id, one->instance.get());
        }
    } catch (...) {
        destroy();
        throw;
    }
}

void plugin_set::destroy() noexcept
{
    for (auto* one : order_ | std::views::reverse) {
        one->instance.reset();
        one->context.reset();
    }
}

std::vector<std::string> plugin_set::unread_tables() const
{
    std::vector<std::string> names;
    for (auto const& one : all_) {
        bool const may_read_later = one->entry.on_start && !one->is_started;
        if (one->has_table && !may_read_later && !one->context->has_read_config()
            && std::ranges::find(names, one->table) == names.end())
            names.push_back(one->table);
    }
    return names;
}

bool plugin_set::has_hooks() const noexcept
{
    return std::ranges::any_of(
        all_, [](auto const& one) { return one->entry.on_start || one->entry.on_stop; });
}

awaitable<> plugin_set::start()
{
    for (auto* one : order_) {
        if (one->entry.on_start)
            try {
                co_await one->entry.on_start(one->instance.get());
            } catch (...) {
                throw_failure(one->entry.id, one->table, "on_start failed");
            }
        one->is_started = true;
    }
}

awaitable<> plugin_set::stop(std::chrono::milliseconds limit)
{
    for (auto* one : order_ | std::views::reverse) {
        if (!std::exchange(one->is_started, false) || !one->entry.on_stop)
            continue;
        std::exception_ptr failed;
        try {
            auto hook = one->entry.on_stop(one->instance.get());
            co_await with_timeout(std::move(hook), limit);
        } catch (...) {
            failed = std::current_exception();
        }
        if (failed)
            one->context->log(log_level::error, "on_stop failed: " + text_of(failed));
    }
}

} // namespace framex
