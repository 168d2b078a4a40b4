/// The generators that the tests of async_generator run.
#pragma once

#include "coro/run.hpp"

#include <framex/coro/async_generator.hpp>
#include <framex/coro/sleep.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace framex::test_coro {

struct event {
    std::string name, data;
    event(std::string n, std::string d = {}) : name(std::move(n)), data(std::move(d)) {}
};

class no_default {
public:
    explicit no_default(int v) : value(v) {}
    int value;
};

inline async_generator<long> numbers(long n)
{
    counted c;
    for (long i = 0; i < n; ++i)
        co_yield long(i);
}

inline async_generator<std::string> by_timer(int n)
{
    counted c;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (int i = 0; i < n; ++i) {
        timer.expires_after(1ms);
        co_await timer.async_wait(asio::deferred);
        co_yield "item " + std::to_string(i);
    }
}

inline async_generator<std::string> by_sleep(int n)
{
    counted c;
    for (int i = 0; i < n; ++i) {
        co_await sleep_for(1ms);
        co_yield "item " + std::to_string(i);
    }
}

inline awaitable<std::string> child(int i)
{
    counted c;
    co_await sleep_for(1ms);
    co_return "item " + std::to_string(i);
}

inline async_generator<std::string> by_awaitable(int n)
{
    counted c;
    for (int i = 0; i < n; ++i) {
        auto text = co_await child(i);
        co_yield std::move(text);
    }
}

inline async_generator<std::string> twice(async_generator<std::string> source)
{
    counted c;
    while (auto item = co_await source.next()) {
        co_yield *item + "a";
        co_yield std::move(*item) + "b";
    }
}

inline async_generator<std::string> failing(bool late)
{
    counted c;
    co_yield "one";
    if (late)
        co_await sleep_for(1ms);
    throw std::runtime_error("boom");
}

inline async_generator<std::string> forever(bool* unwound)
{
    counted c;
    struct note {
        bool* flag;
        explicit note(bool* f) : flag(f) {}
        ~note() { *flag = true; }
    } n(unwound);
    co_yield "first";
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(asio::deferred);
    co_yield "never";
}

/// Counts the exceptions that come from its source.
inline async_generator<std::string> passing_on(async_generator<std::string> source, int* caught)
{
    counted c;
    try {
        while (auto item = co_await source.next())
            co_yield std::move(*item);
    } catch (...) {
        ++*caught;
        throw;
    }
}

inline awaitable<void> expect_items(async_generator<std::string> source, std::vector<std::string> expected)
{
    std::vector<std::string> items;
    while (auto item = co_await source.next())
        items.push_back(std::move(*item));
    BOOST_TEST(items == expected, boost::test_tools::per_element());
    auto after = co_await source.next();
    BOOST_TEST(!after.has_value());
}

inline awaitable<void> drain(async_generator<std::string> source)
{
    while (auto item = co_await source.next()) {}
}

} // namespace framex::test_coro
