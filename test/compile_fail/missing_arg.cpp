// expect: framex: give one framex::arg("name") for each handler parameter, in their order
#include <framex/framex.hpp>

using framex::arg;

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
#ifdef FRAMEX_RIGHT
    framex::awaitable<std::string> greet(std::string name) { co_return name; }
#else
    framex::awaitable<std::string> greet(std::string name, int n) { co_return name + std::to_string(n); }
#endif
    static void define(framex::api<sample>& api) { api.get("/x", &sample::greet, arg("name")); }
};
