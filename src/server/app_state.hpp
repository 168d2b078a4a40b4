/// What an app is made of.
#pragma once

#include "server/generation.hpp"
#include "server/listener.hpp"
#include "server/single_flight.hpp"

#include <framex/server/app.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace framex {

/// The listeners of an app. A listener lives on its executor: whoever else looks at one holds the guard
/// meanwhile, so the last reference is never dropped on another thread, after the executor's end.
struct listener_registry {
    std::mutex guard;
    std::vector<std::weak_ptr<listener>> all;
    std::optional<std::chrono::milliseconds> stopped; // serve() after stop() ends at once

    bool is_stopped();
    void stop(std::chrono::milliseconds grace);
    /// Requests that begin from now on get `next`.
    void replace(std::shared_ptr<service const> const& next);
};

struct app::state {
    state(asio::any_io_executor ex, settings given) : executor(std::move(ex)), configuration(std::move(given))
    {
    }

    asio::any_io_executor executor;
    settings configuration;
    std::vector<plugin_entry> loaded{}; // until prepare() takes them
    access_sink on_access;
    error_sink on_error;
    log_sink on_log;
    std::mutex preparing; // held while prepare() works
    std::mutex guard; // of what follows
    std::shared_ptr<generation> current{}; // set once prepared
    std::vector<std::shared_ptr<generation>> retired{}; // requests still use them
    bool is_sweeping = false; // sweep() runs
    bool is_started = false; // every on_start of the current generation has ended
    std::size_t serving = 0; // serve() calls since
    single_flight turns; // of starting, reloading and stopping the plugins: one at a time
    std::shared_ptr<listener_registry> const listening = std::make_shared<listener_registry>();

    std::shared_ptr<generation> generate(std::vector<plugin_entry> entries) const;
    std::shared_ptr<generation> snapshot();
    void prepare();
    bool enter(bool serves, std::optional<single_flight::leader>& turn);
    bool leave(bool served, std::optional<single_flight::leader>& turn);
    void note_started(bool all);
    bool replace(std::shared_ptr<generation> const& next);
    std::shared_ptr<generation> take_unused();
    awaitable<> start_plugins(std::shared_ptr<generation> of);
    awaitable<> stop_plugins(std::shared_ptr<generation> of);
    static awaitable<> start(std::shared_ptr<state> self, bool serves);
    static awaitable<> finish(std::shared_ptr<state> self, bool served);
    static awaitable<> reload(std::shared_ptr<state> self, std::vector<plugin_entry> plugins);
    awaitable<> await_jobs() const;
    static awaitable<> sweep(std::shared_ptr<state> self);
    template <class Open>
    static awaitable<> serve(std::shared_ptr<state> self, Open open);
};

/// Throws load_error for an id that is there already.
void add_entry(std::vector<plugin_entry>& to, plugin_entry entry);

} // namespace framex
