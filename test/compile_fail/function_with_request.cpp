// expect: framex: a function for other plugins takes no framex::request, framex::multipart_reader
#include <framex/framex.hpp>

using framex::arg;

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
#ifdef FRAMEX_RIGHT
    framex::awaitable<int> size(std::string r) { co_return static_cast<int>(r.size()); }
#else
    framex::awaitable<int> size(framex::request r) { co_return static_cast<int>(r.body.size()); }
#endif
    static void define(framex::api<sample>& api) { api.function("size", &sample::size, arg("r")); }
};
