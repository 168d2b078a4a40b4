#include <framex/client/origin.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using framex::origin;
using framex::request_url;

namespace {

std::string refusal(std::string_view url)
{
    try {
        request_url const parts(url);
        return "accepted";
    } catch (std::invalid_argument const& e) {
        return e.what();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_origin)

BOOST_AUTO_TEST_CASE(an_url_is_taken_apart_for_a_request)
{
    request_url const parts("http://Api.example:8080/a%20b/?q=1&r=%2F#there");
    BOOST_TEST(parts.to.host() == "Api.example");
    BOOST_TEST(parts.to.port() == 8080);
    BOOST_TEST(parts.to.name() == "Api.example:8080");
    BOOST_TEST(parts.to.authority() == "Api.example:8080");
    BOOST_TEST(parts.target == "/a%20b/?q=1&r=%2F");
}

BOOST_AUTO_TEST_CASE(path_and_port_may_be_left_out)
{
    BOOST_TEST(request_url("http://a").target == "/");
    BOOST_TEST(request_url("http://a?x").target == "/?x");
    BOOST_TEST(request_url("http://a").to.port() == 80);
    BOOST_TEST(request_url("HTTP://a:").to.name() == "a:80");
    BOOST_TEST(request_url("http://a:80/").to.authority() == "a");
}

BOOST_AUTO_TEST_CASE(https_has_a_port_of_its_own)
{
    request_url const parts("https://a/x");
    BOOST_TEST(parts.to.is_secure());
    BOOST_TEST(parts.to.name() == "a:443");
    BOOST_TEST(parts.to.authority() == "a");
    BOOST_TEST(request_url("https://a:80").to.authority() == "a:80");
    BOOST_TEST(!request_url("http://a:443").to.is_secure());
}

BOOST_AUTO_TEST_CASE(addresses_of_both_families_are_hosts)
{
    BOOST_TEST(request_url("http://127.0.0.1:9/").to.host() == "127.0.0.1");
    request_url const six("http://[::1]:9/");
    BOOST_TEST(six.to.host() == "::1");
    BOOST_TEST(six.to.name() == "[::1]:9");
    BOOST_TEST(request_url("http://[::1]/").to.authority() == "[::1]");
}

BOOST_AUTO_TEST_CASE(other_urls_are_refused_with_a_reason_that_holds_no_secret)
{
    BOOST_TEST(refusal("ftp://a/").find("another scheme") != std::string::npos);
    auto const secret = refusal("http://user:secret@a/");
    BOOST_TEST(secret.find("credentials") != std::string::npos);
    BOOST_TEST(secret.find("secret") == std::string::npos);
    for (char const* url : {"", "a:80", "/path", "http://", "http:///x", "http://a b/", "http://a:port/",
             "http://a:0/", "http://a:65536/", "http://%61/", "http://[v1.x]/", "http://a/\r\nX: y"})
        BOOST_TEST(refusal(url) != "accepted", url);
}

BOOST_AUTO_TEST_CASE(origins_are_equal_when_scheme_host_and_port_are)
{
    BOOST_TEST((request_url("https://a:80").to != origin("a", 80)));
    BOOST_TEST((origin("b", 80) < origin("a", 80, true)));
    BOOST_TEST((request_url("http://a/x").to == origin("a", 80)));
    BOOST_TEST((origin("a", 80) != origin("a", 81)));
}

BOOST_AUTO_TEST_SUITE_END()
