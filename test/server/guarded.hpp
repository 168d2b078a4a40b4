/// A plugin with middleware of all kinds around handlers of all kinds.
#pragma once

#include <framex/coro/pipeline.hpp>
#include <framex/coro/sleep.hpp>
#include <framex/error.hpp>
#include <framex/plugin/plugin.hpp>

#include <boost/describe/class.hpp>

#include <atomic>
#include <cctype>
#include <chrono>
#include <stdexcept>
#include <string>

namespace framex::test {

struct note_body {
    int id = 0;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(note_body, (), (id, text))

/// Adds its letter to the field Way of the request on the way in and of the answer on the way out.
class letter {
public:
    explicit letter(char mark) : mark_(mark) {}
    awaitable<streamed_response> operator()(request asked, next_handler next) const
    {
        asked.headers.set("Way", std::string(asked.headers["Way"]) + mark_);
        auto answer = co_await next(std::move(asked));
        answer.headers.set("Back", std::string(answer.headers["Back"]) + mark_);
        co_return answer;
    }

private:
    char mark_;
};

inline std::atomic<int>& ended()
{
    static std::atomic<int> count{0};
    return count;
}
struct tells_its_end {
    tells_its_end() = default;
    tells_its_end(tells_its_end const&) = delete;
    tells_its_end& operator=(tells_its_end const&) = delete;
    ~tells_its_end() { ++ended(); }
};

inline awaitable<streamed_response> shouts(request asked, next_handler next)
{
    auto answer = co_await next(std::move(asked));
    auto louder = [](std::string piece) {
        for (auto& c : piece)
            c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        return piece;
    };
    answer.body = transform(std::move(answer.body), louder);
    co_return answer;
}

inline awaitable<streamed_response> changes(request asked, next_handler next)
{
    asked.target = "/elsewhere?name=new%20name";
    asked.body = R"({"id":7,"text":"changed"})";
    asked.headers.set("Content-Type", "application/json");
    auto answer = co_await next(std::move(asked));
    co_return answer;
}

inline awaitable<streamed_response> twice(request asked, next_handler next)
{
    auto again = asked;
    auto first = co_await next(std::move(asked));
    auto second = co_await next(std::move(again));
    second.headers.set("First", *first.body.whole());
    co_return second;
}

inline awaitable<streamed_response> breaks(request, next_handler) { throw http_error(418, "no coffee here"); }

inline awaitable<streamed_response> turns_away(request, next_handler)
{
    co_return response::text("not for you", 403);
}

inline awaitable<streamed_response> sleeps(request asked, next_handler next)
{
    tells_its_end const here;
    auto answer = co_await next(std::move(asked));
    co_return answer;
}

struct guarded {
    static inline plugin_metadata const metadata{
        .name = "guarded", .version = "1.0.0", .required_remote_apis = {"/api/v1/plain"}};

    explicit guarded(plugin_context& c) : context(&c) {}

    awaitable<streamed_response> count(request asked, next_handler next)
    {
        ++passed;
        auto answer = co_await next(std::move(asked));
        answer.headers.set("Passed", std::to_string(passed));
        co_return answer;
    }

    std::string way(request asked) { return std::string(asked.headers["Way"]); }
    std::string name(std::string given) { return given; }
    std::string item(std::string id) { return id; }
    note_body note(note_body sent) { return sent; }
    awaitable<std::string> fails() { throw std::runtime_error("a secret"); }
    awaitable<std::string> refuses() { throw http_error(409, "taken"); }
    awaitable<int> call() { co_return co_await context->call_plugin_api<int>("/api/v1/plain"); }
    async_generator<sse_event> events(int count, int ms)
    {
        tells_its_end const here;
        for (int i = 0; i < count; ++i) {
            co_yield sse_event("tick", std::to_string(i));
            co_await sleep_for(std::chrono::milliseconds(ms));
        }
    }
    async_generator<sse_event> broken_events()
    {
        co_yield sse_event("tick", "0");
        throw http_error(403, "stop here");
    }
    async_generator<std::string> broken_text()
    {
        co_yield std::string("half");
        throw std::runtime_error("a secret");
    }
    awaitable<std::size_t> upload(multipart_reader form)
    {
        std::size_t size = 0;
        while (auto part = co_await form.next())
            while (auto chunk = co_await part->next())
                size += chunk->size();
        co_return size;
    }
    awaitable<std::string> waits()
    {
        tells_its_end const here;
        co_await sleep_for(std::chrono::hours(1));
        co_return std::string();
    }

    static void define(api<guarded>& api)
    {
        api.get("/way", &guarded::way).use(letter('c')).use(letter('d'));
        api.get("/name", &guarded::name, arg("name")).use(&changes);
        api.get("/items/{id}", &guarded::item, arg("id"));
        api.post("/note", &guarded::note, arg("sent"));
        api.post("/changed", &guarded::note, arg("sent")).use(&changes);
        api.get("/fails", &guarded::fails);
        api.get("/refuses", &guarded::refuses);
        api.get("/call", &guarded::call);
        api.get("/plain", [] { return 5; });
        api.get("/events", &guarded::events, arg("count"), arg("ms") = 0);
        api.get("/loud", &guarded::events, arg("count"), arg("ms") = 0).use(&shouts);
        api.get("/broken_events", &guarded::broken_events);
        api.get("/broken_text", &guarded::broken_text);
        api.post("/upload", &guarded::upload);
        api.get("/waits", &guarded::waits).use(&sleeps);
        api.get("/twice", [] { return 6; }).use(&twice);
        api.get("/breaks", [] { return 6; }).use(letter('e')).use(&breaks);
        api.get("/away", [] { return 6; }).use(&turns_away);
        api.get("/cached", [] { return 6; }).cached();
        api.get("/raw", [] { return 6; }).raw_response();
        api.get("/own", [] { return response::text("mine", 201); });
        api.use(letter('a'));
        api.use(&guarded::count);
        api.use(letter('b'));
    }

    plugin_context* context;
    int passed = 0;
};

} // namespace framex::test
