// Its entry point does nothing.
#include <framex/plugin/export.hpp>

FRAMEX_DETAIL_ABI_RECORD(hollow)
extern "C" __attribute__((visibility("default"))) void framex_plugin_entry(framex::plugin_entry&) {}
