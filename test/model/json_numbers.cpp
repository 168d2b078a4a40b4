#include "model/lab.hpp"

#include <framex/model/json.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>

using framex::to_json;
using lab::issues_of;
using lab::read;
using lab::types_of;

BOOST_AUTO_TEST_SUITE(reading_numbers)

BOOST_AUTO_TEST_CASE(integers_follow_the_lax_rules)
{
    for (auto const* text :
        {"42", "\"42\"", "\" 42 \"", "\"4_2\"", "42.0", "4.2e1", "\"+42\"", "\"0042\"", "\"42.00\""})
        BOOST_TEST(read<int>(text) == 42, text);
    BOOST_TEST(read<int>("true") == 1);
    BOOST_TEST(types_of<int>("1.5") == "int_from_float");
    for (auto const* text :
        {"\"1.5\"", "\"\"", "\"_1\"", "\"1__0\"", "\"1e3\"", "\"-\"", "\"+-1\"", "\"x\"", "\".0\"", "\" \""})
        BOOST_TEST(types_of<int>(text) == "int_parsing", text);
    for (auto const* text : {"null", "[]", "{}"})
        BOOST_TEST(types_of<int>(text) == "int_type", text);
    BOOST_TEST(types_of<int>("1e400") == "finite_number");
}

BOOST_AUTO_TEST_CASE(integers_end_where_their_type_ends)
{
    BOOST_TEST(read<std::int64_t>("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
    BOOST_TEST(read<std::uint64_t>("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
    BOOST_TEST(read<std::uint64_t>("\"18446744073709551615\"") == std::numeric_limits<std::uint64_t>::max());
    BOOST_TEST(read<std::int64_t>("9007199254740993") == 9007199254740993);
    BOOST_TEST(issues_of<std::int8_t>("128")
        == R"([{"type":"less_than_equal","loc":["body"],"msg":"Input should be less than or equal to 127","input":128,"ctx":{"le":127}}])");
    BOOST_TEST(issues_of<std::int64_t>("-9223372036854775809")
        == R"([{"type":"greater_than_equal","loc":["body"],"msg":"Input should be greater than or equal to -9223372036854775808","input":-9223372036854775809,"ctx":{"ge":-9223372036854775808}}])");
    for (auto const* text : {"18446744073709551616", "1e300", "\"99999999999999999999999\""})
        BOOST_TEST(types_of<std::uint64_t>(text) == "less_than_equal", text);
    for (auto const* text : {"-1", "\"-1\"", "-1.0", "-1e30"})
        BOOST_TEST(types_of<std::uint16_t>(text) == "greater_than_equal", text);
    BOOST_TEST(read<std::uint8_t>("255") == 255);
    BOOST_TEST(read<unsigned long long>("1") == 1U);
    BOOST_TEST(types_of<int>("\"" + std::string(5000, '9') + "\"") == "int_parsing_size");
    BOOST_TEST(types_of<int>(std::string(5000, '9')) == "int_parsing_size");
}

BOOST_AUTO_TEST_CASE(big_integers_pass_unchanged)
{
    std::string const digits = "123456789012345678901234567890";
    BOOST_TEST(to_json(read<framex::big_integer>(digits)) == digits);
    BOOST_TEST(to_json(read<framex::big_integer>("\"-" + digits + "\"")) == "-" + digits);
    BOOST_TEST(read<framex::big_integer>("1e3").str() == "1000");
    BOOST_TEST(read<framex::big_integer>("-0").str() == "0");
    BOOST_TEST(read<framex::big_integer>("true").str() == "1");
    BOOST_TEST(types_of<framex::big_integer>("1.5") == "int_from_float");
    BOOST_TEST(types_of<framex::big_integer>("null") == "int_type");
    BOOST_TEST(read<framex::big_integer>(std::string(4300, '7')).str().size() == 4300U);
    BOOST_TEST(types_of<framex::big_integer>(std::string(4301, '7')) == "int_parsing_size");
}

BOOST_AUTO_TEST_CASE(booleans_follow_the_lax_rules)
{
    for (auto const* text :
        {"true", "1", "1.0", "\"true\"", "\"1\"", "\"yes\"", "\"on\"", "\"t\"", "\"Y\"", "\"TRUE\""})
        BOOST_TEST(read<bool>(text) == true, text);
    for (auto const* text :
        {"false", "0", "-0.0", "\"False\"", "\"0\"", "\"no\"", "\"off\"", "\"f\"", "\"N\""})
        BOOST_TEST(read<bool>(text) == false, text);
    for (auto const* text : {"2", "-1", "2.0", "\"maybe\"", "\"\"", "\"falsehood\"", "18446744073709551615"})
        BOOST_TEST(types_of<bool>(text) == "bool_parsing", text);
    for (auto const* text : {"0.5", "null", "[]", "{}"})
        BOOST_TEST(types_of<bool>(text) == "bool_type", text);
    BOOST_TEST(to_json(read<std::vector<bool>>("[true,\"no\",1]")) == "[true,false,true]");
    BOOST_TEST(types_of<std::vector<bool>>("[true,[],\"x\"]") == "bool_type bool_parsing");
}

BOOST_AUTO_TEST_CASE(floats_follow_the_lax_rules)
{
    BOOST_TEST(read<double>("\" 1_000.5 \"") == 1000.5);
    BOOST_TEST(read<double>("\"+1e3\"") == 1000.0);
    BOOST_TEST(read<double>("true") == 1.0);
    for (auto const* text : {"\"two\"", "\"\"", "\"1 2\"", "\"0x10\"", "\"1_\"", "\"+-1\"", "\"1e\""})
        BOOST_TEST(types_of<double>(text) == "float_parsing", text);
    for (auto const* text : {"null", "[]", "{}"})
        BOOST_TEST(types_of<double>(text) == "float_type", text);
    for (auto const* text : {"1e400", "-1e400", "\"nan\"", "\"inf\"", "\"-Infinity\"", "\"1e400\""})
        BOOST_TEST(types_of<double>(text) == "finite_number", text);
    BOOST_TEST(types_of<float>("1e39") == "finite_number");
    BOOST_TEST(read<float>("0.1") == 0.1F);
    BOOST_TEST(read<float>("1.00000017881393432617187499") == 1.0000001F); // rounded once, not through double
}

BOOST_AUTO_TEST_CASE(floats_are_nearest_to_their_text_at_every_edge)
{
    for (auto const* text :
        {"0", "-0", "-0.0", "1e308", "1.7976931348623157e308", "5e-324", "2.2250738585072014e-308",
            "2.2250738585072011e-308", "9007199254740993", "9007199254740993.0", "18446744073709551616",
            "0.1", "1e23", "8.5e22", "1e-400", "-1e-400", "0e999999", "123456789012345678",
            "1.7976931348623157", "0.30000000000000004", "179769313486231570000000000000000000000e270",
            "0.000000000000000000000000000001e30", "4.35", "1e22"}) {
        double const expected = std::strtod(text, nullptr);
        auto const d = read<double>(text);
        BOOST_TEST(d == expected, text);
        BOOST_TEST(std::signbit(d) == std::signbit(expected), text);
        BOOST_TEST(read<framex::json::value>(text).to_number<double>() == expected, text);
    }
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_random_doubles_survive_the_round_trip)
{
    std::mt19937_64 random(7);
    std::size_t wrong = 0;
    for (int i = 0; i < 100'000; ++i) {
        auto const bits = random();
        double d = 0;
        if (i % 2 == 0)
            std::memcpy(&d, &bits, sizeof d);
        else
            d = static_cast<double>(bits % 100'000'000) / (i % 4 == 1 ? 100.0 : 10000.0);
        if (!std::isfinite(d))
            continue;
        char text[40];
        std::snprintf(text, sizeof text, i % 3 == 0 ? "%.15g" : "%.17g", d);
        double back = 0;
        std::vector<framex::issue> issues;
        wrong +=
            !framex::read_json(text, back, issues) || !issues.empty() || back != std::strtod(text, nullptr);
        auto const ours = to_json(d);
        wrong += std::strtod(ours.c_str(), nullptr) != d || ours.find_first_of(".e") == std::string::npos;
        std::snprintf(text, sizeof text, "%.15g", d); // nothing shorter exists when 15 digits are enough
        wrong += std::strtod(text, nullptr) == d && ours.size() > std::string_view(text).size() + 2;
    }
    BOOST_TEST(wrong == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
