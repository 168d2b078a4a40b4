#include <framex/http/forwarding.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace framex;

BOOST_AUTO_TEST_SUITE(http_forwarding)

BOOST_AUTO_TEST_CASE(fields_of_one_connection_are_known_in_any_case)
{
    for (char const* name : {"Connection", "keep-alive", "PROXY-CONNECTION", "te", "Trailer",
             "Transfer-Encoding", "Upgrade", "Proxy-Authorization", "Proxy-Authenticate"})
        BOOST_TEST(is_hop_by_hop(name), name);
    for (char const* name : {"Content-Length", "Host", "Cache-Control", "Connection2", ""})
        BOOST_TEST(!is_hop_by_hop(name), name);
}

BOOST_AUTO_TEST_CASE(they_go_with_those_that_connection_names)
{
    fields headers;
    headers.insert("X-Kept", "1");
    headers.insert("connection", "x-one, ,X-Two");
    headers.insert("Connection", "close");
    headers.insert("X-One", "1");
    headers.insert("X-Two", "1");
    headers.insert("x-two", "2");
    headers.insert("TE", "trailers");
    headers.insert("Set-Cookie", "a");
    headers.insert("Set-Cookie", "b");
    remove_hop_by_hop(headers);
    std::string left;
    for (auto const& field : headers)
        left += std::string(field.name_string()) + "=" + std::string(field.value()) + ";";
    BOOST_TEST(left == "X-Kept=1;Set-Cookie=a;Set-Cookie=b;");
}

BOOST_AUTO_TEST_CASE(what_is_for_all_recipients_stays_though_connection_names_it)
{
    fields headers;
    headers.insert(
        "Connection", "authorization, Cookie, X-Request-Id, x-forwarded-for, content-type, x-gone");
    for (char const* name :
        {"Authorization", "Cookie", "X-Request-ID", "X-Forwarded-For", "Content-Type", "X-Gone"})
        headers.insert(name, "1");
    remove_hop_by_hop(headers);
    BOOST_TEST(headers.size() == 5U);
    BOOST_TEST(headers["x-gone"].empty());
}

BOOST_AUTO_TEST_SUITE_END()
