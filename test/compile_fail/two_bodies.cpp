// expect: framex: at most one handler parameter may be the request body
#include <framex/framex.hpp>

using framex::arg;

struct point {
    int x = 0, y = 0;
};
BOOST_DESCRIBE_STRUCT(point, (), (x, y))

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
#ifdef FRAMEX_RIGHT
    framex::awaitable<int> sum(point p, int q) { co_return p.x + q; }
#else
    framex::awaitable<int> sum(point p, point q) { co_return p.x + q.y; }
#endif
    static void define(framex::api<sample>& api) { api.post("/x", &sample::sum, arg("p"), arg("q")); }
};
