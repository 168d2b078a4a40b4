/// The plugins of framex-contract: what the black-box suites call beside the built-in `echo`.
#pragma once

#include <framex/plugin/plugin.hpp>

namespace contract {

framex::plugin_entry bench_plugin();
framex::plugin_entry caller_plugin();
framex::plugin_entry conformance_plugin();
framex::plugin_entry lab_plugin();
framex::plugin_entry labfn_plugin();

} // namespace contract
