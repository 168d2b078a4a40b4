/// `framex run --reload`: builds plugins again when their sources change, and lets them take over.
#pragma once

#include "build_tree.hpp"
#include "file_watch.hpp"
#include "log.hpp"
#include "plugin_copies.hpp"
#include "serve.hpp"

#include <framex/server/app.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace framex::cli {

/// What a reloader works with; all of it outlives the reloader.
struct reload_parts {
    app& service;
    run_request const& request;
    cli_environment const& environment;
    plugin_copies& copies; ///< has opened the plugins that are served
    log& lines;
};

class reloader {
public:
    explicit reloader(reload_parts parts) : parts_(std::move(parts)) {}

    /// On `context`, the app's, until end(). What fails is logged, and the plugins that were there go on
    /// serving.
    void begin(asio::io_context& context);
    /// Ends a build that runs. On the context's thread; may be called again.
    void end();
    /// For a process that ends without its destructors.
    void remove_copies() const noexcept;

private:
    using file_set = std::set<std::filesystem::path>;

    /// A build tree, and the targets that make our files; none: all.
    struct project {
        build_tree tree{};
        std::vector<std::string> targets{};
        bool has_failed = false; ///< its last build; what that has left is not taken over
        bool is_touched_by(std::vector<std::filesystem::path> const& changed) const;
    };

    awaitable<> run();
    bool is_of_interest(std::filesystem::path const& file) const;
    std::optional<file_set> named_files() const;
    awaitable<file_set> settled_files();
    awaitable<> find_projects();
    void watch(file_watch& files);
    awaitable<bool> build(std::vector<std::filesystem::path> changed);
    awaitable<std::optional<problem>> failure_of_build(build_tree tree, std::vector<std::string> targets);
    awaitable<bool> take_over();
    void say(std::string const& text, log_level level = log_level::info) const;
    void say_of_configuration(std::vector<std::filesystem::path>& changed) const;
    void say_what_serves() const;
    void report(std::exception_ptr const& error) const;
    void report_end(std::exception_ptr const& error) const;

    reload_parts parts_;
    file_set
        files_{}; ///< the plugin files that the configuration named when they last took over, or tried to
    file_set watched_{}; ///< sources and plugin files that were said to be
    std::set<std::string> names_{}; ///< of plugin files
    file_set configuration_{}; ///< the files that it was read from
    std::vector<project> projects_{};
    asio::cancellation_signal end_{};
    bool is_ending_ = false;
};

} // namespace framex::cli
