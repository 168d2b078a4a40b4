// Its entry point throws.
#include <framex/plugin/abi.hpp>
#include <framex/plugin/plugin.hpp>

#include <stdexcept>

extern "C" __attribute__((
    visibility("default"), section(".framex_abi"), used)) framex::abi_record const framex_abi_record;
constexpr framex::abi_record framex_abi_record = framex::abi_of("throws");
extern "C" __attribute__((visibility("default"))) void framex_plugin_entry(framex::plugin_entry&)
{
    throw std::runtime_error("broken plugin");
}
