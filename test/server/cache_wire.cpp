#include "server/cached.hpp"
#include "server/served.hpp"

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;

namespace {

settings enabled()
{
    settings configured;
    configured.cache.enabled = true;
    return configured;
}

std::string field_of(std::string const& answer, std::string_view name)
{
    return field_in(answer.substr(0, answer.find("\r\n\r\n") + 2), name);
}

} // namespace

BOOST_AUTO_TEST_SUITE(cache_on_the_wire)

BOOST_AUTO_TEST_CASE(the_fields_of_a_cached_answer_do_not_reach_the_next_one)
{
    served<counter> service(enabled());
    raw_client client(service.port());
    auto const ask = [&](std::string const& target) {
        client.send("GET /api/v1" + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
        return client.answer();
    };
    auto const miss = ask("/count?key=a");
    BOOST_TEST(field_of(miss, "X-FrameX-Cache-Status") == "MISS");
    BOOST_TEST(field_of(miss, "X-FrameX-Cache-Key").size() == 64U);
    auto const plain = ask("/always?key=a");
    BOOST_TEST(field_of(plain, "X-FrameX-Cache-Status") == "BYPASS");
    BOOST_TEST(!has(plain, "X-FrameX-Cache-Key"));
    BOOST_TEST(field_of(ask("/count?key=a"), "X-FrameX-Cache-Status") == "HIT");
    auto const wrong = ask("/short");
    BOOST_TEST(wrong.starts_with("HTTP/1.1 422"));
    BOOST_TEST(!has(wrong, "X-FrameX-Cache"));
    auto const failed = ask("/fail?ms=0");
    BOOST_TEST(failed.starts_with("HTTP/1.1 409"));
    BOOST_TEST(!has(failed, "X-FrameX-Cache"));
}

BOOST_AUTO_TEST_CASE(head_is_answered_from_what_get_keeps)
{
    served<counter> service(enabled());
    auto const body = body_of(ask(service.port(), "GET /api/v1/count?key=a"));
    auto const head = ask(service.port(), "HEAD /api/v1/count?key=a");
    BOOST_TEST(field_of(head, "X-FrameX-Cache-Status") == "HIT");
    BOOST_TEST(field_of(head, "Content-Length") == std::to_string(body.size()));
    BOOST_TEST(body_of(head).empty());
}

BOOST_AUTO_TEST_CASE(caching_is_off_unless_the_settings_say_otherwise)
{
    served<counter> service;
    BOOST_TEST(field_of(ask(service.port(), "GET /api/v1/count"), "X-FrameX-Cache-Status") == "DISABLED");
    auto const plain = ask(service.port(), "GET /api/v1/plain?ratio=1");
    BOOST_TEST(field_of(plain, "X-FrameX-Cache-Status") == "DISABLED");
    BOOST_TEST(body_of(plain) == "2");
}

BOOST_AUTO_TEST_CASE(a_kept_answer_is_given_only_to_who_has_a_key_of_the_rule)
{
    auto configured = enabled();
    configured.auth.rules["/api/v1/count"] = {"one", "two"};
    served<counter> service(configured);
    auto const with = [&](std::string const& key) {
        return ask(service.port(), "GET /api/v1/count HTTP/1.1\r\nAuthorization: " + key + "\r\nX-Rest:");
    };
    BOOST_TEST(field_of(with("one"), "X-FrameX-Cache-Status") == "MISS");
    BOOST_TEST(field_of(with("two"), "X-FrameX-Cache-Status") == "HIT");
    auto const refused = with("three");
    BOOST_TEST(refused.starts_with("HTTP/1.1 401"));
    BOOST_TEST(!has(refused, "X-FrameX-Cache"));
}

BOOST_AUTO_TEST_SUITE_END()
