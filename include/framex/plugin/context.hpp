/// What a plugin object may ask of the app that loaded it: its settings, its executor, other plugins' APIs.
#pragma once

#include <framex/plugin/call.hpp>
#include <framex/plugin/log.hpp>
#include <framex/plugin/published.hpp>

#include <array>
#include <atomic>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace framex {

/// Lives as long as the plugin object that it was made for.
class plugin_context {
public:
    /// `settings_text` is the JSON text of the table [plugins.<table>]; without `table`, of [plugins.<id>].
    /// Without a sink what is logged is lost.
    plugin_context(asio::any_io_executor executor, std::string id, std::string settings_text,
        log_sink sink = {}, std::string table = {});
    plugin_context(plugin_context const&) = delete;
    plugin_context& operator=(plugin_context const&) = delete;
    ~plugin_context();

    std::string const& id() const noexcept { return id_; }
    /// The app's. What a plugin spawns on it ends before its on_stop returns, or owns all that it uses: the
    /// plugin is destroyed then, by the end of the app or by app::reload().
    asio::any_io_executor const& executor() const noexcept { return executor_; }

    /// The [plugins.<id>] table, or the one under the metadata's name, as a model; a missing table is an
    /// empty one, and members with the rule `defaulted` may be missing. Throws validation_error with every
    /// fault, unknown keys included.
    template <model T>
    T config() const
    {
        has_read_config_ = true;
        T result{};
        std::vector<issue> issues;
        read_options options;
        options.unknown = unknown_keys::refuse;
        read_json(settings_, result, issues, location{std::string("plugins"), table_}, options);
        if (!issues.empty())
            throw validation_error(std::move(issues));
        return result;
    }

    /// Calls another plugin's API by HTTP path or "plugin.Class.method"; `name` is written as it is listed in
    /// required_remote_apis.
    ///
    /// When R and the arguments are exactly the callee's types, values move: nothing is written or copied,
    /// and the callee's own coroutine is awaited. Else arguments and result go through JSON, checked and with
    /// the callee's defaults. R is then void (the result is dropped), any value, or a stream:
    /// async_generator<T> of a value for a stream of models, async_generator<sse_event> for events, and
    /// async_generator<std::string> for any: a JSON line, a chunk or an event's wire text an item. A callee
    /// that gives a response gives its body: as it is to std::string, else as JSON; its status of 400 or more
    /// becomes an http_error with the body as text. R = response takes it as it is.
    ///
    /// A published route (another service's operation) gives the same of its answer, arguments being JSON: to
    /// a value its body, or the `data` of the envelope that the body is (to std::string a JSON text without
    /// its quotes, as if the callee were here, anything else as it is); an envelope whose status is not in
    /// server.legal_proxy_code, and a status of 300 or more, becomes an http_error. To a stream it gives the
    /// events of a text/event-stream (or their wire text), lines of JSON, or the pieces of the body.
    ///
    /// Throws, always when awaited: call_error when the call cannot be made, or arguments or result do not
    /// fit, and what the callee throws. A callee that is no coroutine and takes these very types runs before
    /// this returns. Cancelling cancels the callee, or what its stream awaits.
    template <class R = json::value, argument_value... A>
    awaitable<R> call_plugin_api(std::string_view name, A... arguments)
    {
        auto const* api = find(name);
        if (!api)
            return detail::refuse<R>(undeclared(name));
        std::array<detail::call_argument, sizeof...(A)> named{detail::as_call_argument(arguments)...};
        std::array<void*, sizeof...(A) + 1> values{};
        return detail::call<R>(*api, named.data(), named.size(), values.data());
    }

    /// Tells the program a line; whether and where it is written is the program's matter. `framex run` writes
    /// it with the plugin's id to its log, from `log.level` on. May be called on any thread.
    void log(log_level level, std::string_view text) const;

    /// Puts `routes` in the place of what this plugin has published before: requests and calls that begin
    /// from now on find them, others end as they began. Gives those that were left out: method and path
    /// are those of a define() or of the app's own pages, or were published before; or the path cannot be
    /// one. From on_start() on, on any thread. Throws std::logic_error before.
    std::vector<left_out_route> publish(published_routes routes);

    /// For the app: whether config() was called.
    bool has_read_config() const noexcept { return has_read_config_; }

    /// For the app: makes `target` callable under `name`.
    void declare(std::string name, route const& target);
    /// For the app: makes what is published under `name` callable.
    void declare_published(std::string name);
    /// For the app: where the plugin publishes, and finds what others have published.
    void connect(detail::publication& to) noexcept { publication_ = &to; }

private:
    detail::declared_api const* find(std::string_view name) const noexcept;
    std::exception_ptr undeclared(std::string_view name) const;

    asio::any_io_executor executor_;
    std::string id_;
    std::string settings_;
    log_sink log_;
    std::vector<detail::declared_api> declared_;
    detail::publication* publication_ = nullptr;
    std::string table_; // of [plugins.<table>]
    mutable std::atomic<bool> has_read_config_ = false;
};

} // namespace framex
