// One of two plugins with one route.
#include <framex/framex.hpp>
#include <framex/plugin/export.hpp>

struct dup_b {
    static inline framex::plugin_metadata const metadata{.name = "dup_b", .version = "1"};

    std::string f() { return "dup_b"; }
    static void define(framex::api<dup_b>& api) { api.get("/dup", &dup_b::f); }
};

FRAMEX_EXPORT_PLUGIN(dup_b)
