// One of its static objects throws.
#include <framex/plugin/export.hpp>

#include <stdexcept>

namespace {

struct thrower {
    thrower() { throw std::runtime_error("no license"); }
} const at_load;

} // namespace

FRAMEX_DETAIL_ABI_RECORD(throws_early)
extern "C" __attribute__((visibility("default"))) void framex_plugin_entry(framex::plugin_entry&) {}
