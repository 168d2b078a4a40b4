/// The middleware of an app, its plugins and routes, put around the handlers when the table is made.
#pragma once

#include "server/worker.hpp"

#include <framex/plugin/route.hpp>

#include <vector>

namespace framex {

/// Lets every HTTP route among `routes` that has middleware, or that `around` gives some, run its handler
/// through it. `owner` is what the routes will be part of; it outlives their requests. Throws load_error for
/// a function with middleware.
void put_middleware(
    std::vector<route>& routes, std::vector<detail::any_middleware> const& around, service const& owner);

} // namespace framex
