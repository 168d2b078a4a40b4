#include "coro/run.hpp"

#include <framex/coro/tick.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/strand.hpp>

#include <vector>

using namespace framex;
using namespace framex::test_coro;

namespace {

struct sleeper : tick_service::node {
    explicit sleeper(std::vector<tick_service::outcome>& log) : outcomes(log)
    {
        finish = [](node& n, tick_service::outcome how) { static_cast<sleeper&>(n).outcomes.push_back(how); };
    }
    std::vector<tick_service::outcome>& outcomes;
};

} // namespace

BOOST_AUTO_TEST_SUITE(tick_suite)

BOOST_AUTO_TEST_CASE(only_the_own_executor_of_an_io_context_has_a_service)
{
    asio::io_context context(1), other(1);
    auto* ticks = tick_service::of(context.get_executor());
    BOOST_TEST(ticks);
    BOOST_TEST(ticks == tick_service::of(asio::any_io_executor(context.get_executor())));
    BOOST_TEST(ticks != tick_service::of(other.get_executor()));
    BOOST_TEST(!tick_service::of(asio::make_strand(context)));
}

BOOST_AUTO_TEST_CASE(a_node_is_finished_once_and_may_be_added_again)
{
    asio::io_context context(1);
    auto& ticks = *tick_service::of(context.get_executor());
    std::vector<tick_service::outcome> log;
    sleeper n(log);
    for (int i = 0; i < 3; ++i) {
        auto const start = std::chrono::steady_clock::now();
        ticks.add(n, 1ms);
        context.run();
        context.restart();
        BOOST_TEST((std::chrono::steady_clock::now() - start >= 1ms));
        ticks.cancel(n); // too late: nothing happens
    }
    BOOST_TEST((log == std::vector(3, tick_service::outcome::woken)));
}

BOOST_AUTO_TEST_CASE(a_cancelled_node_is_finished_inside_cancel)
{
    asio::io_context context(1);
    auto& ticks = *tick_service::of(context.get_executor());
    std::vector<tick_service::outcome> log;
    sleeper n(log);
    ticks.add(n, 1h);
    ticks.cancel(n);
    BOOST_TEST((log == std::vector{tick_service::outcome::cancelled}));
    ticks.add(n, 0ms);
    context.run();
    BOOST_TEST(log.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_node_is_destroyed_with_its_context)
{
    std::vector<tick_service::outcome> log;
    sleeper near(log), far(log);
    {
        asio::io_context context(1);
        auto& ticks = *tick_service::of(context.get_executor());
        ticks.add(near, 1ms);
        ticks.add(far, 1h);
    }
    BOOST_TEST((log == std::vector(2, tick_service::outcome::destroyed)));
}

BOOST_AUTO_TEST_CASE(sleepers_in_many_slots_all_wake)
{
    asio::io_context context(1);
    auto& ticks = *tick_service::of(context.get_executor());
    std::vector<tick_service::outcome> log;
    std::vector<sleeper> sleepers(20, sleeper(log));
    for (std::size_t i = 0; i < sleepers.size(); ++i)
        ticks.add(sleepers[i], std::chrono::microseconds(i * 300));
    context.run();
    BOOST_TEST((log == std::vector(20, tick_service::outcome::woken)));
}

BOOST_AUTO_TEST_CASE(held_time_moves_only_when_it_is_told_to)
{
    asio::io_context context(1);
    auto& ticks = *tick_service::of(context.get_executor());
    std::vector<tick_service::outcome> log;
    sleeper before(log), near(log), far(log);
    ticks.add(before, 2ms);
    BOOST_TEST(!ticks.is_held());
    ticks.hold();
    ticks.hold();
    BOOST_TEST(ticks.is_held());
    auto const begin = ticks.time();
    ticks.add(near, 0ms);
    ticks.add(far, 1h);
    context.run_for(10s);
    BOOST_TEST(context.stopped()); // sleepers do not keep it running
    BOOST_TEST(log.empty());
    BOOST_TEST((*ticks.until_next() == 1ms));
    ticks.pass(1ms);
    context.restart();
    context.run();
    BOOST_TEST(log.size() == 1u);
    ticks.pass(1h - 2ms);
    context.restart();
    context.run();
    BOOST_TEST(log.size() == 2u);
    BOOST_TEST((*ticks.until_next() == 1ms));
    ticks.cancel(far);
    BOOST_TEST(!ticks.until_next());
    BOOST_TEST((ticks.time() - begin == 1h - 1ms));
    BOOST_TEST(log.size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
