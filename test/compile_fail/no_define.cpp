// expect: framex: a plugin has `static void define(framex::api<P>& api)`, P being its own class
#include <framex/framex.hpp>

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
#ifdef FRAMEX_RIGHT
    static void define(framex::api<sample>&) {}
#endif
};

framex::plugin_entry load() { return framex::plugin_entry_of<sample>(); }
