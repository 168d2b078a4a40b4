// expect: framex: a form has no default as a whole: mark its members with framex::defaulted
#include <framex/framex.hpp>

using framex::arg;

struct photo {
    std::string title = "untitled";
    framex::upload file;

    static constexpr auto rules() { return framex::rules(framex::field(&photo::title, framex::defaulted)); }
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
        api.post("/x", &sample::store, arg("form") = photo());
#endif
    }
};

auto const entry = framex::plugin_entry_of<sample>();
