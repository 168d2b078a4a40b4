// What `summer` calls, in a library of its own.
#include <framex/framex.hpp>
#include <framex/plugin/export.hpp>

struct adder {
    static inline framex::plugin_metadata const metadata{.name = "adder", .version = "1.0.0"};

    framex::awaitable<int> add(int a, int b) { co_return a + b; }

    static void define(framex::api<adder>& api)
    {
        api.function("add", &adder::add, framex::arg("a"), framex::arg("b"));
    }
};

FRAMEX_EXPORT_PLUGIN(adder)
