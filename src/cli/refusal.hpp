/// Why a service cannot start or go on, as a person reads it.
#pragma once

#include "cli.hpp"

#include <framex/config/problem.hpp>

#include <exception>
#include <string>
#include <vector>

namespace framex::cli {

/// Thrown by what `framex run` does: the problems, and the code with which the program ends.
struct refusal {
    std::vector<problem> problems;
    int code;
    refusal(std::vector<problem> all, int exit) : problems(std::move(all)), code(exit) {}
};

problem fault(std::string code, std::string message, std::string help = {});

/// A reason of a load_error (FX0401).
problem misfit(std::string const& reason);

/// What the plugins of an app failed with, as a refusal; anything else is thrown again.
refusal refusal_of(std::exception_ptr error, run_request const& request);

/// What the exception says.
std::string text_of(std::exception_ptr const& error);

/// What a plugin's own task threw out of its context.
refusal task_failure(std::exception_ptr const& error);

} // namespace framex::cli
