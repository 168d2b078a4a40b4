/// What `framex run` says once it listens.
#pragma once

#include "cli.hpp"

#include <framex/server/app.hpp>

namespace framex::cli {

/// Plugins and URLs to the message stream; with --print-port the port to the output stream.
void announce(cli_environment const& environment, run_request const& request, app const& service,
    asio::ip::tcp::endpoint at);

} // namespace framex::cli
