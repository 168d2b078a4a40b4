// expect: framex: a handler returns awaitable<T>, T or async_generator<T>, where T is a value
#include <framex/framex.hpp>

using framex::arg;

struct point {
    int x = 0, y = 0;
};

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
#ifdef FRAMEX_RIGHT
    framex::awaitable<int> origin() { co_return point().x; }
#else
    framex::awaitable<point> origin() { co_return point(); }
#endif
    static void define(framex::api<sample>& api) { api.get("/x", &sample::origin); }
};
