// Requires what nobody offers.
#include <framex/framex.hpp>
#include <framex/plugin/export.hpp>

struct needs {
    static inline framex::plugin_metadata const metadata{
        .name = "needs", .version = "1", .required_remote_apis = {"/api/v1/not/there", "no.Such.func"}};

    std::string f() { return "x"; }
    static void define(framex::api<needs>& api) { api.get("/needs", &needs::f); }
};

FRAMEX_EXPORT_PLUGIN(needs)
