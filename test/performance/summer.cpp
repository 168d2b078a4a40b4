// Calls an API of another library as often as it is told: what a call costs is what one call more costs.
#include <framex/framex.hpp>
#include <framex/plugin/export.hpp>

struct summer {
    static inline framex::plugin_metadata const metadata{
        .name = "summer", .version = "1.0.0", .required_remote_apis = {"adder.adder.add"}};

    explicit summer(framex::plugin_context& context) : context_(context) {}

    framex::awaitable<int> sum(int calls)
    {
        int total = 0;
        for (int i = 0; i < calls; ++i) {
            auto const next = co_await context_.call_plugin_api<int>(
                "adder.adder.add", framex::arg("a") = total, framex::arg("b") = 1);
            total = next;
        }
        co_return total;
    }

    static void define(framex::api<summer>& api) { api.get("/sum", &summer::sum, framex::arg("calls")); }

private:
    framex::plugin_context& context_;
};

FRAMEX_EXPORT_PLUGIN(summer)
