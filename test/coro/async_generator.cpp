#include "coro/generators.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>

using namespace framex;
using namespace framex::test_coro;

BOOST_FIXTURE_TEST_SUITE(async_generator_suite, nothing_left)

BOOST_AUTO_TEST_CASE(an_empty_generator_ends_at_once)
{
    run(expect_items({}, {}));
    async_generator<long> none;
    BOOST_TEST(stream_access::step(none));
    BOOST_TEST(stream_access::settled(none));
    BOOST_TEST(!stream_access::item(none));
}

BOOST_AUTO_TEST_CASE(items_come_in_order_whatever_the_body_awaits)
{
    std::vector<std::string> const expected{"item 0", "item 1", "item 2"};
    run(expect_items(by_timer(3), expected));
    run(expect_items(by_sleep(3), expected));
    run(expect_items(by_awaitable(3), expected));
}

BOOST_AUTO_TEST_CASE(generators_nest)
{
    std::vector<std::string> const expected{"item 0a", "item 0b", "item 1a", "item 1b"};
    run(expect_items(twice(by_timer(2)), expected));
    run(expect_items(twice(by_awaitable(2)), expected));
    run(expect_items(twice(twice(by_sleep(1))), {"item 0aa", "item 0ab", "item 0ba", "item 0bb"}));
}

BOOST_AUTO_TEST_CASE(a_braced_list_an_rvalue_and_an_lvalue_are_yielded)
{
    auto source = []() -> async_generator<event> {
        co_yield {"tick", "1"};
        event named("named", "2");
        co_yield named;
        BOOST_TEST(named.data == "2");
        event const constant("constant");
        co_yield constant;
        co_yield std::move(named);
        co_yield {"finish"};
    }();
    std::string seen;
    while (stream_access::step(source)) {
        auto* item = stream_access::item(source);
        if (!item)
            break;
        event taken = std::move(*item);
        seen += taken.name + "=" + taken.data + ";";
    }
    BOOST_TEST(seen == "tick=1;named=2;constant=;named=2;finish=;");
}

BOOST_AUTO_TEST_CASE(items_may_be_move_only_and_without_default_constructor)
{
    run([]() -> awaitable<void> {
        auto pointers = []() -> async_generator<std::unique_ptr<int>> {
            co_yield std::make_unique<int>(7);
        }();
        auto pointer = co_await pointers.next();
        BOOST_TEST(**pointer == 7);
        auto plain = []() -> async_generator<no_default> {
            auto make = []() -> awaitable<no_default> { co_return no_default(8); };
            auto value = co_await make();
            co_yield std::move(value);
        }();
        auto value = co_await plain.next();
        BOOST_TEST(value->value == 8);
    }());
}

BOOST_AUTO_TEST_CASE(an_operation_without_error_and_one_with_two_values_are_awaited)
{
    auto source = []() -> async_generator<long> {
        auto executor = co_await asio::this_coro::executor;
        co_await asio::post(executor, asio::deferred);
        auto two = [](auto&& token) {
            return asio::async_initiate<decltype(token), void(error_code, int, long)>(
                [](auto handler) { std::move(handler)(error_code(), 1, 2L); }, token);
        };
        auto values = co_await two(asio::deferred);
        co_yield std::get<0>(values) + std::get<1>(values);
    };
    run([](async_generator<long> g) -> awaitable<void> {
        auto sum = co_await g.next();
        BOOST_TEST(*sum == 3);
    }(source()));
}

BOOST_AUTO_TEST_CASE(an_exception_of_the_body_reaches_the_consumer_once)
{
    for (bool late : {false, true})
        run([](async_generator<std::string> source) -> awaitable<void> {
            std::string text;
            auto first = co_await source.next();
            BOOST_TEST(*first == "one");
            try {
                auto second = co_await source.next();
            } catch (std::runtime_error const& e) {
                text = e.what();
            }
            BOOST_TEST(text == "boom");
            auto after = co_await source.next();
            BOOST_TEST(!after.has_value());
        }(failing(late)));
}

BOOST_AUTO_TEST_CASE(an_exception_crosses_nested_generators)
{
    for (bool late : {false, true})
        BOOST_CHECK_EXCEPTION(run(drain(twice(failing(late)))), std::runtime_error,
            [](auto& e) { return std::string(e.what()) == "boom"; });
}

BOOST_AUTO_TEST_CASE(a_million_ready_items_do_not_grow_the_stack)
{
    constexpr long n = 1'000'000;
    run([]() -> awaitable<void> {
        auto pass = [](async_generator<long> g) -> async_generator<long> {
            while (auto i = co_await g.next())
                co_yield std::move(*i);
        };
        auto source = pass(numbers(n));
        long sum = 0;
        while (auto i = co_await source.next())
            sum += *i;
        BOOST_TEST(sum == n * (n - 1) / 2);
    }());
}

BOOST_AUTO_TEST_CASE(a_loop_of_step_and_wait_sees_every_item)
{
    run([]() -> awaitable<void> {
        auto source = by_sleep(3);
        stream_access::set_executor(source, co_await asio::this_coro::executor);
        int items = 0, waits = 0;
        for (;;) {
            if (!stream_access::step(source)) {
                ++waits;
                BOOST_TEST(!stream_access::settled(source));
                co_await stream_access::wait(source);
                BOOST_TEST(stream_access::settled(source));
            }
            if (!stream_access::item(source))
                break;
            ++items;
        }
        BOOST_TEST(items == 3);
        BOOST_TEST(waits == 3);
    }());
}

BOOST_AUTO_TEST_CASE(an_operation_may_complete_on_another_thread_while_the_consumer_begins_to_wait)
{
    asio::thread_pool pool(2);
    auto source = []() -> async_generator<long> {
        auto executor = co_await asio::this_coro::executor;
        for (long i = 0; i < 2000; ++i) {
            co_await asio::post(executor, asio::deferred);
            co_yield long(i);
        }
    };
    auto consume = [](async_generator<long> g) -> awaitable<void> {
        long items = 0;
        while (auto i = co_await g.next())
            ++items;
        if (items != 2000)
            throw boost::system::system_error(asio::error::eof);
    };
    BOOST_TEST(!run_on(pool.get_executor(), consume(source())));
    pool.join();
}

BOOST_AUTO_TEST_SUITE_END()
