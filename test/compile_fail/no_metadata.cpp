// expect: framex: a plugin has `static inline framex::plugin_metadata const metadata{...};`
#include <framex/framex.hpp>

struct sample {
#ifdef FRAMEX_RIGHT
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
#endif
    static void define(framex::api<sample>&) {}
};

framex::plugin_entry load() { return framex::plugin_entry_of<sample>(); }
