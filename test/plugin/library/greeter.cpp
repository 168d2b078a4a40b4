// A plugin as a stranger builds it.
#include <framex/framex.hpp>
#include <framex/plugin/export.hpp>

struct greeter {
    static inline framex::plugin_metadata const metadata{.name = "greeter", .version = "2.0.0"};

    framex::awaitable<std::string> greet(std::string name) { co_return "Hello, " + name; }
    static void define(framex::api<greeter>& api) { api.get("/greet", &greeter::greet, framex::arg("name")); }
};

FRAMEX_EXPORT_PLUGIN(greeter)
