/// What an app is made of.
#pragma once

#include "server/listener.hpp"
#include "server/plugin_set.hpp"
#include "server/single_flight.hpp"
#include "server/system.hpp"

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
};

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

} // namespace framex
