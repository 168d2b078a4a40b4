#include "builtin_plugins.hpp"

#include "echo/echo.hpp"

namespace framex {

std::vector<plugin_entry> builtin_plugins() { return {echo_plugin()}; }

} // namespace framex
