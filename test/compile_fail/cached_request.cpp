// expect: framex: a cached handler takes values only, no framex::request, framex::multipart_reader or form
#include <framex/framex.hpp>

#include <chrono>

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
    framex::awaitable<std::string> whole(framex::request incoming) { co_return incoming.body; }
    std::string value() { return "1"; }
    static void define(framex::api<sample>& api)
    {
#ifdef FRAMEX_RIGHT
        api.get("/x", &sample::value).cached(std::chrono::seconds(30));
#else
        api.get("/x", &sample::whole).cached(std::chrono::seconds(30));
#endif
    }
};
