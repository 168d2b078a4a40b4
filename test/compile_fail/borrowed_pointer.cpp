// expect: framex: handler parameters must own their data (no reference, pointer or string_view)
#include <framex/framex.hpp>

using framex::arg;

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
#ifdef FRAMEX_RIGHT
    framex::awaitable<std::string> greet(std::string name) { co_return name; }
#else
    framex::awaitable<std::string> greet(char const* name) { co_return name; }
#endif
    static void define(framex::api<sample>& api) { api.put("/x", &sample::greet, arg("name")); }
};
