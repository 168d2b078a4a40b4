/// From a configuration to an app that could serve: what `framex run` and `framex routes` do first.
#pragma once

#include "plugin_choice.hpp"
#include "refusal.hpp"

#include <framex/server/app.hpp>

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <exception>
#include <string>
#include <vector>

namespace framex::cli {

/// Calls `act`; every way to fail becomes a refusal.
template <class F>
void try_to(run_request const& request, F act)
{
    std::exception_ptr error;
    try {
        act();
    } catch (...) {
        error = std::current_exception();
    }
    if (error)
        throw refusal_of(error, request);
}

/// Writes the warnings, if there are any.
void warn(run_request const& request, cli_environment const& environment, std::vector<problem> const& of);

/// Loads what the configuration names into `service`, opening files by `open`, and prepares it. Warns of
/// settings without effect. Gives the ids of the plugins. Throws a refusal for settings and plugins that
/// cannot be served with.
std::vector<std::string> prepare(
    app& service, run_request const& request, cli_environment const& environment, plugin_opener const& open);

/// Runs the context until `reached`. Throws a refusal for what a task of a plugin throws meanwhile.
void run_until(asio::io_context& context, std::atomic<bool> const& reached);

} // namespace framex::cli
