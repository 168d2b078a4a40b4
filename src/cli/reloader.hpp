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
    /// Ends a build that runs. On the context's thread.
    void end();

private:
    /// A build tree, and the targets that make our files; none: all.
    struct project {
        build_tree tree{};
        std::vector<std::string> targets{};
        bool is_touched_by(std::vector<std::filesystem::path> const& changed) const;
    };

    awaitable<> run();
    awaitable<> find_projects();
    void watch(file_watch& files) const;
    awaitable<bool> build(std::vector<std::filesystem::path> changed);
    awaitable<bool> take_over();
    void say(std::string const& text) const;
    void report(std::exception_ptr error) const;
    void report_end(std::exception_ptr error) const;

    reload_parts parts_;
    std::vector<project> projects_{};
    asio::cancellation_signal end_{};
    bool is_ending_ = false;
};

} // namespace framex::cli
