#include "http/body_block.hpp"

#include <boost/test/unit_test.hpp>

using framex::body_block;
using framex::tick;

BOOST_AUTO_TEST_SUITE(http_body_block)

BOOST_AUTO_TEST_CASE(only_a_body_that_was_fast_in_the_tick_before_gets_large_blocks)
{
    constexpr std::size_t four_mib = 4194304;
    body_block block;
    tick now = 7;
    BOOST_TEST(block.size() == body_block::usual);
    for (std::size_t size = 0; size < four_mib; size += body_block::usual)
        block.take(body_block::usual, now);
    BOOST_TEST(block.size() == body_block::usual); // the tick is not over
    block.take(1, ++now);
    BOOST_TEST(block.size() == body_block::large);
    block.take(four_mib - 2, now);
    block.take(four_mib, ++now); // one octet too few in the last one
    BOOST_TEST(block.size() == body_block::usual);
    block.take(1, now += 2); // after a tick in which nothing came
    BOOST_TEST(block.size() == body_block::usual);
}

BOOST_AUTO_TEST_SUITE_END()
