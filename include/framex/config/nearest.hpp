/// The one helper behind every "did you mean": settings, options, commands, plugins, routes, error codes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace framex {

/// The candidate most like `wrong`, or nullopt when none is near enough to be meant.
/// Near is a distance of at most a third of the longer word (never less than 1), counting a wrong, missing,
/// additional or swapped letter as 1. Letter case does not count. The first of equally near ones wins.
std::optional<std::string> nearest(std::string_view wrong, std::span<std::string const> candidates);

} // namespace framex
