#include "model/lab.hpp"

#include <framex/model/writer.hpp>

#include <boost/test/unit_test.hpp>

#include <limits>
#include <stdexcept>

using framex::to_json;

BOOST_AUTO_TEST_SUITE(writing)

BOOST_AUTO_TEST_CASE(integers_are_exact)
{
    BOOST_TEST(to_json(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    BOOST_TEST(to_json(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    BOOST_TEST(to_json(std::int8_t{-7}) == "-7");
    BOOST_TEST(to_json(std::uint8_t{200}) == "200");
    BOOST_TEST(to_json(true) == "true");
}

BOOST_AUTO_TEST_CASE(floats_are_short_exact_and_recognisable)
{
    BOOST_TEST(to_json(2.0) == "2.0");
    BOOST_TEST(to_json(0.0) == "0.0");
    BOOST_TEST(to_json(-0.0) == "-0.0");
    BOOST_TEST(to_json(0.1) == "0.1");
    BOOST_TEST(to_json(-12.5) == "-12.5");
    BOOST_TEST(to_json(0.0001) == "0.0001");
    BOOST_TEST(to_json(19.99) == "19.99");
    BOOST_TEST(to_json(100000.0) == "100000.0");
    BOOST_TEST(to_json(0.30000000000000004) == "0.30000000000000004");
    BOOST_TEST(to_json(1e300) == "1e+300");
    BOOST_TEST(to_json(5e-324) == "5e-324");
    BOOST_TEST(to_json(9007199254740992.0) == "9007199254740992.0");
    BOOST_TEST(to_json(0.1F) == "0.1");
    BOOST_TEST(to_json(3.0F) == "3.0");
    BOOST_TEST(to_json(framex::json::value(1.0)) == "1.0");
}

BOOST_AUTO_TEST_CASE(what_json_cannot_say_throws)
{
    BOOST_CHECK_THROW(to_json(std::numeric_limits<double>::quiet_NaN()), std::invalid_argument);
    BOOST_CHECK_THROW(to_json(std::numeric_limits<float>::infinity()), std::invalid_argument);
    BOOST_CHECK_THROW(
        to_json(framex::json::value(-std::numeric_limits<double>::infinity())), std::invalid_argument);
    BOOST_CHECK_THROW(to_json(static_cast<lab::Colour>(9)), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(text_is_escaped_wherever_the_octet_stands)
{
    for (std::size_t size = 0; size < 40; ++size)
        for (std::size_t at = 0; at < size; ++at)
            for (char const c : {'"', '\\', '\x1f', '\n', '\0', '\x7f', '\x80', '\x20'}) {
                std::string text(size, 'a');
                text[at] = c;
                std::string middle(1, c);
                if (c == '"' || c == '\\')
                    middle.insert(0, 1, '\\');
                else if (c == '\x1f')
                    middle = "\\u001f";
                else if (c == '\n')
                    middle = "\\n";
                else if (c == '\0')
                    middle = "\\u0000";
                auto const expected = '"' + text.substr(0, at) + middle + text.substr(at + 1) + '"';
                BOOST_REQUIRE(to_json(text) == expected);
            }
    BOOST_TEST(to_json(std::string_view("\b\f\r\t")) == R"("\b\f\r\t")");
}

BOOST_AUTO_TEST_CASE(text_is_raw_utf_8)
{
    BOOST_TEST(to_json("gr\u00fcn \U0001F642 \u2028") == "\"gr\u00fcn \U0001F642 \u2028\"");
}

BOOST_AUTO_TEST_CASE(containers_are_compact)
{
    BOOST_TEST(to_json(std::vector<int>{}) == "[]");
    BOOST_TEST(to_json(std::vector<int>{1, 2}) == "[1,2]");
    BOOST_TEST(to_json(std::map<std::string, int>{}) == "{}");
    BOOST_TEST(to_json(std::map<std::string, int>{{"b\"", 1}, {"a", 2}}) == R"({"a":2,"b\"":1})");
    BOOST_TEST(to_json(std::optional<int>{}) == "null");
    BOOST_TEST(
        to_json(framex::json::value{1, {{"k", nullptr}}, framex::json::array{}}) == R"([1,{"k":null},[]])");
    BOOST_TEST(to_json(lab::Part{"s", 2}) == R"({"sku":"s","qty":2})");
}

BOOST_AUTO_TEST_CASE(writing_appends)
{
    std::string out = "x";
    framex::write_json(out, lab::Colour::blue);
    BOOST_TEST(out == "x\"blue\"");
}

BOOST_AUTO_TEST_SUITE_END()
