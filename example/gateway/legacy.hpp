/// legacy: stands for the server behind the gateway. It keeps its streams awake with comments.
#pragma once

#include <framex/framex.hpp>

#include <chrono>

struct legacy {
    static inline framex::plugin_metadata const metadata{.name = "legacy", .version = "1.0.0"};

    framex::async_generator<framex::sse_event> chat(framex::request incoming)
    {
        co_yield {"credentials", incoming.headers.count("authorization") ? "seen" : "none"};
        framex::sse_event awake;
        awake.comment = "keep-alive";
        for (char const* word : {"hello", "world"}) {
            co_yield awake;
            co_await framex::sleep_for(std::chrono::milliseconds(50));
            co_yield {"word", word};
        }
    }

    static void define(framex::api<legacy>& api) { api.get("/chat", &legacy::chat); }
};
