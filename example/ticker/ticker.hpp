/// ticker: a stream is an async generator. curl -N 'localhost:8080/api/v1/ticks?count=3'
#pragma once

#include <framex/framex.hpp>

#include <chrono>

using framex::arg;
using namespace std::chrono_literals;

struct ticker {
    static inline framex::plugin_metadata const metadata{.name = "ticker", .version = "1.0.0"};

    framex::async_generator<framex::sse_event> ticks(int count)
    {
        for (int i = 1; i <= count; ++i) {
            co_await framex::sleep_for(100ms);
            co_yield {"tick", std::to_string(i)};
        }
        co_yield {"finish"};
    }

    framex::async_generator<std::string> lines()
    {
        co_yield "one\n";
        co_yield "two\n";
    }

    static void define(framex::api<ticker>& api)
    {
        api.get("/ticks", &ticker::ticks, arg("count") = 10);
        api.get("/lines", &ticker::lines);
    }
};
