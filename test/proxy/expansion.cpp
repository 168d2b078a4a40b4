#include "proxy/expansion.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using namespace framex::proxy;

namespace {

std::string written(parameter_in in, parameter_style style, bool explode, char const* value)
{
    operation_parameter parameter;
    parameter.name = "color";
    parameter.in = in;
    parameter.style = style;
    parameter.explode = explode;
    return expanded(parameter, boost::json::parse(value));
}

struct row {
    parameter_style style;
    bool explode;
    char const* text;
    char const* list;
    char const* object;
};

void check(parameter_in in, row const& wanted)
{
    auto const of = [&](char const* value) { return written(in, wanted.style, wanted.explode, value); };
    BOOST_TEST(of("\"blue\"") == wanted.text);
    BOOST_TEST(of(R"(["blue","black","brown"])") == wanted.list);
    BOOST_TEST(of(R"({"R":100,"G":200,"B":150})") == wanted.object);
}

} // namespace

BOOST_AUTO_TEST_SUITE(proxy_expansion)

// the table of OpenAPI 3.1 section 4.8.12.4
BOOST_AUTO_TEST_CASE(every_style_is_written_as_the_standard_shows_it)
{
    using enum parameter_style;
    for (row const& each : {row{simple, false, "blue", "blue,black,brown", "R,100,G,200,B,150"},
             row{simple, true, "blue", "blue,black,brown", "R=100,G=200,B=150"},
             row{label, false, ".blue", ".blue,black,brown", ".R,100,G,200,B,150"},
             row{label, true, ".blue", ".blue.black.brown", ".R=100.G=200.B=150"},
             row{matrix, false, ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"},
             row{matrix, true, ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"}})
        check(parameter_in::path, each);
    for (row const& each :
        {row{form, false, "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"},
            row{form, true, "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"},
            row{space, false, "color=blue", "color=blue%20black%20brown",
                "color=R%20100%20G%20200%20B%20150"},
            row{pipe, false, "color=blue", "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150"},
            row{deep, false, "color=blue", "color=blue,black,brown",
                "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"}})
        check(parameter_in::query, each);
    check(parameter_in::header, row{simple, false, "blue", "blue,black,brown", "R,100,G,200,B,150"});
    check(parameter_in::cookie,
        row{form, true, "color=blue", "color=blue; color=black; color=brown", "R=100; G=200; B=150"});
    check(parameter_in::cookie,
        row{form, false, "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"});
}

BOOST_AUTO_TEST_CASE(values_are_written_as_people_write_them)
{
    std::pair<char const*, char const*> const values[] = {{"true", "color=true"}, {"false", "color=false"},
        {"5", "color=5"}, {"-2.5", "color=-2.5"}, {"1e300", "color=1e%2B300"}, {"\"\"", "color="}, {"[]", ""},
        {"{}", ""}, {"[null,1,null]", "color=1"}, {R"({"a":null,"b":2})", "b=2"},
        {"[\"\",\"x\"]", "color=&color=x"}, {"[[1,2]]", "color=%5B1%2C2%5D"}};
    for (auto const& [value, text] : values)
        BOOST_TEST(written(parameter_in::query, parameter_style::form, true, value) == text, value);
    BOOST_TEST(written(parameter_in::path, parameter_style::simple, false, "[\"\",\"x\"]") == ",x");
    BOOST_TEST(written(parameter_in::query, parameter_style::json, false, R"({"a":[1]})")
        == "color=%7B%22a%22%3A%5B1%5D%7D");
}

BOOST_AUTO_TEST_CASE(octets_are_escaped_where_they_would_mean_something_else)
{
    auto const* odd = R"("a b/?&=+%#\u00e4~")";
    auto const* percent = "a%20b%2F%3F%26%3D%2B%25%23%C3%A4~";
    BOOST_TEST(written(parameter_in::path, parameter_style::simple, false, odd) == percent);
    BOOST_TEST(
        written(parameter_in::query, parameter_style::form, true, odd) == "color=" + std::string(percent));
    BOOST_TEST(written(parameter_in::header, parameter_style::simple, false, odd) == "a b/?&=+%#\xc3\xa4~");
    BOOST_TEST(written(parameter_in::cookie, parameter_style::form, true, R"("a b;c,d\"e=f+g%")")
        == "color=a%20b%3Bc%2Cd%22e=f+g%");
    BOOST_TEST(percent_encoded("x[y]") == "x%5By%5D");
    BOOST_TEST(encoded_path("/a b/%2F/\xc3\xa4[") == "/a%20b/%2F/%C3%A4%5B");
}

BOOST_AUTO_TEST_SUITE_END()
