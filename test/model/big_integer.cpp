#include <framex/model/big_integer.hpp>

#include <boost/test/unit_test.hpp>

#include <limits>
#include <stdexcept>

using framex::big_integer;

BOOST_AUTO_TEST_SUITE(big_integers)

BOOST_AUTO_TEST_CASE(digits_are_normal)
{
    BOOST_TEST(big_integer().str() == "0");
    BOOST_TEST(big_integer(-42).str() == "-42");
    BOOST_TEST(big_integer("+007").str() == "7");
    BOOST_TEST(big_integer("-000").str() == "0");
    BOOST_TEST((big_integer("-0012") == big_integer(-12)));
}

BOOST_AUTO_TEST_CASE(what_is_no_integer_or_too_long_is_refused)
{
    for (auto const* text : {"", "-", "+", "1.0", " 1", "1_0", "--1", "x"}) {
        BOOST_CHECK_THROW(big_integer{std::string_view(text)}, std::invalid_argument);
        BOOST_TEST(!big_integer::parse(text));
    }
    std::string const longest(big_integer::max_digits, '9');
    BOOST_TEST(big_integer("-" + longest).str().size() == longest.size() + 1);
    BOOST_CHECK_THROW(big_integer("9" + longest), std::length_error);
    BOOST_TEST(!big_integer::parse("9" + longest));
}

BOOST_AUTO_TEST_CASE(small_ones_become_plain_integers)
{
    BOOST_TEST(
        big_integer("-9223372036854775808").to_int64().value() == std::numeric_limits<std::int64_t>::min());
    BOOST_TEST(!big_integer("9223372036854775808").to_int64());
}

BOOST_AUTO_TEST_SUITE_END()
