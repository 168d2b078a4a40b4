// A plugin that was linked without something that it uses.
#include <framex/framex.hpp>
#include <framex/plugin/export.hpp>

namespace shop {
int price_of(std::string const& sku);
}

struct unresolved {
    static inline framex::plugin_metadata const metadata{.name = "unresolved", .version = "1.0.0"};

    int price(std::string sku) { return shop::price_of(sku); }
    static void define(framex::api<unresolved>& api)
    {
        api.get("/price", &unresolved::price, framex::arg("sku"));
    }
};

FRAMEX_EXPORT_PLUGIN(unresolved)
