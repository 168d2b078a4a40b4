/// What `framex run` says once it listens.
#pragma once

#include "cli.hpp"

#include <framex/server/app.hpp>

#include <span>
#include <string>

namespace framex::cli {

/// Plugins and URLs to the message stream; with --print-port the port to the output stream. `plugins` are the
/// ids of those that are loaded.
void announce(cli_environment const& environment, run_request const& request, app const& service,
    std::span<std::string const> plugins, asio::ip::tcp::endpoint at);

} // namespace framex::cli
