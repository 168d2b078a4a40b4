/// The plugins of an app: described, ordered by what they call, constructed, started and stopped.
#pragma once

#include <framex/config/settings.hpp>
#include <framex/plugin/plugin.hpp>
#include <framex/server/openapi.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace framex {

class route_table;

/// What the document says of the plugins.
std::vector<documented_plugin> documented(std::vector<plugin_entry> const& entries);

class plugin_set {
public:
    /// The ids of `entries` differ.
    plugin_set(asio::any_io_executor executor, std::vector<plugin_entry> entries);
    plugin_set(plugin_set const&) = delete;
    plugin_set& operator=(plugin_set const&) = delete;
    ~plugin_set();

    /// All routes in the order of loading, not yet callable. Throws load_error with every reason, and
    /// plugin_failure for what else the making of a table throws.
    std::vector<route> describe() const;
    /// Finds in `table` what each plugin requires, and the order in which nobody stands before those whose
    /// APIs it requires. Adds to `reasons` what nobody offers, and who waits for whom in a circle.
    /// A path that nobody offers may be published later when `falls_back` (server.enable_proxy), and a plugin
    /// that publishes is loaded.
    void resolve(route_table const& table, bool falls_back, std::vector<std::string>& reasons);
    /// Constructs the plugins in that order and binds their routes in `table`. Throws validation_error for
    /// what a plugin refuses in its settings and plugin_failure for what else a constructor throws; nothing
    /// is constructed then.
    void construct(route_table& table, settings const& configuration, log_sink const& log,
        detail::publication& publication);

    /// See app::unread_tables().
    std::vector<std::string> unread_tables() const;

    /// Whether any plugin has an on_start or on_stop to be awaited.
    bool has_hooks() const noexcept;
    /// Awaits every on_start in order. Throws plugin_failure for the first that fails.
    awaitable<> start();
    /// Awaits the on_stop of all that have started, in reverse order, each for `limit` at most. What fails is
    /// logged as the plugin's.
    awaitable<> stop(std::chrono::milliseconds limit);

private:
    struct loaded;

    loaded* find(std::string_view id) const noexcept;
    std::vector<loaded*> publishers() const;
    void destroy() noexcept;
    void visit(loaded& one, std::vector<loaded*>& path, std::vector<std::string>& reasons);

    asio::any_io_executor executor_;
    std::vector<std::unique_ptr<loaded>> all_; ///< as they were loaded
    std::vector<loaded*> order_; ///< as they are constructed and started
};

} // namespace framex
