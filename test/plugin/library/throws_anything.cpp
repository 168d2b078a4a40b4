// Its entry point throws what is no std::exception.
#include <framex/plugin/export.hpp>

FRAMEX_DETAIL_ABI_RECORD(throws_anything)
extern "C" __attribute__((visibility("default"))) void framex_plugin_entry(framex::plugin_entry&) { throw 7; }
