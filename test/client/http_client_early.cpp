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

std::string const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// The next chunk of a request, with its framing.
std::string chunk(peer& client)
{
    auto const size = client.until("\r\n");
    return size + client.until("\r\n");
}

/// "0", "1" and so on, each when `wanted` says so.
async_generator<std::string> wanted_pieces(int count, int const* wanted)
{
    counted here;
    for (int i = 0; i < count; ++i) {
        while (*wanted < i)
            co_await sleep_for(1ms);
        co_yield std::to_string(i);
    }
}

/// "abc" once `wanted`, and then a fault.
async_generator<std::string> pieces_that_fail(bool const* wanted)
{
    co_yield "abc";
    while (!*wanted)
        co_await sleep_for(1ms);
    throw std::domain_error("the source is broken");
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

BOOST_AUTO_TEST_CASE(an_answer_and_its_request_go_on_side_by_side)
{
    nothing_left check;
    scripted upstream([](peer& client) {
        client.head();
        client.say(chunked);
        for (int i = 0; i < 5; ++i)
            client.say(chunk(client));
        client.say(chunk(client)); // the last one
        client.head();
        client.say(with_length("next"));
    });
    asking here;
    here.run([](asking* with, std::string url) -> awaitable<void> {
        int wanted = -1;
        outgoing_request request("POST", url, wanted_pieces(5, &wanted));
        auto answer = co_await with->client.stream(std::move(request)); // before the first piece
        BOOST_TEST(answer.status == 200);
        for (int i = 0; i < 5; ++i) {
            wanted = i;
            auto piece = co_await answer.body.next();
            BOOST_TEST(piece.value() == std::to_string(i));
        }
        auto end = co_await answer.body.next();
        BOOST_TEST(!end.has_value());
    }(&here, upstream.url()));
    BOOST_TEST(here.ask(outgoing_request("GET", upstream.url())).body == "next");
    BOOST_TEST(upstream.connections() == 1);
}

BOOST_AUTO_TEST_CASE(neither_side_waits_for_the_other)
{
    std::string const large(20'000'000, 'x');
    std::atomic<std::size_t> taken = 0;
    scripted upstream([&](peer& client) { // says all before it reads anything
        client.head();
        client.say(with_length(large));
        taken += client.exactly(large.size()).size();
    });
    client_options options;
    options.body_size = large.size();
    asking here(options);
    BOOST_TEST(here.ask(outgoing_request("PUT", upstream.url(), large)).body.size() == large.size());
    BOOST_TEST(eventually([&] { return taken == large.size(); }));
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_over_early_ends_with_its_request)
{
    nothing_left check;
    for (auto const* answer : {"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
             "HTTP/1.1 302 Found\r\nContent-Length: 2\r\n\r\nok"}) {
        std::string taken;
        scripted upstream([&](peer& client) {
            client.head();
            client.say(answer);
            taken = client.until("0\r\n\r\n");
            client.head();
            client.say(with_length("next"));
        });
        asking here;
        int const all = 4;
        auto const early = here.ask(outgoing_request("POST", upstream.url(), wanted_pieces(4, &all)));
        BOOST_TEST(early.status / 100 == (early.body.empty() ? 2 : 3));
        BOOST_TEST(counted::live == 0);
        BOOST_TEST(here.ask(outgoing_request("GET", upstream.url())).body == "next");
        BOOST_TEST(taken == "1\r\n0\r\n1\r\n1\r\n1\r\n2\r\n1\r\n3\r\n0\r\n\r\n");
    }
}

BOOST_AUTO_TEST_CASE(the_end_of_an_answer_that_closes_the_connection_ends_the_sending)
{
    nothing_left check;
    for (auto const* answer : {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
             "HTTP/1.1 200 OK\r\n\r\nok"}) {
        scripted upstream([&](peer& client) {
            client.head();
            client.say(answer);
        });
        asking here;
        BOOST_TEST(here.ask(outgoing_request("POST", upstream.url(), silent_pieces())).body == "ok");
        BOOST_TEST(counted::live == 0);
        BOOST_TEST(here.client.idle() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_source_that_fails_breaks_the_answer_that_is_under_way)
{
    std::atomic<bool> left = false;
    for (bool ends_first : {false, true}) {
        scripted upstream(answers_early(
            ends_first ? "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none" : chunked + "3\r\none\r\n", left));
        asking here;
        bool thrown = false;
        here.run([](asking* with, std::string url, bool* failed) -> awaitable<void> {
            bool wanted = false;
            outgoing_request request("POST", url, pieces_that_fail(&wanted));
            auto answer = co_await with->client.stream(std::move(request));
            auto piece = co_await answer.body.next();
            BOOST_TEST(piece.value() == "one");
            wanted = true;
            try {
                co_await answer.body.next();
            } catch (std::domain_error const&) {
                *failed = true;
            }
        }(&here, upstream.url(), &thrown));
        BOOST_TEST(thrown);
        BOOST_TEST(eventually([&] { return left.load(); }));
        left = false;
    }
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_dropped_takes_its_request_with_it)
{
    nothing_left check;
    for (bool pulls : {false, true}) {
        std::atomic<bool> left = false;
        scripted upstream(answers_early(chunked + "3\r\none\r\n", left));
        test_coro::run([](std::string url, bool pulls_first, std::atomic<bool>* gone) -> awaitable<void> {
            http_client const client;
            {
                outgoing_request request("POST", url, silent_pieces());
                auto answer = co_await client.stream(std::move(request));
                if (pulls_first)
                    co_await answer.body.next();
                BOOST_TEST(counted::live == 1); // the source
            }
            BOOST_TEST(eventually([&] { return gone->load(); }));
        }(upstream.url(), pulls, &left));
    }
}

BOOST_AUTO_TEST_CASE(calls_end_while_both_directions_are_open)
{
    nothing_left check;
    std::atomic<bool> left = false;
    auto const body = [](std::string url) -> awaitable<void> {
        http_client const client;
        outgoing_request request("POST", url, silent_pieces());
        auto answer = co_await client.stream(std::move(request));
        while (auto piece = co_await answer.body.next()) {}
    };
    for (auto const& said : {chunked, std::string("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")}) {
        scripted upstream({answers_early(said, left), answers_early(said, left)});
        BOOST_TEST((test_coro::run_and_cancel(body(upstream.url())) == asio::error::operation_aborted));
        BOOST_TEST(eventually([&] { return left.load(); }));
        left = false;
        test_coro::run_and_abandon(body(upstream.url()));
        BOOST_TEST(eventually([&] { return left.load(); }));
        left = false;
    }
}

BOOST_AUTO_TEST_CASE(an_upstream_that_takes_no_more_of_the_request_still_answers)
{
    client_options options;
    options.write_timeout = 1s;
    scripted upstream([](peer& client) {
        client.head();
        client.say(chunked + "3\r\none\r\n");
        std::this_thread::sleep_for(2500ms); // reads nothing meanwhile
        client.say("3\r\ntwo\r\n0\r\n\r\n");
        client.client_leaves();
    });
    asking here(options);
    BOOST_TEST(
        here.ask(outgoing_request("POST", upstream.url(), std::string(30'000'000, 'x'))).body == "onetwo");
    BOOST_TEST(here.client.idle() == 0U);
}

BOOST_AUTO_TEST_CASE(a_slow_reader_of_the_answer_does_not_count_against_the_upstream)
{
    std::string const large(20'000'000, 'x');
    client_options options;
    options.write_timeout = 1s;
    auto const answer = with_length(large);
    scripted upstream([&](peer& client) {
        client.head();
        client.say(answer);
        client.exactly(large.size());
        client.head();
        client.say(with_length("next"));
    });
    asking here(options);
    here.run([](asking* with, std::string url, std::size_t size) -> awaitable<void> {
        outgoing_request request("POST", url, std::string(size, 'y'));
        auto begun = co_await with->client.stream(std::move(request));
        co_await sleep_for(2500ms);
        std::size_t read = 0;
        while (auto piece = co_await begun.body.next())
            read += piece->size();
        BOOST_TEST(read == size);
    }(&here, upstream.url(), large.size()));
    BOOST_TEST(here.ask(outgoing_request("GET", upstream.url())).body == "next"); // all was sent
}

BOOST_AUTO_TEST_SUITE_END()
