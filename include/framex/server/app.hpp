/// An app: plugins, their table of routes, and the serving of it on the executors that it is given.
#pragma once

#include <framex/config/settings.hpp>
#include <framex/plugin/plugin.hpp>
#include <framex/server/access.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace framex {

/// Why the plugins of an app cannot run together: every reason at once.
class load_error : public std::runtime_error {
public:
    explicit load_error(std::vector<std::string> reasons);
    ~load_error() override;
    std::vector<std::string> const& reasons() const noexcept { return reasons_; }

private:
    std::vector<std::string> reasons_;
};

struct serve_options {
    bool reuse_port = false; ///< several serve() calls share one address, one a thread
    std::function<void(asio::ip::tcp::endpoint)> on_listening{}; ///< called once the address is bound
};

/// Starts no thread, installs no signal handler, writes nothing. Several apps live in one process.
class app {
public:
    /// `executor` is what plugins see as theirs. It must run one handler at a time: an io_context run by one
    /// thread, or a strand.
    explicit app(asio::any_io_executor executor, settings configuration = {});
    app(app const&) = delete;
    app& operator=(app const&) = delete;
    ~app();

    /// Adds a plugin class; `id` empty means its metadata's name. Only before the app is started.
    template <class P>
    app& load(std::string id = {})
    {
        return load(plugin_entry_of<P>(std::move(id)));
    }
    app& load(plugin_entry entry);

    /// Every request is told to `sink` at its end, and carries an X-Request-ID in its answer: the one it came
    /// with when that is a token of at most 128 octets (RFC 9110 5.6.2), else 128 random bits in hex. Without
    /// a sink there are no ids. Only before the app is started.
    app& on_access(access_sink sink);

    /// What handlers throw and clients do not see is told to `sink`, and the cache's failures. Only before
    /// the app is started.
    app& on_error(error_sink sink);

    /// Constructs the plugins, makes the table and resolves what they require. serve() does it when it was
    /// not done. A plugin's route replaces the app's own one of its method and path (/health, /docs…). Throws
    /// load_error for paths that are none, routes or functions that are there twice and APIs that nobody
    /// offers; validation_error for a plugin's settings; what a plugin's constructor throws. Nothing of the
    /// plugins is left then, and the next call tries again. Threads may call it at once: one does the work.
    void start();

    /// Listens and serves on the executor of the coroutine that awaits it, until stop() and the end of the
    /// last connection, or until cancelled. Throws system_error when the address cannot be listened on, and
    /// as start().
    awaitable<> serve(asio::ip::tcp::endpoint where, serve_options options = {});

    /// Ends every serve(): nothing new is accepted, what runs may end within `grace`, the rest is cancelled.
    /// May be called from any thread, and again with a shorter grace.
    void stop(std::chrono::milliseconds grace);

    /// All routes, once started.
    std::vector<route> const& routes() const;
    settings const& configuration() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace framex
