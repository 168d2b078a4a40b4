#include "http/clock_text.hpp"
#include "server/cache.hpp"
#include "server/listener.hpp"
#include "server/system.hpp"

#include <framex/config/nearest.hpp>
#include <framex/server/app.hpp>
#include <framex/version.hpp>

#include <boost/assert.hpp>

#include <algorithm>
#include <concepts>
#include <limits>
#include <mutex>
#include <type_traits>
#include <utility>

namespace framex {

namespace {

std::string joined(std::vector<std::string> const& reasons)
{
    std::string text;
    for (auto const& reason : reasons)
        text += (text.empty() ? "" : "\n") + reason;
    return text;
}

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

load_error::load_error(std::vector<std::string> reasons)
    : std::runtime_error(joined(reasons)), reasons_(std::move(reasons))
{
}
load_error::~load_error() = default;

/// The listeners of an app. A listener lives on its executor: whoever else looks at one holds the guard
/// meanwhile, so the last reference is never dropped on another thread, after the executor's end.
struct listener_registry {
    std::mutex guard;
    std::vector<std::weak_ptr<listener>> all;
    std::optional<std::chrono::milliseconds> stopped; // serve() after stop() ends at once
};

namespace {

/// Holds a listener for as long as its serve() runs, which may outlive the app.
class registered_listener {
public:
    registered_listener(std::shared_ptr<listener_registry> in, std::shared_ptr<listener> one)
        : registry_(std::move(in)), one_(std::move(one))
    {
        std::lock_guard const guard(registry_->guard);
        registry_->all.push_back(one_);
        if (registry_->stopped)
            one_->stop(*registry_->stopped);
    }
    registered_listener(registered_listener const&) = delete;
    registered_listener& operator=(registered_listener const&) = delete;
    ~registered_listener()
    {
        std::lock_guard const guard(registry_->guard);
        std::erase_if(registry_->all, [this](auto const& weak) { return weak.lock() == one_; });
        one_.reset();
    }
    listener* operator->() const noexcept { return one_.get(); }

private:
    std::shared_ptr<listener_registry> registry_;
    std::shared_ptr<listener> one_;
};

} // namespace

struct app::state {
    struct loaded {
        plugin_entry entry;
        std::unique_ptr<plugin_context> context{};
        std::shared_ptr<void> instance{}; // before its context in death
        explicit loaded(plugin_entry e) : entry(std::move(e)) {}
    };

    state(asio::any_io_executor ex, settings given) : executor(std::move(ex)), configuration(std::move(given))
    {
    }

    asio::any_io_executor executor;
    settings configuration;
    std::vector<std::unique_ptr<loaded>> plugins;
    access_sink on_access;
    error_sink on_error;
    std::mutex starting; // held while start() works
    std::unique_ptr<system_pages> system{}; // set once started
    std::mutex guard; // of the writing of `shared`
    std::shared_ptr<service> shared{}; // set once started
    std::shared_ptr<listener_registry> const listening = std::make_shared<listener_registry>();

