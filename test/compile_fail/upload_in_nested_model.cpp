// expect: framex: a framex::upload is a member of the described struct that a handler takes as its form
#include <framex/framex.hpp>

using framex::arg;

struct photo {
    std::string title;
    framex::upload file;
};
BOOST_DESCRIBE_STRUCT(photo, (), (title, file))

struct album {
    std::string title;
    std::vector<photo> photos;
};
BOOST_DESCRIBE_STRUCT(album, (), (title, photos))

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
#ifdef FRAMEX_RIGHT
    framex::awaitable<std::string> store(photo form) { co_return form.title; }
#else
    framex::awaitable<std::string> store(album form) { co_return form.title; }
#endif
    static void define(framex::api<sample>& api) { api.post("/x", &sample::store, arg("form")); }
};
