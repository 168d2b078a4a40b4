// expect: framex: a streaming handler yields framex::sse_event (SSE), std::string (chunked) or a model
#include <framex/framex.hpp>

using framex::arg;

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
#ifdef FRAMEX_RIGHT
    framex::async_generator<std::string> count() { co_yield "1"; }
#else
    framex::async_generator<int> count() { co_yield 1; }
#endif
    static void define(framex::api<sample>& api) { api.get("/x", &sample::count); }
};
