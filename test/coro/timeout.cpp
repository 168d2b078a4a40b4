#include "coro/run.hpp"

#include <framex/coro/async_generator.hpp>
#include <framex/coro/timeout.hpp>

#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

using namespace framex;
using namespace framex::test_coro;

namespace {

class no_default {
public:
    explicit no_default(int v) : value(v) {}
    int value;
};

awaitable<int> answer(std::chrono::steady_clock::duration after)
{
    counted c;
    co_await sleep_for(after);
    co_return 42;
}

awaitable<int> stubborn()
{
    counted c;
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await sleep_for(4ms);
    co_return 7;
}

awaitable<int> fails(bool at_once)
{
    counted c;
    try {
        if (!at_once)
            co_await sleep_for(1h);
    } catch (boost::system::system_error const&) {
    }
    throw std::runtime_error("boom");
}

awaitable<void> sleeps(bool* unwound)
{
    struct note {
        bool* flag;
        explicit note(bool* f) : flag(f) {}
        ~note() { *flag = true; }
    } n(unwound);
    co_await sleep_for(1h);
}

error_code error_of(std::function<void()> f)
{
    try {
        f();
    } catch (boost::system::system_error const& e) {
        return e.code();
    }
    return {};
}

awaitable<void> discard(awaitable<int> operation) { co_await std::move(operation); }

} // namespace

BOOST_FIXTURE_TEST_SUITE(timeout_suite, nothing_left)

BOOST_AUTO_TEST_CASE(a_result_in_time_is_returned)
{
    run([]() -> awaitable<void> {
        int value = co_await with_timeout(answer(1ms), 10s);
        BOOST_TEST(value == 42);
        auto ready = []() -> awaitable<no_default> { co_return no_default(3); };
        auto boxed = co_await with_timeout(ready(), 10s);
        BOOST_TEST(boxed.value == 3);
        auto text = []() -> awaitable<std::unique_ptr<std::string>> {
            co_return std::make_unique<std::string>("x");
        };
        auto pointer = co_await with_timeout(text(), 10s);
        BOOST_TEST(*pointer == "x");
    }());
}

BOOST_AUTO_TEST_CASE(an_exception_in_time_is_rethrown)
{
    BOOST_CHECK_THROW(run(discard(with_timeout(fails(true), 10s))), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(the_deadline_throws_timed_out_after_the_operation_has_unwound)
{
    bool unwound = false;
    BOOST_TEST(error_of([&] { run(with_timeout(sleeps(&unwound), 1ms)); }) == asio::error::timed_out);
    BOOST_TEST(unwound);
    BOOST_TEST(error_of([] { run(discard(with_timeout(answer(1h), 0ms))); }) == asio::error::timed_out);
}

BOOST_AUTO_TEST_CASE(what_the_operation_throws_while_it_unwinds_is_still_a_timeout)
{
    BOOST_TEST(error_of([] { run(discard(with_timeout(fails(false), 1ms))); }) == asio::error::timed_out);
}

BOOST_AUTO_TEST_CASE(a_value_that_comes_in_spite_of_the_deadline_wins)
{
    run([]() -> awaitable<void> {
        int value = co_await with_timeout(stubborn(), 1ms);
        BOOST_TEST(value == 7);
    }());
}

BOOST_AUTO_TEST_CASE(a_value_and_a_deadline_in_the_same_tick_end_cleanly)
{
    int values = 0, timeouts = 0;
    for (int i = 0; i < 20; ++i)
        run([](int& v, int& t) -> awaitable<void> {
            try {
                int value = co_await with_timeout(answer(1ms), 1ms);
                v += value == 42;
            } catch (boost::system::system_error const& e) {
                t += e.code() == asio::error::timed_out;
            }
        }(values, timeouts));
    BOOST_TEST(values + timeouts == 20);
}

BOOST_AUTO_TEST_CASE(cancelling_the_caller_cancels_the_operation_and_is_no_timeout)
{
    bool unwound = false;
    BOOST_TEST(run_and_cancel(with_timeout(sleeps(&unwound), 1h)) == asio::error::operation_aborted);
    BOOST_TEST(unwound);
    unwound = false;
    BOOST_TEST(run_and_cancel(with_timeout(with_timeout(sleeps(&unwound), 1h), 2h))
        == asio::error::operation_aborted);
    BOOST_TEST(unwound);
}

BOOST_AUTO_TEST_CASE(the_caller_can_go_on_after_a_timeout)
{
    run([]() -> awaitable<void> {
        for (int i = 0; i < 3; ++i) {
            error_code ec;
            try {
                co_await with_timeout(answer(1h), 1ms);
            } catch (boost::system::system_error const& e) {
                ec = e.code();
            }
            BOOST_TEST(ec == asio::error::timed_out);
            int value = co_await with_timeout(answer(0ms), 1h);
            BOOST_TEST(value == 42);
        }
    }());
}

BOOST_AUTO_TEST_CASE(next_of_a_generator_can_be_timed)
{
    run([]() -> awaitable<void> {
        auto source = []() -> async_generator<std::string> {
            counted c;
            co_yield "first";
            co_await sleep_for(1h);
        }();
        auto item = co_await with_timeout(source.next(), 1h);
        BOOST_TEST(*item == "first");
        error_code ec;
        try {
            auto second = co_await with_timeout(source.next(), 1ms);
        } catch (boost::system::system_error const& e) {
            ec = e.code();
        }
        BOOST_TEST(ec == asio::error::timed_out);
    }());
}

BOOST_AUTO_TEST_CASE(dropped_without_having_run_the_operation_is_destroyed)
{
    bool unwound = false;
    {
        auto timed = with_timeout(sleeps(&unwound), 1h);
        auto inside = discard(with_timeout(answer(1h), 1h));
    }
    BOOST_TEST(!unwound);
}

BOOST_AUTO_TEST_CASE(nothing_leaks_when_the_context_dies_while_both_wait)
{
    bool unwound = false;
    run_and_abandon(with_timeout(sleeps(&unwound), 1h));
    BOOST_TEST(unwound);
    run_and_abandon(discard(with_timeout(answer(1h), 1h)));
    run_and_abandon(discard(with_timeout(with_timeout(answer(1h), 1h), 2h)));
}

BOOST_AUTO_TEST_CASE(it_works_on_a_strand_of_several_threads)
{
    asio::thread_pool pool(2);
    for (int i = 0; i < 20; ++i) {
        error_code const ec = run_on(asio::make_strand(pool), with_timeout(answer(1ms), 1ms));
        BOOST_TEST((!ec || ec == asio::error::timed_out));
    }
    pool.join();
}

BOOST_AUTO_TEST_SUITE_END()
