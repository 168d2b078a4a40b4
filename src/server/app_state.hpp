/// What an app is made of.
#pragma once

#include "server/generation.hpp"
#include "server/serving.hpp"
#include "server/single_flight.hpp"

#include <framex/engine/engine.hpp>
#include <framex/server/app.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace framex {

/// What the serve() calls of an app do. Each lives on its executor: whoever else looks at one holds the guard
/// meanwhile, so the last reference is never dropped on another thread, after the executor's end.
struct serving_registry {
    std::mutex guard;
    std::unordered_set<serving*> all; // of those who are registered, each until its serve() ends
    std::unordered_map<asio::execution_context const*, std::size_t> contexts; // how many of them are on each
    std::optional<std::chrono::milliseconds> stopped; // serve() after stop() ends at once
    std::atomic<bool> is_stopped = false; // the same, for whoever holds another guard

    bool is_used(asio::any_io_executor const& executor);
    void stop(std::chrono::milliseconds grace);
    /// Requests that begin from now on get what `newest` gives; it is called under the guard, so the last of
    /// several calls is the one that counts.
    void replace(std::function<std::shared_ptr<service const>()> const& newest);
};

/// By which call an app is used; `life` is start() or finish().
enum class app_use : unsigned char { life, serve, serve_socket, dispatch };

/// Its plugins were told to stop. A job of remote() may still use them: its caller may have left it.
struct stopped_generation {
    std::shared_ptr<generation> plugins;
    engine_ticket last_job; // the newest that may
    stopped_generation(std::shared_ptr<generation> all, engine_ticket job)
        : plugins(std::move(all)), last_job(job)
    {
    }
};

struct app::state : std::enable_shared_from_this<app::state> {
    state(asio::any_io_executor ex, settings given) : executor(std::move(ex)), configuration(std::move(given))
    {
    }

    asio::any_io_executor executor;
    settings configuration;
    std::vector<plugin_entry> loaded{}; // until prepare() takes them
    std::vector<detail::any_middleware> around{};
    access_sink on_access;
    error_sink on_error;
    log_sink on_log;
    std::mutex preparing; // held while prepare() works
    std::mutex guard; // of what follows
    std::shared_ptr<generation> current{}; // set once prepared
    std::vector<std::shared_ptr<generation>> retired{}; // requests may use them, on_stop is to come
    std::vector<stopped_generation> stopped{}; // after their on_stop
    bool is_sweeping = false; // sweep() runs
    bool is_started = false; // every on_start of the current generation has ended
    bool is_held = false; // by app::start(): the end of a serve(socket) does not stop the plugins
    std::size_t served = 0; // serve() calls since
    single_flight turns; // "start": start() and reload(), "stop": finish() and sweep(); one at a time each
    std::shared_ptr<serving_registry> const servings = std::make_shared<serving_registry>();

    std::shared_ptr<generation> generate(std::vector<plugin_entry> entries);
    void serve_newest();
    std::shared_ptr<generation> snapshot();
    void prepare();
    bool may_go_on(app_use how) const;
    bool is_over_on(asio::any_io_executor const& executor, app_use how);
    bool enter(app_use how, std::optional<single_flight::leader>& turn);
    bool leave(app_use how);
    void note_started(bool all);
    bool replace(std::shared_ptr<generation> const& next);
    std::vector<std::shared_ptr<generation>> all_running();
    bool have_hooks();
    std::shared_ptr<generation> take_unused();
    bool let_go();
    void note_stopped(std::shared_ptr<generation> one);
    static awaitable<single_flight::leader> take_turn(std::shared_ptr<state> self, std::string what);
    awaitable<> start_plugins(std::shared_ptr<generation> of);
    static awaitable<> stop_plugins(std::shared_ptr<state> self);
    static awaitable<> start(std::shared_ptr<state> self, app_use how);
    static awaitable<> finish(std::shared_ptr<state> self, app_use how);
    static awaitable<> reload(std::shared_ptr<state> self, std::vector<plugin_entry> plugins);
    static awaitable<> change(std::shared_ptr<state> self, std::vector<plugin_entry> plugins);
    static awaitable<> sweep(std::shared_ptr<state> self);
    template <class Open>
    static awaitable<> serve(std::shared_ptr<state> self, app_use how, Open open);
};

/// Throws load_error for an id that is there already.
void add_entry(std::vector<plugin_entry>& to, plugin_entry entry);

} // namespace framex
