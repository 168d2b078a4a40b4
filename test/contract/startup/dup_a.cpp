// One of two plugins with one route.
#include <framex/framex.hpp>
#include <framex/plugin/export.hpp>

struct dup_a {
    static inline framex::plugin_metadata const metadata{.name = "dup_a", .version = "1"};

    std::string f() { return "dup_a"; }
    static void define(framex::api<dup_a>& api) { api.get("/dup", &dup_a::f); }
};

FRAMEX_EXPORT_PLUGIN(dup_a)
