// expect: framex: a handler parameter is a scalar, std::string, an enum with BOOST_DESCRIBE_ENUM
#include <framex/framex.hpp>

using framex::arg;

struct point {
    int x = 0, y = 0;
};

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
#ifdef FRAMEX_RIGHT
    framex::awaitable<int> sum(int p) { co_return p; }
#else
    framex::awaitable<int> sum(point p) { co_return p.x + p.y; }
#endif
    static void define(framex::api<sample>& api) { api.post("/x", &sample::sum, arg("p")); }
};
