#include <framex/http/path.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace framex;

namespace {

std::string normal(std::string_view raw)
{
    std::string scratch, again;
    auto const result = normalise_path(raw, scratch);
    if (!result)
        return "refused";
    auto const twice = normalise_path(*result, again);
    BOOST_TEST((twice && *twice == *result), raw);
    return std::string(*result);
}

std::string decoded(std::string_view text)
{
    std::string out = "before";
    percent_decode_query(text, out);
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_path)

BOOST_AUTO_TEST_CASE(a_normal_path_is_returned_itself)
{
    for (std::string_view path :
        {"/", "/api/v1/echo", "//api//v1/", "/a.b/c..d/e.", "/a;b=c/@:~$", "*", "/ "}) {
        std::string scratch;
        auto const result = normalise_path(path, scratch);
        BOOST_TEST_REQUIRE(result.has_value());
        BOOST_TEST(result->data() == path.data());
        BOOST_TEST(result->size() == path.size());
    }
}

BOOST_AUTO_TEST_CASE(escapes_are_decoded_once)
{
    BOOST_TEST(normal("/%61pi/%7e%41") == "/api/~A");
    BOOST_TEST(normal("/a%20b%3Fc%23") == "/a b?c#");
    BOOST_TEST(normal("/%e4%bd%a0") == "/\xe4\xbd\xa0");
    BOOST_TEST(normal("/%2561") == "/%2561");
    BOOST_TEST(normal("/%252e%252E/x") == "/%252e%252E/x");
}

BOOST_AUTO_TEST_CASE(an_encoded_separator_stays_encoded)
{
    BOOST_TEST(normal("/a%2fb%2Fc") == "/a%2Fb%2Fc");
    BOOST_TEST(normal("/a/..%2f..%2fb") == "/a/..%2F..%2Fb");
    BOOST_TEST(decode_path_parameter("a%2Fb%25c") == "a/b%c");
    BOOST_TEST(decode_path_parameter("plain") == "plain");
}

BOOST_AUTO_TEST_CASE(dot_segments_are_removed_also_encoded_ones)
{
    BOOST_TEST(normal("/a/b/c/./../../g") == "/a/g"); // RFC 3986 section 5.2.4
    BOOST_TEST(normal("/mid/content=5/../6") == "/mid/6");
    BOOST_TEST(normal("/.") == "/");
    BOOST_TEST(normal("/..") == "/");
    BOOST_TEST(normal("/../a") == "/a");
    BOOST_TEST(normal("/a/.") == "/a/");
    BOOST_TEST(normal("/a/..") == "/");
    BOOST_TEST(normal("/a/b/..") == "/a/");
    BOOST_TEST(normal("/a/%2e%2E/b/%2e/c") == "/b/c");
    BOOST_TEST(normal("/a/.%2e/b") == "/b");
    BOOST_TEST(normal("/.../..a/.b") == "/.../..a/.b");
    BOOST_TEST(normal("/a/..//b") == "//b");
    BOOST_TEST(normal("//..") == "/");
    BOOST_TEST(normal("/a//../b") == "/a/b");
    BOOST_TEST(normal("/../../../../etc/passwd") == "/etc/passwd");
}

BOOST_AUTO_TEST_CASE(malformed_paths_are_refused)
{
    for (std::string_view path : {"", "a", "a/b", "*a", "/%", "/%4", "/%zz", "/%4g", "/a%00b", "/%0a", "/%0D",
             "/%1f", "/%7f", "/a\x01", "/a\x7f", "/%ff", "/%c0%af", "/%c0%ae%c0%ae/x", "/%ed%a0%80",
             "/%e4%bd", "/\xff", "/%f4%90%80%80"})
        BOOST_TEST(normal(path) == "refused", path);
    BOOST_TEST(normal(std::string_view("/\0", 2)) == "refused");
    BOOST_TEST(normal("/\xc3\xa9%2e") == "/\xc3\xa9.");
}

BOOST_AUTO_TEST_CASE(query_text_is_decoded_like_pythons_parse_qsl)
{
    BOOST_TEST(decoded("") == "");
    BOOST_TEST(decoded("a+b%20c%2B%26") == "a b c+&");
    BOOST_TEST(decoded("100%") == "100%");
    BOOST_TEST(decoded("%zz%4") == "%zz%4");
    BOOST_TEST(decoded("%E2%9C%93") == "\xe2\x9c\x93");
    BOOST_TEST(decoded("%00") == std::string(1, '\0'));
    BOOST_TEST(decoded("a%ffb")
        == "a\xef\xbf\xbd"
           "b");
    BOOST_TEST(decoded("%c0%af") == "\xef\xbf\xbd\xef\xbf\xbd");
    BOOST_TEST(decoded("%e2%9c") == "\xef\xbf\xbd"); // one for a maximal subpart
    BOOST_TEST(decoded("%e2%9cx") == "\xef\xbf\xbdx");
    BOOST_TEST(decoded("%f0%9f%a6x") == "\xef\xbf\xbdx");
    BOOST_TEST(decoded("%ed%a0%80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(the_last_query_parameter_of_a_name_is_found)
{
    std::string value = "before";
    BOOST_TEST(!find_query("a=1&b=2", "c", value));
    BOOST_TEST(!find_query("", "a", value));
    BOOST_TEST(value == "before");
    BOOST_TEST(find_query("a=1&b=2&a=3&ab=4", "a", value));
    BOOST_TEST(value == "3");
    BOOST_TEST(find_query("a=1", "a", value));
    BOOST_TEST(value == "1");
    BOOST_TEST(find_query("a&b", "a", value));
    BOOST_TEST(value == "");
    BOOST_TEST(find_query("a=x=y", "a", value));
    BOOST_TEST(value == "x=y");
    BOOST_TEST(find_query("%6De+ssage=h%20i+j", "me ssage", value));
    BOOST_TEST(value == "h i j");
    BOOST_TEST(find_query("a%2Bb=1", "a+b", value));
    BOOST_TEST(!find_query("a+b=1", "a+b", value));
    BOOST_TEST(!find_query("&&", "", value));
}

BOOST_AUTO_TEST_CASE(all_query_parameters_are_listed_in_order)
{
    auto const list = query_parameters("a=1&&b&%63=%64+e&a=2&");
    BOOST_TEST_REQUIRE(list.size() == 4U);
    BOOST_TEST((list[0] == std::pair<std::string, std::string>("a", "1")));
    BOOST_TEST((list[1] == std::pair<std::string, std::string>("b", "")));
    BOOST_TEST((list[2] == std::pair<std::string, std::string>("c", "d e")));
    BOOST_TEST((list[3] == std::pair<std::string, std::string>("a", "2")));
    BOOST_TEST(query_parameters("").empty());
}

BOOST_AUTO_TEST_CASE(a_path_can_be_read_with_its_escaped_slashes_as_slashes)
{
    BOOST_TEST(!framex::with_slashes_decoded("/a/b c/%25"));
    BOOST_TEST(framex::with_slashes_decoded("/a%2Fb").value() == "/a/b");
    BOOST_TEST(framex::with_slashes_decoded("/a\\b").value() == "/a/b");
    BOOST_TEST(framex::with_slashes_decoded("/a/x%2F..%2Fb%25").value() == "/a/b%25");
    BOOST_TEST(framex::with_slashes_decoded("/a%2F..%2F..%2Fb").value() == "/b");
}

BOOST_AUTO_TEST_SUITE_END()
