#include <framex/client/upstream_error.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <set>

using namespace framex;

BOOST_AUTO_TEST_SUITE(client_upstream_error)

BOOST_AUTO_TEST_CASE(it_names_the_upstream_and_the_step_but_not_what_the_system_said)
{
    upstream_error const error(upstream_errc::connect, "10.0.0.1:80", asio::error::connection_refused);
    BOOST_TEST(error.what() == std::string("the upstream 10.0.0.1:80 cannot be reached"));
    BOOST_TEST(error.upstream() == "10.0.0.1:80");
    BOOST_TEST((error.step() == upstream_errc::connect));
    BOOST_TEST((error.cause() == asio::error::connection_refused));
}

BOOST_AUTO_TEST_CASE(every_step_has_a_sentence_and_time_outs_are_504)
{
    std::set<std::string> sentences;
    for (int i = 0; i <= static_cast<int>(upstream_errc::total_timeout); ++i) {
        upstream_error const error(static_cast<upstream_errc>(i), "u");
        sentences.insert(error.what());
        bool const is_late = i >= static_cast<int>(upstream_errc::connect_timeout);
        if (error.step() != upstream_errc::unavailable)
            BOOST_TEST(error.status() == (is_late ? 504 : 502));
    }
    BOOST_TEST(sentences.size() == 17U);
    BOOST_TEST(upstream_error(upstream_errc::unavailable, "u").status() == 503);
}

BOOST_AUTO_TEST_CASE(a_detail_ends_the_sentence)
{
    upstream_error error(upstream_errc::connect, "u", {}, "it is night");
    BOOST_TEST(error.what() == std::string("the upstream u cannot be reached: it is night"));
    BOOST_TEST(error.not_repeated().empty());
    error.not_repeated("there is no other member");
    BOOST_TEST(error.not_repeated() == "there is no other member");
}

BOOST_AUTO_TEST_SUITE_END()
