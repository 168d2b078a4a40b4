#include <framex/http/path_pattern.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

using framex::path_pattern;

namespace {

// The parameters joined by "|", or "no".
std::string match(char const* pattern, std::string_view path)
{
    std::vector<std::string_view> values{"stale"};
    if (!path_pattern(pattern).match(path, values))
        return "no";
    std::string text;
    for (auto value : values)
        text.append(value) += '|';
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_path_pattern)

BOOST_AUTO_TEST_CASE(a_static_pattern_is_the_path_itself)
{
    BOOST_TEST(path_pattern("/a/b").is_static());
    BOOST_TEST(match("/a/b", "/a/b") == "");
    BOOST_TEST(match("/", "/") == "");
    for (char const* path : {"/a/b/", "/a", "/a/bc", "//a/b", "/A/b", "", "*"})
        BOOST_TEST(match("/a/b", path) == "no", path);
}

BOOST_AUTO_TEST_CASE(a_parameter_is_one_segment_that_is_not_empty)
{
    BOOST_TEST(!path_pattern("/files/{id}").is_static());
    BOOST_TEST(match("/files/{id}", "/files/7") == "7|");
    BOOST_TEST(match("/files/{id}", "/files/a%2Fb") == "a%2Fb|");
    BOOST_TEST(match("/{a}/x/{b}/", "/1/x/2/") == "1|2|");
    for (char const* path : {"/files/", "/files", "/files/7/", "/files/7/8", "//7", "/filesx/7"})
        BOOST_TEST(match("/files/{id}", path) == "no", path);
}

BOOST_AUTO_TEST_CASE(a_rest_takes_everything_below)
{
    BOOST_TEST(match("/files/{rest:path}", "/files/a/b//c") == "a/b//c|");
    BOOST_TEST(match("/files/{rest:path}", "/files/") == "|");
    BOOST_TEST(match("/files/{rest:path}", "/files") == "no");
    BOOST_TEST(match("/{x}/{rest:path}", "/1/2/3") == "1|2/3|");
    BOOST_TEST(match("/api/v1/*", "/api/v1/x/y") == "");
    BOOST_TEST(match("/api/v1/*", "/api/v1/") == "");
    BOOST_TEST(match("/api/{v}/*", "/api/v2/z") == "v2|");
    BOOST_TEST(match("/api/v1/*", "/api/v1") == "no");
    BOOST_TEST(match("/api/v1/*", "/api/v10/x") == "no");
    BOOST_TEST(match("/*", "*") == "no");
}

BOOST_AUTO_TEST_CASE(names_are_listed_in_order)
{
    path_pattern const pattern("/{first}/x/{second_2:path}");
    BOOST_TEST((pattern.names() == std::vector<std::string>{"first", "second_2"}));
    BOOST_TEST(pattern.text() == "/{first}/x/{second_2:path}");
}

BOOST_AUTO_TEST_CASE(malformed_patterns_are_refused_with_a_sentence)
{
    for (char const* text : {"", "a", "*", "/{}", "/{a", "/a}", "/{a}b", "/x{a}", "/{a}/{a}", "/*/b",
             "/{r:path}/b", "/a*", "/{1a}", "/{a-b}", "/{a:int}", "/{:path}", "/**"})
        BOOST_CHECK_EXCEPTION(path_pattern{text}, std::invalid_argument, [](std::invalid_argument const& e) {
            return std::string(e.what()).starts_with("path pattern \"");
        });
}

BOOST_AUTO_TEST_CASE(the_specific_pattern_comes_first)
{
    std::vector<std::string> const wanted{
        "/a/b/c", "/a/b/{x}", "/a/b", "/a/{x}/c", "/a/{x}", "/a/*", "/{x}/b", "/*"};
    std::vector<path_pattern> patterns;
    for (auto text = wanted.rbegin(); text != wanted.rend(); ++text)
        patterns.emplace_back(*text);
    std::sort(patterns.begin(), patterns.end());
    for (std::size_t i = 0; i < wanted.size(); ++i)
        BOOST_TEST(patterns[i].text() == wanted[i]);
    BOOST_TEST((path_pattern("/a/{x}") == path_pattern("/a/{y}")));
    BOOST_TEST((path_pattern("/a/{x:path}") == path_pattern("/a/*")));
    BOOST_TEST((path_pattern("/a") != path_pattern("/b")));
}

BOOST_AUTO_TEST_SUITE_END()
