#include "coro/run.hpp"

#include <framex/coro/sleep.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace framex;
using namespace framex::test_coro;

namespace {

using clock_type = std::chrono::steady_clock;

awaitable<void> sleep_and_check(clock_type::duration d)
{
    counted c;
    auto const start = clock_type::now();
    co_await sleep_for(d);
    BOOST_TEST((clock_type::now() - start >= d));
}

awaitable<int> naps(int n)
{
    counted c;
    for (int i = 0; i < n; ++i)
        co_await sleep_for(1ms);
    co_return n;
}

awaitable<void> forever()
{
    counted c;
    co_await sleep_for(1h);
}

awaitable<void> cancel_another()
{
    auto executor = co_await asio::this_coro::executor;
    auto signal = std::make_shared<asio::cancellation_signal>();
    auto result = std::make_shared<std::optional<error_code>>();
    auto done = [signal, result](std::exception_ptr e) { *result = code_of(e); };
    asio::co_spawn(executor, forever(), asio::bind_cancellation_slot(signal->slot(), std::move(done)));
    co_await sleep_for(0ms);
    signal->emit(asio::cancellation_type::total | asio::cancellation_type::terminal);
    for (int i = 0; i < 1000 && !result->has_value(); ++i)
        co_await sleep_for(1ms);
    if (*result != asio::error::operation_aborted)
        throw boost::system::system_error(asio::error::timed_out);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(sleep_suite, nothing_left)

BOOST_AUTO_TEST_CASE(a_sleep_lasts_at_least_its_duration)
{
    run(sleep_and_check(0ms));
    run(sleep_and_check(-5ms));
    run(sleep_and_check(1ms));
    run(sleep_and_check(1500us));
    run(sleep_and_check(4ms));
}

BOOST_AUTO_TEST_CASE(sleepers_wake_in_the_order_of_their_due_times)
{
    asio::io_context context(1);
    std::vector<int> order;
    for (int ms : {5, 1, 3})
        sleep_for(std::chrono::milliseconds(ms))(
            asio::bind_executor(context.get_executor(), [&order, ms](error_code) { order.push_back(ms); }));
    context.run();
    BOOST_TEST(order == (std::vector<int>{1, 3, 5}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_sleep_beyond_one_turn_of_the_wheel_stays_asleep_among_shorter_ones)
{
    asio::io_context context(1);
    asio::cancellation_signal signal;
    error_code longer;
    bool ended = false;
    auto handler = [&](error_code ec) {
        ended = true;
        longer = ec;
    };
    sleep_for(4098ms)(asio::bind_executor(
        context.get_executor(), asio::bind_cancellation_slot(signal.slot(), std::move(handler))));
    asio::co_spawn(context, naps(4), [&](std::exception_ptr, int) {
        BOOST_TEST(!ended); // it shares a slot with those of 2 ms
        signal.emit(asio::cancellation_type::terminal);
    });
    context.run();
    BOOST_TEST(longer == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(a_cancelled_sleep_ends_with_operation_aborted_and_frees_the_context)
{
    auto const start = clock_type::now();
    BOOST_TEST(run_and_cancel(forever()) == asio::error::operation_aborted);
    BOOST_TEST((clock_type::now() - start < 30s)); // run() returned: no timer is left behind
}

BOOST_AUTO_TEST_CASE(only_the_cancelled_sleep_ends_early_and_never_inside_emit)
{
    asio::io_context context(1);
    std::vector<asio::cancellation_signal> signals(3);
    std::vector<error_code> results(3, asio::error::would_block);
    for (std::size_t i = 0; i < 3; ++i)
        sleep_for(3ms)(asio::bind_executor(context.get_executor(),
            asio::bind_cancellation_slot(
                signals[i].slot(), [&results, i](error_code ec) { results[i] = ec; })));
    asio::post(context, [&] {
        signals[1].emit(asio::cancellation_type::partial);
        signals[1].emit(asio::cancellation_type::terminal);
        BOOST_TEST(results[1] == asio::error::would_block);
    });
    context.run();
    BOOST_TEST(!results[0]);
    BOOST_TEST(results[1] == asio::error::operation_aborted);
    BOOST_TEST(!results[2]);
}

BOOST_AUTO_TEST_CASE(one_of_two_due_together_may_cancel_the_other)
{
    asio::io_context context(1);
    asio::cancellation_signal signal;
    int woken = 0;
    bool second = false;
    sleep_for(1ms)(asio::bind_executor(context.get_executor(), [&](error_code) {
        ++woken;
        signal.emit(asio::cancellation_type::terminal);
    }));
    auto handler = [&](error_code) { second = true; };
    sleep_for(1ms)(asio::bind_executor(
        context.get_executor(), asio::bind_cancellation_slot(signal.slot(), std::move(handler))));
    context.run();
    BOOST_TEST(woken == 1);
    BOOST_TEST(second);
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_leaves_the_others_asleep)
{
    asio::io_context context(1);
    int woken = 0;
    auto const executor = context.get_executor();
    sleep_for(1ms)(asio::bind_executor(executor, [](error_code) { throw std::runtime_error("handler"); }));
    for (int i = 0; i < 3; ++i)
        sleep_for(1ms)(asio::bind_executor(executor, [&](error_code) { ++woken; }));
    BOOST_CHECK_THROW(context.run(), std::runtime_error);
    context.run();
    BOOST_TEST(woken == 3);
}

BOOST_AUTO_TEST_CASE(nothing_leaks_when_the_context_dies_while_all_sleep)
{
    run_and_abandon(forever());
    run_and_abandon([]() -> awaitable<void> { co_await naps(1000); }());
    asio::cancellation_signal signal;
    {
        asio::io_context context(1);
        asio::co_spawn(context, forever(), asio::bind_cancellation_slot(signal.slot(), asio::detached));
        context.poll();
        signal.emit(asio::cancellation_type::terminal); // cancelled, and not run any more
    }
}

BOOST_AUTO_TEST_CASE(contexts_do_not_share_sleepers)
{
    for (int i = 0; i < 50; ++i) { // a later context often has a dead one's address
        asio::io_context context(1);
        bool woken = false;
        sleep_for(0ms)(asio::bind_executor(context.get_executor(), [&](error_code) { woken = true; }));
        context.run();
        BOOST_TEST(woken);
    }
}

BOOST_AUTO_TEST_CASE(other_executors_sleep_on_a_timer_of_their_own)
{
    asio::thread_pool pool(2);
    auto strand = asio::make_strand(pool);
    BOOST_TEST(!tick_service::of(pool.get_executor()));
    BOOST_TEST(!tick_service::of(strand));
    BOOST_TEST(!tick_service::of(asio::system_executor()));
    BOOST_TEST(!run_on(pool.get_executor(), naps(2)));
    BOOST_TEST(!run_on(strand, naps(2)));
    BOOST_TEST(!run_on(asio::system_executor(), naps(2)));
    BOOST_TEST(!run_on(strand, cancel_another()));
    pool.join();
}

BOOST_AUTO_TEST_CASE(a_context_that_runs_on_two_threads_wakes_everyone)
{
    asio::io_context context(2);
    std::atomic<int> ended{0};
    auto count = [&](std::exception_ptr e, int) { ended += e ? 0 : 1; };
    for (int i = 0; i < 100; ++i) {
        asio::co_spawn(context, naps(5), count);
        asio::co_spawn(asio::make_strand(context), naps(5), count);
    }
    std::thread other([&] { context.run(); });
    context.run();
    other.join();
    BOOST_TEST(ended == 200);
}

BOOST_AUTO_TEST_CASE(cancelling_races_with_waking_on_two_threads)
{
    asio::io_context context(2);
    std::atomic<int> ended{0};
    for (int i = 0; i < 200; ++i) {
        auto strand = asio::make_strand(context);
        auto signal = std::make_shared<asio::cancellation_signal>();
        asio::co_spawn(strand, naps(1),
            asio::bind_cancellation_slot(
                signal->slot(), [signal, &ended](std::exception_ptr, int) { ++ended; }));
        auto cancel = [signal](error_code) { signal->emit(asio::cancellation_type::terminal); };
        sleep_for(1ms)(asio::bind_executor(strand, std::move(cancel)));
    }
    std::thread other([&] { context.run(); });
    context.run();
    other.join();
    BOOST_TEST(ended == 200);
}

BOOST_AUTO_TEST_SUITE_END()
