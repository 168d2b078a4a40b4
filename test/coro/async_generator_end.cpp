// How a generator ends early: cancelled, or dropped.
#include "coro/generators.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>

using namespace framex;
using namespace framex::test_coro;

BOOST_FIXTURE_TEST_SUITE(async_generator_end_suite, nothing_left)

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

BOOST_AUTO_TEST_CASE(an_abandoned_body_does_not_run_on_nor_do_those_that_it_pulls_from)
{
    int caught = 0;
    bool unwound = false;
    run([](int* seen, bool* flag) -> awaitable<void> {
        auto source = passing_on(passing_on(forever(flag), seen), seen);
        auto const executor = co_await asio::this_coro::executor;
        stream_access::set_executor(source, executor);
        BOOST_TEST(stream_access::step(source));
        BOOST_TEST(*stream_access::item(source) == "first");
        BOOST_TEST(!stream_access::step(source));
        asio::post(executor, [&source] { stream_access::body_of(source)->abandon(); });
        co_await stream_access::wait(source);
        BOOST_TEST(stream_access::settled(source));
        BOOST_TEST(stream_access::step(source)); // it has ended
        BOOST_CHECK_THROW(stream_access::item(source), boost::system::system_error);
        BOOST_TEST(!*flag); // its buffers stay as long as the handle
    }(&caught, &unwound));
    BOOST_TEST(unwound);
    BOOST_TEST(caught == 0);
    async_generator<std::string> none;
    BOOST_TEST(!stream_access::body_of(none));
}

BOOST_AUTO_TEST_CASE(dropped_while_it_pulls_no_exception_runs_through_it)
{
    int caught = 0;
    bool unwound = false;
    run([](int* seen, bool* flag) -> awaitable<void> {
        {
            auto source = passing_on(passing_on(forever(flag), seen), seen);
            auto first = co_await source.next();
            stream_access::set_executor(source, co_await asio::this_coro::executor);
            BOOST_TEST(!stream_access::step(source));
        }
        co_await sleep_for(0ms);
        BOOST_TEST(*flag);
    }(&caught, &unwound));
    BOOST_TEST(caught == 0);
}

BOOST_AUTO_TEST_CASE(a_source_that_outlives_who_pulled_from_it_does_not_end_as_if_it_were_whole)
{
    bool unwound = false;
    run([](bool* flag) -> awaitable<void> {
        auto const borrowing = [](async_generator<std::string>* lent) -> async_generator<std::string> {
            while (auto item = co_await lent->next())
                co_yield std::move(*item);
        };
        auto source = forever(flag);
        {
            auto wrapper = borrowing(&source);
            auto first = co_await wrapper.next();
            stream_access::set_executor(wrapper, co_await asio::this_coro::executor);
            BOOST_TEST(!stream_access::step(wrapper));
        }
        co_await sleep_for(0ms);
        for (int i = 0; i < 2; ++i) {
            error_code why;
            try {
                co_await source.next();
            } catch (boost::system::system_error const& error) {
                why = error.code();
            }
            BOOST_TEST((why == asio::error::operation_aborted));
        }
        BOOST_TEST(!*flag);
    }(&unwound));
    BOOST_TEST(unwound);
}

BOOST_AUTO_TEST_CASE(what_a_dropped_body_awaits_through_an_awaitable_unwinds)
{
    int caught = 0;
    bool unwound = false;
    run([](int* seen, bool* flag) -> awaitable<void> {
        auto const first_of = [](async_generator<std::string> g,
                                  int* caught_there) -> awaitable<std::string> {
            try {
                co_await g.next();
                auto second = co_await g.next();
                co_return second.value_or("");
            } catch (boost::system::system_error const&) {
                ++*caught_there;
                throw;
            }
        };
        auto const outer = [first_of](bool* inner, int* caught_there) -> async_generator<std::string> {
            auto text = co_await first_of(forever(inner), caught_there);
            co_yield std::move(text);
        };
        {
            auto source = outer(flag, seen);
            stream_access::set_executor(source, co_await asio::this_coro::executor);
            BOOST_TEST(!stream_access::step(source));
            co_await sleep_for(1ms);
        }
        co_await sleep_for(1ms);
        BOOST_TEST(*flag);
    }(&caught, &unwound));
    BOOST_TEST(caught == 1);
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

BOOST_AUTO_TEST_SUITE_END()
