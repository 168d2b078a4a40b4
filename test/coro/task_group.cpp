#include "coro/run.hpp"

#include <framex/coro/sleep.hpp>
#include <framex/coro/task_group.hpp>
#include <framex/coro/timeout.hpp>

#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <stdexcept>
#include <string>

using namespace framex;
using namespace framex::test_coro;

namespace {

awaitable<void> works(std::chrono::steady_clock::duration d, int* ended)
{
    counted c;
    co_await sleep_for(d);
    ++*ended;
}

awaitable<void> ready(int* ended)
{
    ++*ended;
    co_return;
}

awaitable<void> fails(std::chrono::steady_clock::duration d, std::string text)
{
    counted c;
    co_await sleep_for(d);
    throw std::runtime_error(text);
}

/// Unwinds slowly: it still runs for 2 ms after its cancellation.
awaitable<void> slow_to_end(bool* unwound)
{
    counted c;
    try {
        co_await sleep_for(1h);
    } catch (boost::system::system_error const&) {
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await sleep_for(2ms);
    *unwound = true;
}

awaitable<void> two_for_ever(bool* unwound)
{
    counted c;
    int ended = 0;
    task_group group(co_await asio::this_coro::executor);
    group.spawn(works(1h, &ended));
    group.spawn(slow_to_end(unwound));
    co_await group.join();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(task_group_suite, nothing_left)

BOOST_AUTO_TEST_CASE(join_waits_for_every_child)
{
    run([]() -> awaitable<void> {
        int ended = 0;
        task_group group(co_await asio::this_coro::executor);
        group.spawn(works(3ms, &ended));
        group.spawn(works(1ms, &ended));
        group.spawn(ready(&ended));
        BOOST_TEST(group.size() >= 2u);
        co_await group.join();
        BOOST_TEST(ended == 3);
        BOOST_TEST(group.size() == 0u);
    }());
}

BOOST_AUTO_TEST_CASE(an_empty_group_joins_at_once_and_takes_children_afterwards)
{
    run([]() -> awaitable<void> {
        int ended = 0;
        task_group group(co_await asio::this_coro::executor);
        co_await group.join();
        group.spawn(works(0ms, &ended));
        co_await group.join();
        BOOST_TEST(ended == 1);
    }());
}

BOOST_AUTO_TEST_CASE(children_spawned_by_children_are_waited_for)
{
    run([]() -> awaitable<void> {
        int ended = 0;
        task_group group(co_await asio::this_coro::executor);
        auto spawner = [](task_group& g, int* e) -> awaitable<void> {
            co_await sleep_for(1ms);
            g.spawn(works(2ms, e));
        };
        group.spawn(spawner(group, &ended));
        co_await group.join();
        BOOST_TEST(ended == 1);
    }());
}

BOOST_AUTO_TEST_CASE(the_first_exception_cancels_the_others_and_comes_out_of_join)
{
    bool unwound = false;
    int ended = 0;
    auto body = [](bool* u, int* e) -> awaitable<void> {
        task_group group(co_await asio::this_coro::executor);
        group.spawn(fails(1ms, "first"));
        group.spawn(fails(1h, "second"));
        group.spawn(works(1h, e));
        group.spawn(slow_to_end(u));
        co_await group.join();
    };
    BOOST_CHECK_EXCEPTION(run(body(&unwound, &ended)), std::runtime_error,
        [](auto& e) { return e.what() == std::string("first"); });
    BOOST_TEST(unwound);
    BOOST_TEST(ended == 0);
}

BOOST_AUTO_TEST_CASE(a_failed_group_is_closed_and_throws_once)
{
    run([]() -> awaitable<void> {
        int ended = 0;
        bool thrown = false;
        task_group group(co_await asio::this_coro::executor);
        group.spawn(fails(0ms, "boom"));
        try {
            co_await group.join();
        } catch (std::runtime_error const&) {
            thrown = true;
        }
        BOOST_TEST(thrown);
        group.spawn(ready(&ended));
        co_await group.join();
        BOOST_TEST(ended == 0);
    }());
}

BOOST_AUTO_TEST_CASE(a_child_that_failed_before_join_is_reported_by_it)
{
    auto body = []() -> awaitable<void> {
        task_group group(co_await asio::this_coro::executor);
        group.spawn(fails(0ms, "early"));
        co_await sleep_for(3ms);
        BOOST_TEST(group.size() == 0u);
        co_await group.join();
    };
    BOOST_CHECK_THROW(run(body()), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(cancelling_join_cancels_the_children_and_still_waits)
{
    bool unwound = false;
    BOOST_TEST(run_and_cancel(two_for_ever(&unwound)) == asio::error::operation_aborted);
    BOOST_TEST(unwound);
}

BOOST_AUTO_TEST_CASE(a_timeout_over_join_ends_the_children_first)
{
    bool unwound = false;
    error_code ec;
    try {
        run(with_timeout(two_for_ever(&unwound), 1ms));
    } catch (boost::system::system_error const& e) {
        ec = e.code();
    }
    BOOST_TEST(ec == asio::error::timed_out);
    BOOST_TEST(unwound);
}

BOOST_AUTO_TEST_CASE(cancel_ends_the_children_and_is_no_error)
{
    run([]() -> awaitable<void> {
        int ended = 0;
        task_group group(co_await asio::this_coro::executor);
        group.spawn(works(1h, &ended));
        group.spawn(works(1h, &ended));
        co_await sleep_for(0ms);
        group.cancel();
        group.spawn(ready(&ended));
        co_await group.join();
        BOOST_TEST(ended == 0);
    }());
}

BOOST_AUTO_TEST_CASE(cancel_reaches_a_child_that_has_not_started)
{
    run([]() -> awaitable<void> {
        int ended = 0;
        task_group group(co_await asio::this_coro::executor);
        group.spawn(works(1h, &ended));
        group.cancel();
        co_await group.join();
        BOOST_TEST(ended == 0);
    }());
}

BOOST_AUTO_TEST_CASE(destroying_a_group_cancels_its_children)
{
    bool unwound = false;
    run([](bool* u) -> awaitable<void> {
        task_group group(co_await asio::this_coro::executor);
        group.spawn(slow_to_end(u));
        co_await sleep_for(0ms);
    }(&unwound));
    BOOST_TEST(unwound); // the context ran until the child had ended
}

BOOST_AUTO_TEST_CASE(nothing_leaks_when_the_context_dies_while_joining)
{
    bool unwound = false;
    run_and_abandon(two_for_ever(&unwound));
    run_and_abandon(with_timeout(two_for_ever(&unwound), 1h));
    BOOST_TEST(!unwound);
}

BOOST_AUTO_TEST_CASE(a_group_dropped_without_running_its_parent_is_destroyed)
{
    bool unwound = false;
    {
        auto parent = two_for_ever(&unwound);
    }
    asio::io_context context(1);
    int ended = 0;
    {
        task_group group(context.get_executor());
        group.spawn(works(1h, &ended));
    }
    context.run();
    BOOST_TEST(ended == 0);
}

BOOST_AUTO_TEST_CASE(it_works_on_a_strand_of_several_threads)
{
    asio::thread_pool pool(2);
    std::atomic<int> result{0};
    auto body = [](std::atomic<int>& all) -> awaitable<void> {
        int ended = 0;
        task_group group(co_await asio::this_coro::executor);
        for (int i = 0; i < 50; ++i)
            group.spawn(works(1ms, &ended));
        co_await group.join();
        all = ended;
    };
    BOOST_TEST(!run_on(asio::make_strand(pool), body(result)));
    BOOST_TEST(result == 50);
    pool.join();
}

BOOST_AUTO_TEST_SUITE_END()
