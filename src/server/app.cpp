#include "http/clock_text.hpp"
#include "server/cache.hpp"
#include "server/listener.hpp"
#include "server/local_exchange.hpp"
#include "server/plugin_set.hpp"
#include "server/single_flight.hpp"
#include "server/system.hpp"

#include <framex/server/app.hpp>
#include <framex/version.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
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

plugin_failure::plugin_failure(std::string plugin, std::string const& reason)
    : std::runtime_error("plugin " + plugin + ": " + reason), plugin_(std::move(plugin))
{
}
plugin_failure::~plugin_failure() = default;

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
    state(asio::any_io_executor ex, settings given)
        : executor(std::move(ex)), configuration(std::move(given)), plugins(executor)
    {
    }

    asio::any_io_executor executor;
    settings configuration;
    plugin_set plugins;
    access_sink on_access;
    error_sink on_error;
    log_sink on_log;
    std::mutex preparing; // held while prepare() works
    std::mutex guard; // of what follows
    std::unique_ptr<system_pages> system{}; // set once prepared
    std::shared_ptr<service> shared{}; // set once prepared
    bool is_started = false; // every on_start has ended
    std::size_t serving = 0; // serve() calls since
    single_flight turns; // of starting and stopping the plugins: one at a time
    std::shared_ptr<listener_registry> const listening = std::make_shared<listener_registry>();

    std::shared_ptr<service> make_service(system_pages& pages);
    std::unique_ptr<system_pages> make_system() const;
    std::vector<route> collect(system_pages& pages);
    static void add_system(system_pages& pages, std::vector<route>& all);
    void resolve(route_table const& table);
    void prepare();
    bool enter(bool serves, std::optional<single_flight::leader>& turn);
    bool leave(bool served, std::optional<single_flight::leader>& turn);
    void note_started(bool all);
    static awaitable<> start(std::shared_ptr<state> self, bool serves);
    static awaitable<> start_plugins(std::shared_ptr<state> self);
    static awaitable<> finish(std::shared_ptr<state> self, bool served);
    template <class Open>
    static awaitable<> serve(std::shared_ptr<state> self, Open open);
};

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

// ---- the app ----------------------------------------------------------------------------------------

app::app(asio::any_io_executor executor, settings configuration)
    : state_(std::make_shared<state>(std::move(executor), std::move(configuration)))
{
}
app::~app() = default;

app& app::load(plugin_entry entry)
{
    BOOST_ASSERT(!state_->shared);
    state_->plugins.add(std::move(entry));
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

app& app::on_log(log_sink sink)
{
    BOOST_ASSERT(!state_->shared);
    state_->on_log = std::move(sink);
    return *this;
}

void app::prepare() { state_->prepare(); }
awaitable<> app::start() { return state::start(state_, false); }
awaitable<> app::finish() { return state::finish(state_, false); }

/// Serves what `open` gives, a listener; the last one out stops the plugins.
template <class Open>
awaitable<> app::state::serve(std::shared_ptr<state> self, Open open)
{
    co_await start(self, true);
    std::exception_ptr failed;
    try {
        auto const executor = co_await asio::this_coro::executor;
        registered_listener const here(self->listening, open(*self, executor));
        co_await here->run();
    } catch (...) {
        failed = std::current_exception();
    }
    co_await finish(self, true);
    if (failed)
        std::rethrow_exception(failed);
}

awaitable<> app::serve(asio::ip::tcp::endpoint where, serve_options options)
{
    auto const open = [where, options = std::move(options)](
                          state const& self, asio::any_io_executor const& executor) {
        auto made = std::make_shared<listener>(executor, self.shared, where, options.reuse_port);
        if (options.on_listening)
            options.on_listening(made->local_endpoint());
        return made;
    };
    return state::serve(state_, open);
}

awaitable<> app::serve(asio::ip::tcp::acceptor on)
{
    auto open = [on = std::make_shared<asio::ip::tcp::acceptor>(std::move(on))](
                    state const& self, asio::any_io_executor const& executor) {
        return std::make_shared<listener>(executor, self.shared, std::move(*on));
    };
    return state::serve(state_, std::move(open));
}

awaitable<streamed_response> app::dispatch(request asked)
{
    auto const self = state_;
    co_await state::start(self, false);
    auto answer = co_await exchange_locally(self->shared, std::move(asked));
    co_return answer;
}

void app::stop(std::chrono::milliseconds grace)
{
    {
        std::lock_guard const alone(state_->guard);
        if (state_->system)
            state_->system->set_ready(false);
    }
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
