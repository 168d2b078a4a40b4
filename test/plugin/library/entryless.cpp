// It has the record, but nothing that can be called.
#include <framex/plugin/abi.hpp>

extern "C" __attribute__((
    visibility("default"), section(".framex_abi"), used)) framex::abi_record const framex_abi_record;
constexpr framex::abi_record framex_abi_record = framex::abi_of("entryless");
