#include "coro/run.hpp"

#include <framex/coro/async_generator.hpp>
#include <framex/coro/sleep.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace framex;
using namespace framex::test_coro;

namespace {

struct event {
    std::string name, data;
    event(std::string n, std::string d = {}) : name(std::move(n)), data(std::move(d)) {}
};

class no_default {
public:
    explicit no_default(int v) : value(v) {}
    int value;
};

async_generator<long> numbers(long n)
{
    counted c;
    for (long i = 0; i < n; ++i)
        co_yield long(i);
}

async_generator<std::string> by_timer(int n)
{
    counted c;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (int i = 0; i < n; ++i) {
        timer.expires_after(1ms);
        co_await timer.async_wait(asio::deferred);
        co_yield "item " + std::to_string(i);
    }
}

async_generator<std::string> by_sleep(int n)
{
    counted c;
    for (int i = 0; i < n; ++i) {
        co_await sleep_for(1ms);
        co_yield "item " + std::to_string(i);
    }
}

awaitable<std::string> child(int i)
{
    counted c;
    co_await sleep_for(1ms);
    co_return "item " + std::to_string(i);
}

async_generator<std::string> by_awaitable(int n)
{
    counted c;
    for (int i = 0; i < n; ++i) {
        auto text = co_await child(i);
        co_yield std::move(text);
    }
}

async_generator<std::string> twice(async_generator<std::string> source)
{
    counted c;
    while (auto item = co_await source.next()) {
        co_yield *item + "a";
        co_yield std::move(*item) + "b";
    }
}

async_generator<std::string> failing(bool late)
{
    counted c;
    co_yield "one";
    if (late)
        co_await sleep_for(1ms);
    throw std::runtime_error("boom");
}

async_generator<std::string> forever(bool* unwound)
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

awaitable<void> expect_items(async_generator<std::string> source, std::vector<std::string> expected)
{
    std::vector<std::string> items;
    while (auto item = co_await source.next())
        items.push_back(std::move(*item));
    BOOST_TEST(items == expected, boost::test_tools::per_element());
    auto after = co_await source.next();
    BOOST_TEST(!after.has_value());
}

awaitable<void> drain(async_generator<std::string> source)
{
    while (auto item = co_await source.next()) {}
}

} // namespace

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

BOOST_AUTO_TEST_CASE(cancelling_next_unwinds_the_body)
{
    bool unwound = false;
    BOOST_TEST(run_and_cancel(drain(forever(&unwound))) == asio::error::operation_aborted);
    BOOST_TEST(unwound);
    unwound = false;
    BOOST_TEST(run_and_cancel(drain(twice(forever(&unwound)))) == asio::error::operation_aborted);
    BOOST_TEST(unwound);
    BOOST_TEST(run_and_cancel(drain(by_awaitable(1000))) == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(next_is_an_operand_of_awaitable_operators)
{
    bool unwound = false;
    run([](bool* flag) -> awaitable<void> {
        using namespace asio::experimental::awaitable_operators;
        auto source = forever(flag);
        asio::steady_timer timer(co_await asio::this_coro::executor, 3ms);
        auto first = co_await (source.next() || timer.async_wait(asio::use_awaitable));
        BOOST_TEST(first.index() == 0u);
        timer.expires_after(2ms);
        auto second = co_await (source.next() || timer.async_wait(asio::use_awaitable));
        BOOST_TEST(second.index() == 1u);
        BOOST_TEST(*flag); // the loser was cancelled and the body has unwound
    }(&unwound));
}

BOOST_AUTO_TEST_CASE(a_body_may_catch_the_cancellation_and_go_on)
{
    auto source = []() -> async_generator<std::string> {
        for (;;) {
            std::string text = "slept";
            try {
                co_await sleep_for(1h);
            } catch (boost::system::system_error const&) {
                text = "cancelled";
            }
            co_yield std::move(text);
        }
    };
    run([](async_generator<std::string> g) -> awaitable<void> {
        using namespace asio::experimental::awaitable_operators;
        for (int i = 0; i < 2; ++i) {
            asio::steady_timer timer(co_await asio::this_coro::executor, 1ms);
            auto both = co_await (g.next() || timer.async_wait(asio::use_awaitable));
            BOOST_TEST(both.index() == 1u);
        }
    }(source()));
}

BOOST_AUTO_TEST_CASE(dropped_between_two_items_the_body_is_destroyed_at_once)
{
    bool unwound = false;
    run([](bool* flag) -> awaitable<void> {
        {
            auto source = forever(flag);
            auto first = co_await source.next();
        }
        BOOST_TEST(*flag);
    }(&unwound));
}

BOOST_AUTO_TEST_CASE(dropped_without_having_run_only_the_arguments_are_destroyed)
{
    bool unwound = false;
    {
        auto source = forever(&unwound);
        auto nested = twice(std::move(source));
    }
    BOOST_TEST(!unwound);
}

BOOST_AUTO_TEST_CASE(dropped_inside_an_operation_the_body_is_destroyed_when_that_has_ended)
{
    bool unwound = false;
    run([](bool* flag) -> awaitable<void> {
        {
            auto source = forever(flag);
            auto first = co_await source.next();
            stream_access::set_executor(source, co_await asio::this_coro::executor);
            bool ready = stream_access::step(source);
            BOOST_TEST(!ready);
            BOOST_TEST(!stream_access::settled(source));
        }
        BOOST_TEST(!*flag);
        co_await sleep_for(0ms);
        BOOST_TEST(*flag);
    }(&unwound));
}

BOOST_AUTO_TEST_CASE(dropped_right_after_an_operation_the_body_is_destroyed_at_once)
{
    run([](async_generator<std::string> g) -> awaitable<void> {
        {
            auto mine = std::move(g);
            auto item = co_await mine.next();
            BOOST_TEST(*item == "item 0");
            BOOST_TEST(counted::live == 1);
        }
        BOOST_TEST(counted::live == 0);
    }(by_timer(2)));
}

BOOST_AUTO_TEST_CASE(a_cancellation_never_reaches_an_operation_that_has_ended)
{
    auto source = []() -> async_generator<std::string> {
        counted c;
        auto executor = co_await asio::this_coro::executor;
        {
            auto timer = std::make_unique<asio::steady_timer>(executor, 1ms);
            co_await timer->async_wait(asio::deferred);
        }
        co_await asio::post(executor, asio::deferred); // takes no notice of cancellation
        co_yield "never";
    };
    run([](async_generator<std::string> g) -> awaitable<void> {
        auto executor = co_await asio::this_coro::executor;
        {
            auto mine = std::move(g);
            stream_access::set_executor(mine, executor);
            bool ready = stream_access::step(mine);
            BOOST_TEST(!ready);
            asio::steady_timer timer(executor, 1ms); // due after the body's, in the same turn of the context
            co_await timer.async_wait(asio::deferred);
            BOOST_TEST(counted::live == 1);
        }
        co_await sleep_for(0ms);
        BOOST_TEST(counted::live == 0);
    }(source()));
}

BOOST_AUTO_TEST_CASE(nothing_leaks_when_the_context_dies_while_all_are_suspended)
{
    run_and_abandon(drain(by_timer(1000)));
    run_and_abandon(drain(by_sleep(1000)));
    run_and_abandon(drain(by_awaitable(1000)));
    run_and_abandon(drain(twice(twice(by_sleep(1000)))));
    bool unwound = false;
    run_and_abandon(drain(twice(forever(&unwound))));
    BOOST_TEST(unwound);
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
