/// A program that is run to its end, for what it says.
#pragma once

#include <framex/coro/awaitable.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace framex::cli {

struct process_end {
    bool succeeded = false;
    std::string output{}; ///< standard output and error together, the first MiB
    process_end() = default; // no aggregate: it is the result of a coroutine
};

/// The variables of this process: "NAME=value".
std::vector<std::string> current_environment();

/// Runs `command`, whose first word is a program of PATH or a path, with an empty input and the variables of
/// `environment`. Throws system_error when it cannot be run. Cancelling ends it and all that it has started.
awaitable<process_end> run_process(
    std::vector<std::string> command, std::vector<std::string> environment = current_environment());

} // namespace framex::cli
