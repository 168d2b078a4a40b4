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

/// Why the plugins of an app cannot run together: every reason at once. A reason is a sentence;
/// after its last "; " comes what to do about it.
class load_error : public std::runtime_error {
public:
    explicit load_error(std::vector<std::string> reasons);
    ~load_error() override;
    std::vector<std::string> const& reasons() const noexcept { return reasons_; }

private:
    std::vector<std::string> reasons_;
};

/// What a plugin threw in its constructor or in on_start; the cause is nested in it (std::rethrow_if_nested).
class plugin_failure : public std::runtime_error {
public:
    /// what() is "plugin <id>: <reason>".
    plugin_failure(std::string plugin, std::string const& reason);
    ~plugin_failure() override;
    std::string const& plugin() const noexcept { return plugin_; }

private:
    std::string plugin_;
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

    /// Adds a plugin class; `id` empty means its metadata's name. Only before the app is prepared.
    template <class P>
    app& load(std::string id = {})
    {
        return load(plugin_entry_of<P>(std::move(id)));
    }
    app& load(plugin_entry entry);

    /// Puts `m` around all routes, those of the app itself (/docs, /health…) included, outside of what the
    /// plugins use; the first is the outermost. Only before the app is prepared.
    template <class M>
    app& use(M m)
    {
        if constexpr (middleware<M>)
            return use(detail::erase(std::move(m)));
        else {
            detail::explain_middleware<M, app>();
            return *this;
        }
    }
    app& use(detail::any_middleware m);

    /// Every request is told to `sink` at its end, and carries an X-Request-ID in its answer: the one it came
    /// with when that is a token of at most 128 octets (RFC 9110 5.6.2), else 128 random bits in hex. A
    /// handler's `request` has the same field, unless it has 100 fields already, so what it sends on carries
    /// the id. Without a sink there are no ids. Only before the app is prepared.
    app& on_access(access_sink sink);

    /// What handlers throw and clients do not see is told to `sink`, and the cache's failures. Only before
    /// the app is prepared.
    app& on_error(error_sink sink);

    /// The lines of plugin_context::log() go to `sink`. Only before the app is prepared.
    app& on_log(log_sink sink);

    /// Makes the table of routes, finds what each plugin requires, and constructs the plugins, those whose
    /// APIs others require first. start() does it when it was not done. A plugin's route replaces the app's
    /// own one of its method and path (/health, /docs…). Throws load_error for paths that are none, routes or
    /// functions that are there twice, APIs that nobody offers and plugins that require each other;
    /// validation_error for [server.cors], [server.compression] and a plugin's settings; plugin_failure.
    /// Nothing of the plugins is left then, and the next call tries again. Threads may call it at once: one
    /// does the work.
    void prepare();

    /// prepare(), then awaits every plugin's on_start on the app's executor, in the order of construction.
    /// serve() does it when it was not done; several that call at once wait for the one that does it. Throws
    /// as prepare(); plugin_failure when an on_start throws, after the on_stop of those that had started; the
    /// next call tries again. Cancelling cancels the on_start that runs.
    awaitable<> start();

    /// Listens and serves on the executor of the coroutine that awaits it, until stop() and the end of the
    /// last connection, or until cancelled. The address is bound when the app has started. The last serve()
    /// to end awaits finish(). Throws system_error when the address cannot be listened on, and as start().
    /// Where a plugin has hooks, somebody runs the app's executor as long as a serve() lasts.
    awaitable<> serve(asio::ip::tcp::endpoint where, serve_options options = {});

    /// The same on an acceptor that listens already, whose executor is the one of the coroutine.
    awaitable<> serve(asio::ip::tcp::acceptor on);

    /// Serves the one connection that `on` is, on the executor of the coroutine, until its end, stop() or
    /// cancellation; its descriptor moves there from another executor. For a program that accepts by itself:
    /// each such call counts as a serve(), so it would stop the plugins when no other runs, but not those of
    /// an app that start() has started and nobody has stopped; finish() does it then. Throws system_error
    /// for a socket that is not open, not of TCP or not connected, and as start(); a client that has left
    /// already is no error.
    awaitable<> serve(asio::ip::tcp::socket on);

    /// Serves a request without a connection, on the executor of the coroutine that awaits it, and as if it
    /// had come over HTTP: routes, auth.rules, limits of sizes, envelope and access record are the same. Of
    /// the request, method, target, headers and body count. The body of the answer is pulled: a stream as it
    /// comes (of events, their wire text), anything else in one piece. Starts the app as serve() does; before
    /// its end, finish() is awaited. Throws std::invalid_argument for a request that could not be sent over
    /// HTTP, and as start(). Cancelling cancels the handler; server.limits.handler_timeout and
    /// requests_in_flight do not apply, with_timeout() does. The app outlives it.
    awaitable<streamed_response> dispatch(request asked);

    /// Awaits every plugin's on_stop on the app's executor, in the reverse order of start(), each for
    /// `server.limits.shutdown_grace` at most; what fails is logged as the plugin's. For an app that was
    /// started and does not serve; does nothing otherwise. It cannot be cancelled.
    awaitable<> finish();

    /// Puts `plugins` in the place of those that run, of which none is cut: a request keeps the ones with
    /// which it began, a stream goes on to its end with them, and their on_stop is awaited when no request
    /// uses them any more; they are destroyed after it, and after the jobs of remote() that began before. The
    /// new ones are constructed and started beside them, with the same settings, on the
    /// app's executor. All or nothing: throws as prepare() and start(), and then the former ones go on
    /// serving; also load_error for an id that is there twice, operation_aborted when the app is not started
    /// or ends meanwhile. An entry that did not change may be given again: its plugin is a new object. Calls
    /// wait for each other. Cancelling cancels the on_start that runs.
    awaitable<> reload(std::vector<plugin_entry> plugins);

    /// Ends every serve(): nothing new is accepted, what runs may end within `grace`, the rest is cancelled.
    /// May be called from any thread, and again with a shorter grace.
    void stop(std::chrono::milliseconds grace);

    /// A copy of all routes, once prepared; their plugins may be replaced by reload().
    std::vector<route> routes() const;
    settings const& configuration() const noexcept;

    /// The names of the tables [plugins.<name>] that are there and that their plugins have not read by
    /// plugin_context::config(): their settings have no effect. Empty until the app is prepared; a plugin
    /// whose on_start may still read it is left out until start().
    std::vector<std::string> unread_tables() const;

private:
    struct state;
    std::shared_ptr<state> state_; // its serve() calls may outlive the app
};

} // namespace framex
