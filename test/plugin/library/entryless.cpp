// It has the record, but nothing that can be called.
#include <framex/plugin/export.hpp>

FRAMEX_DETAIL_ABI_RECORD(entryless)
