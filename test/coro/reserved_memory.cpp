#include "coro/reserved_memory.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>

BOOST_AUTO_TEST_SUITE(reserved_memory)

using memory = framex::reserved_memory;

bool is_inside(memory const& whole, void const* part)
{
    auto const begin = reinterpret_cast<std::uintptr_t>(&whole);
    auto const at = reinterpret_cast<std::uintptr_t>(part);
    return at >= begin && at < begin + sizeof whole;
}

BOOST_AUTO_TEST_CASE(the_block_is_given_again_and_again)
{
    memory whole;
    for (int i = 0; i < 3; ++i) {
        auto* const block = whole.allocate(200);
        BOOST_TEST(is_inside(whole, block));
        whole.deallocate(block);
    }
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_comes_from_the_heap)
{
    memory whole;
    auto* const large = whole.allocate(100'000);
    auto* const block = whole.allocate(1);
    auto* const second = whole.allocate(1);
    BOOST_TEST(!is_inside(whole, large));
    BOOST_TEST(is_inside(whole, block));
    BOOST_TEST(!is_inside(whole, second));
    whole.deallocate(large);
    whole.deallocate(block);
    whole.deallocate(second);
}

BOOST_AUTO_TEST_SUITE_END()