    std::shared_ptr<service> make_service();
    std::unique_ptr<system_pages> make_system() const;
    std::vector<route> collect();
    void collect(loaded& plugin, std::vector<route>& all, std::vector<std::string>& reasons);
    void add_system(std::vector<route>& all);
    void resolve(route_table const& table);
    std::string settings_of(plugin_entry const& entry) const;
};

/// The [plugins.<id>] table, or the one under the metadata's name, as JSON text.
std::string app::state::settings_of(plugin_entry const& entry) const
{
    for (auto const& name : {entry.id, entry.metadata->name})
        if (auto const found = configuration.plugins.find(name); found != configuration.plugins.end())
            return to_json(found->second);
    return "{}";
}

std::unique_ptr<system_pages> app::state::make_system() const
{
    openapi_info info;
    info.version = framex::version;
    info.runtime = configuration.server.reversion.empty() ? framex::version : configuration.server.reversion;
    info.started_at = now_text().stamp;
    info.errors_as_200 = configuration.server.error_status == "envelope";
    info.needs_key = [rules = key_rules(configuration.auth.rules)](
                         std::string_view path) { return rules.find(path) != nullptr; };
    std::vector<documented_plugin> documented;
    for (auto const& plugin : plugins)
        documented.emplace_back(plugin->entry.id, *plugin->entry.metadata);
    return std::make_unique<system_pages>(std::move(info), std::move(documented));
}

/// Constructs the plugin and adds its routes.
void app::state::collect(loaded& plugin, std::vector<route>& all, std::vector<std::string>& reasons)
{
    auto const& entry = plugin.entry;
    plugin.context = std::make_unique<plugin_context>(executor, entry.id, settings_of(entry));
    plugin.instance = entry.construct(*plugin.context);
    try {
        for (auto& made : entry.define(entry.id, entry.class_name, plugin.instance.get()))
            all.push_back(std::move(made));
    } catch (std::logic_error const& error) {
        reasons.push_back("plugin " + entry.id + ": " + error.what());
    }
}

/// The app's own routes, but for those that a plugin has replaced.
void app::state::add_system(std::vector<route>& all)
{
    system = make_system();
    auto const plugins_end = all.size();
    for (auto& own : system->routes()) {
        path_pattern const pattern(own.path);
        auto const replaces = [&](route const& other) {
            return other.method == own.method && path_pattern(other.path) == pattern;
        };
        if (std::none_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(plugins_end), replaces))
            all.push_back(std::move(own));
    }
}

std::vector<route> app::state::collect()
{
    std::vector<route> all;
    std::vector<std::string> reasons;
    for (auto& plugin : plugins)
        collect(*plugin, all, reasons);
    if (!reasons.empty())
        throw load_error(std::move(reasons));
    add_system(all);
    auto const& bare = configuration.server.excluded_log_paths;
    for (auto& made : all)
        if (std::ranges::find(bare, made.path) != bare.end())
            made.enveloped = false;
    return all;
}

/// Makes every required API callable. Throws when nobody offers one, and when two routes are the same.
void app::state::resolve(route_table const& table)
{
    std::vector<std::string> reasons;
    for (auto const& two : table.duplicates())
        reasons.push_back(sentence_of(two));
    std::vector<std::string> known;
    for (auto const& entry : table.routes()) {
        if (!entry.path.empty())
            known.push_back(entry.path);
        if (!entry.function.empty())
            known.push_back(entry.function);
    }
    for (auto& plugin : plugins)
        for (auto const& name : plugin->entry.metadata->required_remote_apis) {
            if (auto const* target = table.find_api(name)) {
                plugin->context->declare(name, *target);
                continue;
            }
            auto reason = "plugin " + plugin->entry.id + " requires the API " + name
                + ", which no loaded plugin offers";
            if (auto const near = nearest(name, known))
                reason += "; did you mean " + std::string(*near) + "?";
            reasons.push_back(std::move(reason));
        }
    if (!reasons.empty())
        throw load_error(std::move(reasons));
}

app::app(asio::any_io_executor executor, settings configuration)
    : state_(std::make_unique<state>(std::move(executor), std::move(configuration)))
{
}
app::~app() = default;

app& app::load(plugin_entry entry)
{
    auto const same = [&](auto const& p) { return p->entry.id == entry.id; };
    if (std::ranges::any_of(state_->plugins, same))
        throw load_error(
            {"two plugins have the id " + entry.id + "; load one of them, or give it another id"});
    state_->plugins.push_back(std::make_unique<state::loaded>(std::move(entry)));
    return *this;
}

app& app::on_access(access_sink sink)
{
    BOOST_ASSERT(!state_->shared);
    state_->on_access = std::move(sink);
    return *this;
}

app& app::on_error(error_sink sink)
{
    BOOST_ASSERT(!state_->shared);
    state_->on_error = std::move(sink);
    return *this;
}

std::shared_ptr<service> app::state::make_service()
{
    auto made = std::make_shared<service>();
    auto all = collect();
    keep_answers(all, make_cache(configuration.cache, on_error));
    auto const table =
        std::make_shared<route_table const>(std::move(all), key_rules(configuration.auth.rules));
    resolve(*table);
    system->describe(table);
    made->table = table;
    made->settings = configuration.server;
    made->on_access = on_access;
    made->on_error = on_error;
    made->heads = heads_of(made->settings.limits);
    made->bodies = bodies_of(made->settings.limits);
    return made;
}

void app::start()
{
    std::lock_guard const one_at_a_time(state_->starting);
    if (state_->shared)
        return;
    try {
        auto made = state_->make_service();
        std::lock_guard const guard(state_->guard);
        state_->shared = std::move(made);
    } catch (...) {
        for (auto& plugin : state_->plugins)
            plugin->instance.reset(); // before the next start takes its context away
        throw;
    }
}

awaitable<> app::serve(asio::ip::tcp::endpoint where, serve_options options)
{
    start();
    auto const executor = co_await asio::this_coro::executor;
    registered_listener const here(
        state_->listening, std::make_shared<listener>(executor, state_->shared, where, options.reuse_port));
    if (options.on_listening)
        options.on_listening(here->local_endpoint());
    co_await here->run();
}

void app::stop(std::chrono::milliseconds grace)
{
    std::lock_guard const guard(state_->listening->guard);
    state_->listening->stopped = grace;
    for (auto const& weak : state_->listening->all)
        if (auto const one = weak.lock())
            one->stop(grace);
}

std::vector<route> const& app::routes() const
{
    static std::vector<route> const none;
    std::lock_guard const guard(state_->guard);
    return state_->shared ? state_->shared->table->routes() : none;
}

settings const& app::configuration() const noexcept { return state_->configuration; }

} // namespace framex
