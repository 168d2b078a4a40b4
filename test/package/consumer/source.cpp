/// A plugin that is called: by its host, and by the plugin `sink`, which another compiler may have built.
#include "number.hpp"

#include <framex/plugin/export.hpp>

using framex::arg;

/// Counts the streams that are under way.
class guest {
public:
    explicit guest(int& count) : count_(count) { ++count_; }
    guest(guest const&) = delete;
    guest& operator=(guest const&) = delete;
    ~guest() { --count_; }

private:
    int& count_;
};

struct source {
    static inline framex::plugin_metadata const metadata{.name = "source", .version = "1.0.0"};
    int present = 0;

    framex::awaitable<std::string> hello(std::string name) { co_return "Hello, " + name + "!"; }

    framex::awaitable<number> refuse(int status)
    {
        co_await framex::sleep_for(std::chrono::milliseconds(1));
        throw framex::http_error(status, "refused by source");
    }

    framex::async_generator<number> numbers(int count)
    {
        guest here(present);
        for (int i = 1; i <= count; ++i) {
            if (i % 10 == 0)
                co_await framex::sleep_for(std::chrono::milliseconds(1));
            co_yield number(i);
        }
    }

    framex::awaitable<std::size_t> measure(framex::multipart_reader form)
    {
        std::size_t total = 0;
        while (auto part = co_await form.next())
            while (auto chunk = co_await part->next())
                total += chunk->size();
        co_return total;
    }

    int guests() { return present; }

    static void define(framex::api<source>& api)
    {
        api.get("/source/hello", &source::hello, arg("name"));
        api.get("/source/refuse", &source::refuse, arg("status"));
        api.get("/source/numbers", &source::numbers, arg("count"));
        api.get("/source/guests", &source::guests);
        api.post("/source/measure", &source::measure);
    }
};

FRAMEX_EXPORT_PLUGIN(source)
