/// Plugins that serve together, and what is served: app::reload() replaces one generation by the next.
#pragma once

#include "server/plugin_set.hpp"
#include "server/publications.hpp"
#include "server/system.hpp"
#include "server/worker.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace framex {

/// What an app gives to each of its generations.
struct generation_options {
    asio::any_io_executor executor;
    settings const& configuration;
    std::vector<detail::any_middleware> const& around; ///< all routes
    access_sink const& on_access;
    error_sink const& on_error;
    log_sink const& on_log;
    std::function<void()> on_change; ///< its plugins have published other routes; on any thread
};

/// Its plugins are constructed, and not yet started. A request keeps the one with which it began.
struct generation {
    system_pages system;
    service shared{}; ///< of the plugins' own routes
    publications published;
    plugin_set plugins; // dies before what its plugins use

    /// The plugins' ids differ. Throws as app::prepare().
    generation(std::vector<plugin_entry> entries, generation_options const& options);
};

/// The newest service of a generation; keeps all of it alive.
std::shared_ptr<service const> service_of(std::shared_ptr<generation> const& one);

} // namespace framex
