// Its parameter is a text or null.
#include <framex/framex.hpp>
#include <framex/plugin/export.hpp>

struct union_plugin {
    static inline framex::plugin_metadata const metadata{.name = "union", .version = "1"};

    std::string f(std::optional<std::string>) { return "x"; }
    static void define(framex::api<union_plugin>& api)
    {
        api.get("/union", &union_plugin::f, framex::arg("q"));
    }
};

FRAMEX_EXPORT_PLUGIN(union_plugin)
