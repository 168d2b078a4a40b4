// expect: framex: a member of a form is a framex::upload, a scalar, std::string
#include <framex/framex.hpp>

using framex::arg;

struct point {
    int x = 0, y = 0;
};
BOOST_DESCRIBE_STRUCT(point, (), (x, y))

struct photo {
#ifdef FRAMEX_RIGHT
    std::vector<int> place;
#else
    point place;
#endif
    framex::upload file;
};
BOOST_DESCRIBE_STRUCT(photo, (), (place, file))

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
    framex::awaitable<std::uint64_t> store(photo form) { co_return form.file.size(); }
    static void define(framex::api<sample>& api) { api.post("/x", &sample::store, arg("form")); }
};
