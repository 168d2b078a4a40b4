// expect: framex: a form comes with a request: a function for other plugins takes and gives no framex::upload
#include <framex/framex.hpp>

using framex::arg;

struct photo {
    std::string title;
    framex::upload file;
};
BOOST_DESCRIBE_STRUCT(photo, (), (title, file))

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
    framex::awaitable<std::string> store(photo form) { co_return form.title; }
    static void define(framex::api<sample>& api)
    {
#ifdef FRAMEX_RIGHT
        api.post("/x", &sample::store, arg("form"));
#else
        api.function("store", &sample::store, arg("form"));
#endif
    }
};
