// expect: framex: a handler is a function, a member function or a lambda without auto parameters
#include <framex/framex.hpp>

using framex::arg;

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
#ifdef FRAMEX_RIGHT
    static void define(framex::api<sample>& api)
    {
        api.get(
            "/x", [](std::string name) -> framex::awaitable<std::string> { co_return name; }, arg("name"));
    }
#else
    static void define(framex::api<sample>& api)
    {
        api.get("/x", [](auto name) -> framex::awaitable<std::string> { co_return name; }, arg("name"));
    }
#endif
};
