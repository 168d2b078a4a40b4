#include "builtin_plugins.hpp"

#include "echo/echo.hpp"
#include "proxy/proxy.hpp"

namespace framex {

std::vector<plugin_entry> builtin_plugins() { return {echo_plugin(), proxy_plugin()}; }

} // namespace framex
