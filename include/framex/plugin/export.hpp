/// The one macro: makes a plugin class loadable from a shared library.
#pragma once

#include <framex/plugin/abi.hpp>
#include <framex/plugin/plugin.hpp>

/// The record alone; a part of FRAMEX_EXPORT_PLUGIN.
#define FRAMEX_DETAIL_ABI_RECORD(type)                                                                       \
    extern "C" __attribute__((visibility("default"))) ::framex::abi_record const framex_abi_record;          \
    __attribute__((section(".framex_abi"), used)) constinit ::framex::abi_record const framex_abi_record =   \
        ::framex::abi_of(#type);

/// Once in a shared library, after the class: `FRAMEX_EXPORT_PLUGIN(shop::orders)`. A macro, since the host
/// looks for symbols of C. `framex run --load-plugins` loads the file; see load_plugin().
#define FRAMEX_EXPORT_PLUGIN(type)                                                                           \
    FRAMEX_DETAIL_ABI_RECORD(type)                                                                           \
    extern "C" __attribute__((visibility("default"))) void framex_plugin_entry(                              \
        ::framex::plugin_entry& entry)                                                                       \
    {                                                                                                        \
        entry = ::framex::plugin_entry_of<type>();                                                           \
    }
