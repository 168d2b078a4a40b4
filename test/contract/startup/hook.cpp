// Does not start.
#include <framex/framex.hpp>
#include <framex/plugin/export.hpp>

#include <stdexcept>

struct hook {
    static inline framex::plugin_metadata const metadata{.name = "hook", .version = "1"};

    framex::awaitable<> on_start()
    {
        throw std::runtime_error("hook failed");
        co_return;
    }
    std::string f() { return "still here"; }
    static void define(framex::api<hook>& api) { api.get("/hook", &hook::f); }
};

FRAMEX_EXPORT_PLUGIN(hook)
