/// Settings that are read and that nothing in this program acts on.
#pragma once

#include "cli.hpp"

#include <vector>

namespace framex::cli {

/// A warning for each such setting that somebody has written, with its place.
std::vector<problem> idle_settings(run_request const& request);

} // namespace framex::cli
