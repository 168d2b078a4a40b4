// The allowance of a body, tick by tick.
#include "http/body_clock.hpp"

#include <boost/test/unit_test.hpp>

using namespace framex;

BOOST_AUTO_TEST_SUITE(body_clocks)

BOOST_AUTO_TEST_CASE(a_silent_body_has_the_whole_time_out)
{
    body_clock const clock(30, 256);
    BOOST_TEST(clock.deadline(100) == 130u);
}

BOOST_AUTO_TEST_CASE(a_body_without_a_time_out_has_no_deadline)
{
    body_clock clock;
    clock.take(1000, 1);
    BOOST_TEST(clock.deadline(5) == never);
}

BOOST_AUTO_TEST_CASE(octets_at_the_rate_keep_the_allowance_however_they_are_split)
{
    for (std::size_t piece : {1u, 3u, 20u, 256u}) {
        body_clock clock(30, 2560);
        tick now = 0;
        std::size_t sent = 0;
        for (; now < 1000; ++now) // 256 octets a tick
            for (std::size_t left = 256; left; left -= std::min(left, piece)) {
                clock.take(left == 256 ? 1 : 0, std::min(left, piece));
                sent += std::min(left, piece);
            }
        BOOST_TEST(sent == 256'000u);
        BOOST_TEST(clock.deadline(now) >= now + 29);
    }
}

BOOST_AUTO_TEST_CASE(half_the_rate_runs_out_after_twice_the_time_out)
{
    body_clock clock(30, 2560);
    tick now = 0;
    for (; clock.deadline(now) > now; ++now)
        clock.take(1, 128);
    BOOST_TEST(now >= 58u);
    BOOST_TEST(now <= 61u);
}

BOOST_AUTO_TEST_CASE(a_burst_buys_no_more_than_the_time_out)
{
    body_clock clock(30, 256);
    clock.take(10, 10'000'000);
    BOOST_TEST(clock.deadline(0) == 30u);
    clock.take(30, 0);
    BOOST_TEST(clock.deadline(0) == 0u);
}

BOOST_AUTO_TEST_CASE(without_a_rate_any_octet_buys_the_whole_time_out)
{
    body_clock clock(30, 0);
    clock.take(29, 1);
    BOOST_TEST(clock.deadline(0) == 30u);
}

BOOST_AUTO_TEST_SUITE_END()
