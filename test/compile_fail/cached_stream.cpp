// expect: framex: only a handler that gives a value as JSON can be cached: no stream, no framex::response and
// not void
#include <framex/framex.hpp>

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
#ifdef FRAMEX_RIGHT
    framex::awaitable<std::string> text() { co_return "1"; }
#else
    framex::async_generator<std::string> text() { co_yield "1"; }
#endif
    static void define(framex::api<sample>& api) { api.get("/x", &sample::text).cached(); }
};
