/// What the tests of app::reload() share: a plugin in several editions that counts its lives.
#pragma once

#include "served.hpp"

#include <framex/coro/sleep.hpp>
#include <framex/framex.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace framex::test {

using namespace std::chrono_literals;

struct counts {
    std::atomic<int> made = 0, started = 0, stopped = 0, gone = 0;
};
inline std::array<counts, 3> lives; // of the editions below
inline std::atomic<bool> may_end = false; // of streams

/// One plugin in several editions.
template <std::size_t N>
struct edition {
    static inline plugin_metadata const metadata{.name = "shop", .version = std::to_string(N)};
    edition() { ++lives[N].made; }
    edition(edition const&) = delete;
    edition& operator=(edition const&) = delete;
    ~edition() { ++lives[N].gone; }
    awaitable<> on_start()
    {
        co_await sleep_for(1ms);
        ++lives[N].started;
    }
    awaitable<> on_stop()
    {
        co_await sleep_for(1ms);
        ++lives[N].stopped;
    }
    int number() { return N; }
    awaitable<std::string> slow(request whole)
    {
        co_await sleep_for(1ms);
        co_return whole.body + " to " + std::to_string(N);
    }
    async_generator<std::string> stream()
    {
        co_yield "from " + std::to_string(N) + ";";
        while (!may_end)
            co_await sleep_for(1ms);
        co_yield "end of " + std::to_string(N) + ";";
    }
    static void define(api<edition>& api)
    {
        api.get("/number", &edition::number);
        api.post("/slow", &edition::slow);
        api.get("/stream", &edition::stream);
    }
};

template <class... P>
std::vector<plugin_entry> entries()
{
    return {plugin_entry_of<P>()...};
}

/// Reloads, on the app's executor when `where` is that, and waits for the end.
inline std::exception_ptr reload(
    asio::any_io_executor where, framex::app& service, std::vector<plugin_entry> next)
{
    std::promise<std::exception_ptr> ended;
    asio::co_spawn(
        where, service.reload(std::move(next)), [&](std::exception_ptr error) { ended.set_value(error); });
    return ended.get_future().get();
}

template <class... P>
std::exception_ptr reload(served<P...>& service, std::vector<plugin_entry> next)
{
    return reload(service.executor(), service.app(), std::move(next));
}

inline std::string text_of(std::exception_ptr const& error)
{
    try {
        if (error)
            std::rethrow_exception(error);
        return {};
    } catch (std::exception const& e) {
        return e.what();
    }
}

inline bool becomes(std::atomic<int> const& number, int wanted)
{
    for (int i = 0; i < 1'000 && number != wanted; ++i)
        std::this_thread::sleep_for(10ms);
    return number == wanted;
}

struct fresh {
    fresh()
    {
        for (auto& each : lives)
            each.made = each.started = each.stopped = each.gone = 0;
        may_end = false;
    }
};

} // namespace framex::test
