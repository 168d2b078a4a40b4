// expect: framex: on_start and on_stop of a plugin are `framex::awaitable<> on_start()`: coroutines without
#include <framex/framex.hpp>

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
#ifdef FRAMEX_RIGHT
    framex::awaitable<> on_start() { co_return; }
#else
    void on_start() {}
#endif
    static void define(framex::api<sample>&) {}
};

framex::plugin_entry load() { return framex::plugin_entry_of<sample>(); }
