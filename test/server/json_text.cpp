#include "server/json_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace framex;

BOOST_AUTO_TEST_SUITE(json_texts)

BOOST_AUTO_TEST_CASE(compact_text_has_no_spaces_outside_of_strings)
{
    BOOST_TEST(reprint_json(" { \"a b\" : [ 1 , \"x , y\" , { } , [ ] ] ,\n\"b\":null } ", json_form::compact)
        == R"({"a b":[1,"x , y",{},[]],"b":null})");
    BOOST_TEST(reprint_json(" 7 ", json_form::compact) == "7");
    BOOST_TEST(reprint_json(R"("\"\\")", json_form::compact) == R"("\"\\")");
}

BOOST_AUTO_TEST_CASE(indented_text_is_what_python_writes_with_indent_2)
{
    BOOST_TEST(reprint_json(R"({"b":[1,{"c":"ü"}],"a":{},"e":[]})", json_form::indented)
        == "{\n  \"b\": [\n    1,\n    {\n      \"c\": \"ü\"\n    }\n  ],\n  \"a\": {},\n  \"e\": []\n}");
}

BOOST_AUTO_TEST_CASE(canonical_text_sorts_members_by_their_unescaped_names)
{
    BOOST_TEST(reprint_json(R"({"b":{"z":1,"a":2},"ä":3,"\n":4,"a":[{"y":0,"x":1}]})", json_form::canonical)
        == R"({"\n":4,"a":[{"x":1,"y":0}],"b":{"a":2,"z":1},"ä":3})");
}

BOOST_AUTO_TEST_CASE(canonical_floats_are_those_of_python_and_integers_keep_every_digit)
{
    BOOST_TEST(reprint_json("[1e+15,1e16,1e-04,1e-05,1.5e-7,-2.0,1e300,123456789012345.6,0.10,0.0,-0.0]",
                   json_form::canonical)
        == "[1000000000000000.0,1e+16,0.0001,1e-05,1.5e-07,-2.0,1e+300,123456789012345.6,0.1,0.0,-0.0]");
    BOOST_TEST(reprint_json("[36893488147419103233,-1,true,false]", json_form::canonical)
        == "[36893488147419103233,-1,true,false]");
}

BOOST_AUTO_TEST_CASE(a_member_is_found_as_it_stands)
{
    std::string_view const text = R"({ "a" : "}" , "b" : { "c" : [ 1.50 , 2 ] } , "d":7})";
    BOOST_TEST(*json_member(text, "a") == R"("}")");
    BOOST_TEST(*json_member(text, "b") == R"({ "c" : [ 1.50 , 2 ] })");
    BOOST_TEST(*json_member(text, "d") == "7");
    BOOST_TEST(!json_member(text, "c"));
    BOOST_TEST(!json_member("[1]", "c"));
    BOOST_TEST(!json_member("{}", "c"));
}

BOOST_AUTO_TEST_SUITE_END()
