// A plugin that is loaded many times, each time as another library.
#include <framex/framex.hpp>
#include <framex/plugin/export.hpp>

#include <chrono>
#include <cstdint>

struct ticker {
    static inline framex::plugin_metadata const metadata{.name = "ticker", .version = "1.0.0"};

    /// Where the library is: the place of what the system's loader could take from an earlier one.
    std::uint64_t place()
    {
        static int here = 0;
        return reinterpret_cast<std::uintptr_t>(&here);
    }
    framex::async_generator<std::string> ticks()
    {
        for (;;) {
            co_await framex::sleep_for(std::chrono::milliseconds(10));
            co_yield std::to_string(place()) + "\n";
        }
    }
    static void define(framex::api<ticker>& api)
    {
        api.get("/place", &ticker::place);
        api.get("/ticks", &ticker::ticks);
    }
};

FRAMEX_EXPORT_PLUGIN(ticker)
