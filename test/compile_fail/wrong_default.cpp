// expect: framex: the default in arg("name") = default must convert to the parameter's type
#include <framex/framex.hpp>

using framex::arg;

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
#ifdef FRAMEX_RIGHT
    static void define(framex::api<sample>& api)
    {
        api.get("/x", [](int n) { return n; }, arg("n") = 10);
    }
#else
    static void define(framex::api<sample>& api)
    {
        api.get("/x", [](int n) { return n; }, arg("n") = "ten");
    }
#endif
};
