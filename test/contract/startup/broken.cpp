// Its entry point throws.
#include <framex/plugin/export.hpp>

#include <stdexcept>

FRAMEX_DETAIL_ABI_RECORD(broken)

extern "C" __attribute__((visibility("default"))) void framex_plugin_entry(framex::plugin_entry&)
{
    throw std::runtime_error("broken plugin");
}
