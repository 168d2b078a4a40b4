#include <framex/error.hpp>
#include <framex/http/message.hpp>

#include <boost/test/unit_test.hpp>

#include <string_view>

using namespace framex;

BOOST_AUTO_TEST_SUITE(http_message)

BOOST_AUTO_TEST_CASE(a_request_reads_its_path_and_query_from_the_target)
{
    request const r("POST", "/a%20b/../c?x=1&y=2+3&x=4", "body");
    BOOST_TEST(r.method == "POST");
    BOOST_TEST(r.target == "/a%20b/../c?x=1&y=2+3&x=4");
    BOOST_TEST(r.path == "/c");
    BOOST_TEST(r.body == "body");
    BOOST_TEST(r.query.size() == 3U);
    BOOST_TEST((r.query_value("x") == "4"));
    BOOST_TEST((r.query_value("y") == "2 3"));
    BOOST_TEST(!r.query_value("z"));
    BOOST_TEST(request("GET", "/").query.empty());
    BOOST_TEST(request().path == "/");
}

BOOST_AUTO_TEST_CASE(a_request_with_a_malformed_path_is_a_400)
{
    BOOST_CHECK_EXCEPTION(
        request("GET", "/%00"), http_error, [](http_error const& e) { return e.status() == 400; });
}

BOOST_AUTO_TEST_CASE(path_parameters_are_found_by_name)
{
    request r;
    r.path_parameters.emplace_back("id", "7");
    BOOST_TEST((r.path_value("id") == "7"));
    BOOST_TEST(!r.path_value("other"));
}

BOOST_AUTO_TEST_CASE(responses_say_what_they_hold)
{
    using boost::beast::http::field;
    auto const text = response::text("hi");
    BOOST_TEST(text.status == 200);
    BOOST_TEST(text.body == "hi");
    BOOST_TEST(text.headers[field::content_type] == "text/plain; charset=utf-8");
    auto const json = response::json("{}", 201);
    BOOST_TEST(json.status == 201);
    BOOST_TEST(json.headers[field::content_type] == "application/json");
    auto const html = response::html("<p>", 404);
    BOOST_TEST(html.status == 404);
    BOOST_TEST(html.headers[field::content_type] == "text/html; charset=utf-8");
    BOOST_TEST(response(204).body.empty());
}

BOOST_AUTO_TEST_CASE(field_names_and_values_cannot_split_a_message)
{
    BOOST_TEST(valid_field_name("X-A_b"));
    for (std::string_view name : {"", "a b", "a:", "a\r", "a\n", "\xe4"})
        BOOST_TEST(!valid_field_name(name), name);
    for (std::string_view value : {"", "a b\tc", "\xe4", "a: \"b\""})
        BOOST_TEST(valid_field_value(value), value);
    for (std::string_view value : {"a\rb", "a\nb", "a\r\nX: y", " a", "a\t", "\x7f", "\x1b"})
        BOOST_TEST(!valid_field_value(value), value);
    BOOST_TEST(!valid_field_value(std::string_view("a\0b", 3)));
}

BOOST_AUTO_TEST_CASE(media_types_are_compared_without_case_and_parameters)
{
    BOOST_TEST(media_type_is("application/json", "application/json"));
    BOOST_TEST(media_type_is(" Application/JSON ; charset=utf-8", "application/json"));
    BOOST_TEST(!media_type_is("application/jsonp", "application/json"));
    BOOST_TEST(!media_type_is("", "application/json"));
}

BOOST_AUTO_TEST_CASE(json_has_two_kinds_of_names)
{
    for (std::string_view type : {"application/json", "APPLICATION/JSON;charset=x",
             "application/problem+json", "application/vnd.a.b+JSON; v=1"})
        BOOST_TEST(is_json_media(type), type);
    for (std::string_view type : {"", "text/json", "application/+json", "application/json+x",
             "application/x-json", "application/jsonp", "image/svg+json", "application/a b+json", "json",
             "application/", "application/a/b+json", "text/plain; application/json"})
        BOOST_TEST(!is_json_media(type), type);
}

BOOST_AUTO_TEST_SUITE_END()
