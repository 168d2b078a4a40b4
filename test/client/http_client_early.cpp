// Answers, and ends of connections, that come before the whole request has gone.
#include "client/asking.hpp"

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;
using test_coro::counted;
using test_coro::nothing_left;

namespace {

using errc = upstream_errc;

std::string const too_large = "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig";

/// Gives one piece, and then nothing.
async_generator<std::string> silent_pieces()
{
    counted here;
    co_yield "one";
    co_await sleep_for(1h);
}

/// Says `octets` when the head has come, reads on, and notes that the client leaves.
scripted::script answers_early(std::string octets, std::atomic<bool>& left)
{
    return [octets = std::move(octets), &left](peer& client) {
        client.head();
        client.say(octets);
        left = client.client_leaves();
    };
}

/// Says `octets` when the head has come, and reads no more until `done`.
scripted::script stops_reading(std::string octets, std::atomic<bool>& done)
{
    return [octets = std::move(octets), &done](peer& client) {
        client.head();
        client.say(octets);
        for (int i = 0; i < 2500 && !done; ++i)
            std::this_thread::sleep_for(2ms);
    };
}

void expect_too_large(asking& here, outgoing_request request)
{
    auto const answer = here.ask(std::move(request));
    BOOST_TEST(answer.status == 413);
    BOOST_TEST(answer.body == "big");
    BOOST_TEST(here.client.idle() == 0U);
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_http_client_early)

BOOST_AUTO_TEST_CASE(an_answer_ends_an_upload_and_the_connection)
{
    std::atomic<bool> left = false;
    scripted upstream(answers_early(too_large, left));
    asking here;
    expect_too_large(here, outgoing_request("POST", upstream.url(), endless_pieces()));
    BOOST_TEST(eventually([&] { return left.load(); }));
}

BOOST_AUTO_TEST_CASE(an_answer_ends_an_upload_whose_source_is_silent)
{
    nothing_left check;
    std::atomic<bool> left = false;
    scripted upstream(answers_early(too_large, left));
    asking here;
    expect_too_large(here, outgoing_request("POST", upstream.url(), silent_pieces()));
    BOOST_TEST(counted::live == 0);
    BOOST_TEST(eventually([&] { return left.load(); }));
}

BOOST_AUTO_TEST_CASE(an_upstream_that_leaves_ends_an_upload_whose_source_is_silent)
{
    nothing_left check;
    scripted upstream({[](peer& client) { client.head(); }, answers(with_length("again"))});
    asking here;
    try {
        here.ask(outgoing_request("PUT", upstream.url(), silent_pieces()));
        BOOST_TEST(false);
    } catch (upstream_error const& error) {
        BOOST_TEST((error.step() == errc::no_answer || error.step() == errc::write)); // whichever comes first
    }
    BOOST_TEST(upstream.connections() == 1);
}

BOOST_AUTO_TEST_CASE(the_total_time_ends_an_upload_whose_source_is_silent)
{
    nothing_left check;
    std::atomic<bool> left = false;
    client_options options;
    options.total_timeout = 300ms;
    scripted upstream(answers_early("HTTP/1.1 102 Processing\r\n\r\n", left));
    auto const found = failure_of(outgoing_request("POST", upstream.url(), silent_pieces()), options);
    BOOST_TEST((found == errc::total_timeout));
    BOOST_TEST(eventually([&] { return left.load(); }));
}

BOOST_AUTO_TEST_CASE(interim_answers_do_not_hide_the_final_one)
{
    std::atomic<bool> left = false;
    std::string const interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n";
    scripted upstream(answers_early(interim + too_large, left));
    asking here;
    expect_too_large(here, outgoing_request("POST", upstream.url(), endless_pieces()));
}

BOOST_AUTO_TEST_CASE(what_comes_early_is_bounded)
{
    std::atomic<bool> left = false;
    scripted interim([](peer& client) {
        client.head();
        while (client.say("HTTP/1.1 100 Continue\r\n\r\n")) {}
    });
    auto found = failure_of(outgoing_request("POST", interim.url(), endless_pieces()));
    BOOST_TEST((found == errc::malformed_head));
    scripted large(answers_early("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'), left));
    found = failure_of(outgoing_request("POST", large.url(), endless_pieces()));
    BOOST_TEST((found == errc::too_large));
}

BOOST_AUTO_TEST_CASE(an_answer_ends_a_write_that_is_held_up)
{
    std::atomic<bool> done = false;
    scripted upstream(stops_reading(too_large, done));
    std::string const large(30'000'000, 'x');
    asking here;
    expect_too_large(here, outgoing_request("POST", upstream.url(), large));
    expect_too_large(here, outgoing_request("POST", upstream.url(), pieces({large})));
    done = true;
}

BOOST_AUTO_TEST_CASE(an_interim_answer_does_not_end_a_write_that_is_held_up)
{
    std::string const large(10'000'000, 'x');
    scripted upstream([&](peer& client) {
        client.head();
        client.say("HTTP/1.1 102 Processing\r\n\r\n");
        std::this_thread::sleep_for(20ms); // so that it is seen while the write waits
        client.say(with_length(client.exactly(large.size()).size() == large.size() ? "whole" : "cut"));
        client.head();
        client.say(with_length("next"));
    });
    asking here;
    BOOST_TEST(here.ask(outgoing_request("POST", upstream.url(), large)).body == "whole");
    BOOST_TEST(here.ask(outgoing_request("GET", upstream.url())).body == "next"); // on the same connection
    BOOST_TEST(upstream.connections() == 1);
}

BOOST_AUTO_TEST_CASE(an_answer_before_a_reset_is_still_read)
{
    scripted upstream([&](peer& client) {
        client.head();
        client.say(too_large);
        client.leave(); // with octets unread
    });
    asking here;
    expect_too_large(here, outgoing_request("POST", upstream.url(), std::string(30'000'000, 'x')));
}

BOOST_AUTO_TEST_SUITE_END()
