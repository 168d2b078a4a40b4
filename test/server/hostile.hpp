/// A plugin whose handlers misbehave, and uploads in forms that the sample does not have.
#pragma once

#include "sample.hpp"

namespace framex::test {

struct hostile {
    static inline plugin_metadata const metadata{.name = "hostile", .version = "1.0.0"};

    awaitable<response> status(int code)
    {
        response made(code, "a body");
        co_return made;
    }
    awaitable<std::string> raise(int code)
    {
        name_value_list headers{{"Content-Length", "3"}, {"Connection", "x"},
            {"Transfer-Encoding", "chunked"}, {"Content-Type", "text/html"}, {"X-Kept", "yes"}};
        throw http_error(code, "raised", std::move(headers));
        co_return "";
    }
    /// Takes a cancellation for the end of its work and answers.
    awaitable<std::string> stubborn()
    {
        try {
            co_await sleep_for(std::chrono::minutes(1));
        } catch (boost::system::system_error const&) {
        }
        co_return "finished";
    }
    awaitable<std::string> big(int size) { co_return std::string(static_cast<std::size_t>(size), 'b'); }
    /// Keeps its thread, so that what the client sends meanwhile is there when the stream ends.
    async_generator<sse_event> busy_events(int ms)
    {
        co_yield {"begin"};
        seen().waiting = true;
        std::this_thread::sleep_for(std::chrono::milliseconds(ms));
    }
    async_generator<sse_event> no_events() { return {}; }
    async_generator<thing> broken_things()
    {
        thing one;
        co_yield one;
        throw std::runtime_error("internal secret");
    }
    awaitable<std::size_t> counted(int number, multipart_reader form)
    {
        std::size_t size = static_cast<std::size_t>(number);
        while (auto part = co_await form.next())
            while (auto chunk = co_await part->next())
                size += chunk->size();
        co_return size;
    }
    /// Tells what arrives while it arrives.
    async_generator<sse_event> progress(multipart_reader form)
    {
        std::size_t size = 0;
        while (auto part = co_await form.next())
            while (auto chunk = co_await part->next())
                size += chunk->size();
        co_yield sse_event("size", std::to_string(size));
    }
    /// The same, after each piece.
    async_generator<sse_event> steps(multipart_reader form)
    {
        std::size_t size = 0;
        while (auto part = co_await form.next())
            while (auto chunk = co_await part->next()) {
                size += chunk->size();
                co_yield sse_event("size", std::to_string(size));
            }
    }
    /// Reads the whole form and works on.
    awaitable<std::size_t> digest(multipart_reader form)
    {
        unwinding here;
        std::size_t size = 0;
        while (auto part = co_await form.next())
            while (auto chunk = co_await part->next())
                size += chunk->size();
        seen().waiting = true;
        co_await sleep_for(std::chrono::minutes(1));
        co_return size;
    }
    /// Reads the first part and works on, with the rest of the form still to come.
    awaitable<std::string> preview(multipart_reader form)
    {
        unwinding here;
        auto part = co_await form.next();
        seen().waiting = true;
        co_await sleep_for(std::chrono::minutes(1));
        co_return part->name();
    }
    async_generator<sse_event> preview_events(multipart_reader form)
    {
        unwinding here;
        auto part = co_await form.next();
        seen().waiting = true;
        co_await sleep_for(std::chrono::minutes(1));
        co_yield sse_event("name", part->name());
    }
    /// Works after each piece of the form.
    awaitable<int> sip(multipart_reader form, int ms)
    {
        int pieces = 0;
        while (auto part = co_await form.next())
            while (auto piece = co_await part->next()) {
                ++pieces;
                co_await sleep_for(std::chrono::milliseconds(ms));
            }
        co_return pieces;
    }

    static void define(api<hostile>& api)
    {
        api.get("/status", &hostile::status, arg("code"));
        api.get("/raise", &hostile::raise, arg("code"));
        api.get("/stubborn", &hostile::stubborn);
        api.get("/big", &hostile::big, arg("size"));
        api.get("/busy_events", &hostile::busy_events, arg("ms"));
        api.get("/no_events", &hostile::no_events);
        api.get("/broken_things", &hostile::broken_things);
        api.post("/counted", &hostile::counted, arg("number"));
        api.post("/progress", &hostile::progress);
        api.post("/steps", &hostile::steps);
        api.post("/digest", &hostile::digest);
        api.post("/preview", &hostile::preview);
        api.post("/preview_events", &hostile::preview_events);
        api.post("/sip", &hostile::sip, arg("ms"));
    }
};

} // namespace framex::test
