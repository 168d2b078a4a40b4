#include "model/lab.hpp"

#include <framex/model/rules.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using lab::issues_of;
using lab::types_of;

namespace {

struct order {
    std::string sku;
    int qty = 1;
    std::optional<double> price;
    std::vector<int> lines;
    std::optional<std::string> mode;
    int level = 1;
    std::map<std::string, int> map;

    static constexpr auto rules()
    {
        using namespace framex;
        return framex::rules(field(&order::sku, length{1, 5}, pattern{"^[a-z\u00e9]+$"}),
            field(&order::qty, range{1, 1000}, defaulted),
            field(&order::price, at_least{0.5}, at_most{10}, alias{"unitPrice"}),
            field(&order::lines, length{1, 2}, defaulted), field(&order::mode, one_of{"a", "b", "c"}),
            field(&order::level, one_of{1, 2}, defaulted, describe{"how deep"}),
            field(&order::map, length{.max = 1}, defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(order, (), (sku, qty, price, lines, mode, level, map))

struct broken {
    std::string text;
    static constexpr auto rules()
    {
        return framex::rules(framex::field(&broken::text, framex::pattern{"("}));
    }
};
BOOST_DESCRIBE_STRUCT(broken, (), (text))

struct slow {
    std::string text;
    static constexpr auto rules()
    {
        return framex::rules(framex::field(&slow::text, framex::pattern{"^(a+)+$"}));
    }
};
BOOST_DESCRIBE_STRUCT(slow, (), (text))

std::string only(std::string const& members) { return issues_of<order>("{\"sku\":\"x\"," + members + "}"); }

std::string one(std::string const& loc, std::string const& type, std::string const& msg,
    std::string const& input, std::string const& ctx)
{
    return R"([{"type":")" + type + R"(","loc":["body",")" + loc + R"("],"msg":")" + msg + R"(","input":)"
        + input + R"(,"ctx":)" + ctx + "}]";
}

} // namespace

BOOST_AUTO_TEST_SUITE(rules)

BOOST_AUTO_TEST_CASE(both_ends_of_a_range_belong_to_it)
{
    BOOST_TEST(only(R"("qty":1)") == "");
    BOOST_TEST(only(R"("qty":1000)") == "");
    BOOST_TEST(only(R"("qty":0)")
        == one(
            "qty", "greater_than_equal", "Input should be greater than or equal to 1", "0", R"({"ge":1})"));
    BOOST_TEST(only(R"("qty":"1001")")
        == one("qty", "less_than_equal", "Input should be less than or equal to 1000", "\"1001\"",
            R"({"le":1000})"));
}

BOOST_AUTO_TEST_CASE(rules_look_inside_an_optional_and_at_the_alias)
{
    BOOST_TEST(only(R"("unitPrice":null,"price":0)") == "");
    BOOST_TEST(only(R"("unitPrice":0.5)") == "");
    BOOST_TEST(only(R"("unitPrice":0.25)")
        == one("unitPrice", "greater_than_equal", "Input should be greater than or equal to 0.5", "0.25",
            R"({"ge":0.5})"));
    BOOST_TEST(only(R"("unitPrice":11)")
        == one("unitPrice", "less_than_equal", "Input should be less than or equal to 10", "11",
            R"({"le":10.0})"));
    order o;
    o.price = 1;
    BOOST_TEST(framex::to_json(o).find(R"("unitPrice":1.0)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(length_counts_code_points_and_elements)
{
    BOOST_TEST(types_of<order>("{\"sku\":\"\u00e9\u00e9\u00e9\u00e9\u00e9\"}") == "");
    BOOST_TEST(issues_of<order>(R"({"sku":""})")
        == one("sku", "string_too_short", "String should have at least 1 character", "\"\"",
            R"({"min_length":1})"));
    BOOST_TEST(issues_of<order>(R"({"sku":"abcdef"})")
        == one("sku", "string_too_long", "String should have at most 5 characters", "\"abcdef\"",
            R"({"max_length":5})"));
    BOOST_TEST(only(R"("lines":[])")
        == one("lines", "too_short", "List should have at least 1 item after validation, not 0", "[]",
            R"({"field_type":"List","min_length":1,"actual_length":0})"));
    BOOST_TEST(only(R"("lines":[1,2,3])")
        == one("lines", "too_long", "List should have at most 2 items after validation, not 3", "[1,2,3]",
            R"({"field_type":"List","max_length":2,"actual_length":3})"));
    BOOST_TEST(only(R"("map":{"a":1,"b":2})")
        == one("map", "too_long", "Dictionary should have at most 1 item after validation, not 2",
            R"({"a":1,"b":2})", R"({"field_type":"Dictionary","max_length":1,"actual_length":2})"));
    BOOST_TEST(
        types_of<order>(R"({"sku":"x","lines":[1,2,"x"]})") == "int_parsing"); // the elements come first
}

BOOST_AUTO_TEST_CASE(a_pattern_is_enforced)
{
    BOOST_TEST(issues_of<order>(R"({"sku":"A1"})")
        == one("sku", "string_pattern_mismatch", "String should match pattern '^[a-z\u00e9]+$'", "\"A1\"",
            "{\"pattern\":\"^[a-z\u00e9]+$\"}"));
    BOOST_TEST(
        types_of<slow>("{\"text\":\"" + std::string(100'000, 'a') + "!\"}") == "string_pattern_mismatch");
    BOOST_CHECK_THROW(types_of<broken>(R"({"text":"x"})"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(one_of_lists_texts_or_integers)
{
    BOOST_TEST(only(R"("mode":"c","level":"2")") == "");
    BOOST_TEST(only(R"("mode":"d")")
        == one("mode", "literal_error", "Input should be 'a', 'b' or 'c'", "\"d\"",
            R"({"expected":"'a', 'b' or 'c'"})"));
    BOOST_TEST(only(R"("level":3)")
        == one("level", "literal_error", "Input should be 1 or 2", "3", R"({"expected":"1 or 2"})"));
}

BOOST_AUTO_TEST_CASE(defaulted_members_are_not_checked)
{
    order o;
    BOOST_TEST(issues_of(R"({"sku":"x"})", o) == "");
    BOOST_TEST(o.lines.empty());
    BOOST_TEST(types_of<order>("{}") == "missing");
}

BOOST_AUTO_TEST_SUITE_END()
