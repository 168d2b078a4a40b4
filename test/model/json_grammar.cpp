#include "model/lab.hpp"

#include <framex/model/json.hpp>

#include <boost/test/unit_test.hpp>

using lab::is_json;

BOOST_AUTO_TEST_SUITE(grammar)

BOOST_AUTO_TEST_CASE(what_rfc_8259_allows_is_accepted)
{
    for (std::string_view const text :
        {"[]", "{}", "null", "true", "false", "0", "-0", "1", "-1", "1.0", "1e1", "1E+1", "1e-1", "\"\"",
            " [ ] ", "\t\n\r{ }", "[1,2]", R"({"":0})", R"({"a":{"b":[]}})", R"("\u0000")",
            R"("\uD834\udd1e")", "\"\x7f\"", "\"\xc3\xa9\"", "\"\xf4\x8f\xbf\xbf\"", R"("\/")", "[1e-999]",
            "-0.0e-0", R"({"a":1,"a":2})", "123456789012345678901234567890", "\"\xe2\x80\xa8\""})
        BOOST_TEST(is_json(text), text);
}

BOOST_AUTO_TEST_CASE(what_rfc_8259_forbids_is_refused)
{
    for (std::string_view const text : {"", " ", "[", "]", "{", "}", "[1,]", "[,1]", "[1 2]", "{\"a\"}",
             "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "{'a':1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "01",
             "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "-01", "1.e1", "--1", "NaN", "Infinity", "-Infinity",
             "True", "nul", "nulll", "tru", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
             "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\n\"", "\"\t\"", "\"\x01\"", "\"\x80\"",
             "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xc3\"", "\xef\xbb\xbf{}", "{}{}",
             "1 2", "[] //", "/**/[]", "[1]x", "\f[]", "[\v1]", "'a'"})
        BOOST_TEST(!is_json(text), text);
    BOOST_TEST(!is_json(std::string_view("1\0", 2)));
    BOOST_TEST(!is_json(std::string_view("\"\0\"", 3)));
}

BOOST_AUTO_TEST_CASE(nesting_ends_at_the_depth_that_is_asked_for)
{
    auto const read = [](std::size_t levels, std::size_t depth) {
        framex::read_options options;
        options.depth = depth;
        framex::json::value target;
        std::vector<framex::issue> issues;
        auto const text = std::string(levels, '[') + std::string(levels, ']');
        framex::read_json(text, target, issues, options);
        return issues.empty() ? std::string() : issues.front().ctx;
    };
    for (std::size_t const depth : {1U, 5U, 64U}) {
        BOOST_TEST(read(depth, depth) == "");
        BOOST_TEST(read(depth + 1, depth)
            == R"({"error":"Nested deeper than )" + std::to_string(depth) + R"( levels"})");
    }
    BOOST_TEST(read(64, 1000) == "");
    BOOST_TEST(read(65, 1000) == R"({"error":"Nested deeper than 64 levels"})"); // max_depth
}

BOOST_AUTO_TEST_SUITE_END()
