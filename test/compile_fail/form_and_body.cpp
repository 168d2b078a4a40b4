// expect: framex: at most one handler parameter may be the request body
#include <framex/framex.hpp>

using framex::arg;

struct photo {
    std::string title;
    framex::upload file;
};
BOOST_DESCRIBE_STRUCT(photo, (), (title, file))

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
#ifdef FRAMEX_RIGHT
    framex::awaitable<std::string> store(photo form, int) { co_return form.title; }
#else
    framex::awaitable<std::string> store(photo form, std::vector<int>) { co_return form.title; }
#endif
    static void define(framex::api<sample>& api) { api.post("/x", &sample::store, arg("form"), arg("more")); }
};
