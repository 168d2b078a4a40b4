// expect: framex: a cache key is the text that f(a, b) makes of all named arguments of the handler, in their
// order
#include <framex/framex.hpp>

using framex::arg;

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
    int add(int a, int b) { return a + b; }
    static void define(framex::api<sample>& api)
    {
#ifdef FRAMEX_RIGHT
        auto const key = [](int a, int b) { return std::to_string(a + b); };
#else
        auto const key = [](int a) { return std::to_string(a); };
#endif
        api.get("/add", &sample::add, arg("a"), arg("b")).cache_key(key);
    }
};
