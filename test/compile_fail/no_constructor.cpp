// expect: framex: a plugin has a constructor P(framex::plugin_context&) or P()
#include <framex/framex.hpp>

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
#ifdef FRAMEX_RIGHT
    explicit sample(framex::plugin_context&) {}
#else
    explicit sample(int) {}
#endif
    static void define(framex::api<sample>&) {}
};

framex::plugin_entry load() { return framex::plugin_entry_of<sample>(); }
