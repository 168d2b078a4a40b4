/// A plugin that the tests of this room serve.
#pragma once

#include <framex/framex.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace framex::test {

struct thing {
    thing() = default; // no aggregate: things are yielded
    std::string name;
    int size = 1;
    static constexpr auto rules() { return framex::rules(field(&thing::size, defaulted)); }
};
BOOST_DESCRIBE_STRUCT(thing, (), (name, size))

/// What happened inside handlers, seen from outside.
struct witness {
    std::atomic<int> unwound = 0; ///< handlers and streams whose destructors have run
    std::atomic<int> yielded = 0;
    std::atomic<bool> waiting = false;
};
inline witness& seen()
{
    static witness instance;
    return instance;
}
struct unwinding {
    unwinding() = default;
    unwinding(unwinding const&) = delete;
    unwinding& operator=(unwinding const&) = delete;
    ~unwinding() { ++seen().unwound; }
};

struct sample {
    static inline plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};

    awaitable<std::string> say(std::string text) { co_return text; }
    std::string plain(std::optional<int> number) { return number ? std::to_string(*number) : "none"; }
    awaitable<thing> take(thing body) { co_return body; }
    awaitable<int> item(int id) { co_return id; }
    awaitable<> nothing() { co_return; }
    awaitable<std::string> fail(std::string kind)
    {
        if (kind == "http")
            throw http_error(418, "teapot", {{"X-Why", "because"}, {"X-Bad", "a\r\nb"}});
        if (kind == "json")
            throw http_error::with_json(409, R"({"code":7})");
        if (kind == "public")
            throw public_error("may be read");
        throw std::runtime_error("internal secret");
        co_return kind;
    }
    awaitable<response> own()
    {
        response made(202, "own body");
        made.headers.set("Content-Type", "text/plain");
        made.headers.set("Content-Length", "999");
        made.headers.set("X-Own", "yes");
        co_return made;
    }
    awaitable<std::string> whole(request incoming)
    {
        co_return incoming.method + " " + incoming.path + " " + incoming.body;
    }
    awaitable<std::string> wait(int ms)
    {
        unwinding here;
        seen().waiting = true;
        co_await sleep_for(std::chrono::milliseconds(ms));
        co_return "waited";
    }
    async_generator<sse_event> events(int count, int ms)
    {
        unwinding here;
        for (int i = 0; i < count; ++i) {
            ++seen().yielded;
            co_yield sse_event("tick", std::to_string(i));
            if (ms)
                co_await sleep_for(std::chrono::milliseconds(ms));
        }
        co_yield {"finish"};
    }
    async_generator<std::string> blocks(int count)
    {
        unwinding here;
        std::string const block(4096, 'x');
        for (int i = 0; i < count; ++i) {
            ++seen().yielded;
            co_yield std::string(block);
        }
    }
    async_generator<std::string> letters(int ms)
    {
        co_yield std::string("a");
        co_await sleep_for(std::chrono::milliseconds(ms));
        co_yield std::string("b");
    }
    async_generator<sse_event> broken_events()
    {
        co_yield {"tick", "0"};
        throw http_error(403, "stop here");
    }
    async_generator<std::string> broken_text()
    {
        co_yield std::string("half");
        throw std::runtime_error("internal secret");
    }
    async_generator<thing> things(int count)
    {
        for (int i = 0; i < count; ++i) {
            thing one;
            one.name = "n" + std::to_string(i);
            co_yield std::move(one);
        }
    }
    awaitable<std::size_t> upload(multipart_reader form)
    {
        std::size_t size = 0;
        while (auto part = co_await form.next())
            while (auto chunk = co_await part->next())
                size += chunk->size();
        co_return size;
    }
    awaitable<std::string> first_part(multipart_reader form)
    {
        auto part = co_await form.next();
        co_return part->name();
    }

    static void define(api<sample>& api)
    {
        api.get("/say", &sample::say, arg("text") = "nothing");
        api.get("/plain", &sample::plain, arg("number"));
        api.post("/take", &sample::take, arg("body"));
        api.get("/item/{id}", &sample::item, arg("id"));
        api.get("/nothing", &sample::nothing);
        api.get("/fail", &sample::fail, arg("kind"));
        api.get("/fail_outside", &sample::fail, arg("kind")).no_prefix();
        api.get("/own", &sample::own);
        api.put("/whole", &sample::whole);
        api.get("/wait", &sample::wait, arg("ms"));
        api.get("/events", &sample::events, arg("count"), arg("ms") = 0);
        api.get("/blocks", &sample::blocks, arg("count"));
        api.get("/letters", &sample::letters, arg("ms"));
        api.get("/broken_events", &sample::broken_events);
        api.get("/broken_text", &sample::broken_text);
        api.get("/things", &sample::things, arg("count"));
        api.post("/upload", &sample::upload);
        api.post("/first_part", &sample::first_part);
    }
};

/// Whether `condition` comes true within a generous time.
template <class F>
bool eventually(F condition)
{
    for (int i = 0; i < 2000; ++i) {
        if (condition())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return condition();
}

} // namespace framex::test
