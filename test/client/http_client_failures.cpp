// Upstreams that are slow, broken, dead or liars: each failure has its step and its name.
#include "client/asking.hpp"

#include <framex/coro/sleep.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace framex;
using namespace framex::test;

namespace {

using errc = upstream_errc;

/// Ends the connection after `octets` of an answer.
scripted::script breaks_off_after(std::string octets)
{
    return [octets = std::move(octets)](peer& client) {
        client.head();
        client.say(octets);
    };
}
bool is(std::optional<errc> found, errc wanted) { return found == wanted; }
std::optional<errc> get(scripted const& upstream, client_options const& options = {})
{
    return failure_of(outgoing_request("GET", upstream.url()), options);
}

/// Says nothing, or nothing after `octets`, until the client leaves; that it did is noted.
scripted::script silent_after(std::string octets, std::atomic<bool>& left)
{
    return [octets = std::move(octets), &left](peer& client) {
        client.head();
        client.say(octets);
        left = client.client_leaves();
    };
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_http_client_failures)

BOOST_AUTO_TEST_CASE(nobody_listens)
{
    std::string url;
    {
        scripted gone(answers(""));
        url = gone.url();
    }
    try {
        ask(outgoing_request("GET", url));
        BOOST_TEST(false);
    } catch (upstream_error const& error) {
        BOOST_TEST((error.step() == errc::connect));
        BOOST_TEST((error.cause() == asio::error::connection_refused));
        BOOST_TEST("http://" + error.upstream() == url);
        BOOST_TEST(error.status() == 502);
    }
}

BOOST_AUTO_TEST_CASE(the_answer_breaks_off_at_every_octet_of_its_head)
{
    std::string const head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    for (std::size_t size = 0; size < head.size(); ++size) {
        scripted upstream(breaks_off_after(head.substr(0, size)));
        BOOST_TEST(is(get(upstream), errc::no_answer), size);
    }
}

BOOST_AUTO_TEST_CASE(the_head_is_malformed_or_too_large)
{
    for (char const* head : {"HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 200 OK\nX: y\r\n\r\n", "hello\r\n\r\n",
             "HTTP/1.1 101 Switching Protocols\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"}) {
        scripted upstream(breaks_off_after(head));
        BOOST_TEST(is(get(upstream), errc::malformed_head), head);
    }
    scripted upstream(breaks_off_after("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x')));
    BOOST_TEST(is(get(upstream), errc::too_large));
}

BOOST_AUTO_TEST_CASE(interim_answers_have_an_end)
{
    scripted upstream([](peer& client) {
        client.head();
        while (client.say("HTTP/1.1 100 Continue\r\n\r\n")) {}
    });
    BOOST_TEST(is(get(upstream), errc::malformed_head));
}

BOOST_AUTO_TEST_CASE(the_body_breaks_off)
{
    for (char const* rest : {"Content-Length: 5\r\n\r\nhell", "Content-Length: 5\r\n\r\n",
             "Transfer-Encoding: chunked\r\n\r\n5\r\nhel", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
             "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"}) {
        scripted upstream(breaks_off_after(std::string("HTTP/1.1 200 OK\r\n") + rest));
        BOOST_TEST(is(get(upstream), errc::broken_body), rest);
    }
}

BOOST_AUTO_TEST_CASE(a_reset_is_never_the_end_of_a_body)
{
    scripted upstream([](peer& client) {
        client.head();
        client.say("HTTP/1.1 200 OK\r\n\r\nhello");
        std::this_thread::sleep_for(20ms);
        client.reset();
    });
    BOOST_TEST(is(get(upstream), errc::broken_body));
}

BOOST_AUTO_TEST_CASE(the_chunks_are_malformed)
{
    scripted upstream(breaks_off_after("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"));
    BOOST_TEST(is(get(upstream), errc::malformed_body));
}

BOOST_AUTO_TEST_CASE(the_body_is_larger_than_send_takes)
{
    client_options small;
    small.body_size = 5;
    scripted upstream(answers(with_length("hello!")));
    BOOST_TEST(is(get(upstream, small), errc::too_large));
    small.body_size = 6;
    BOOST_TEST(!get(upstream, small).has_value());
}

BOOST_AUTO_TEST_CASE(each_step_has_its_time_out_and_the_upstream_sees_the_client_leave)
{
    client_options quick;
    quick.head_timeout = 40ms;
    std::atomic<bool> left = false;
    for (char const* part : {"", "HTTP/1.1 200", "HTTP/1.1 102 Processing\r\n\r\n"}) {
        {
            scripted upstream(silent_after(part, left));
            BOOST_TEST(is(get(upstream, quick), errc::head_timeout), part);
        }
        BOOST_TEST(left.exchange(false), part);
    }
    {
        client_options quick_body;
        quick_body.body_timeout = 40ms;
        scripted upstream(silent_after("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", left));
        BOOST_TEST(is(get(upstream, quick_body), errc::body_timeout));
    }
    BOOST_TEST(left);
}

BOOST_AUTO_TEST_CASE(a_body_that_keeps_coming_has_no_time_out_but_the_total_one)
{
    auto const drips = [](peer& client) {
        client.head();
        client.say("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n");
        for (int i = 0; i < 12 && client.say("x"); ++i)
            std::this_thread::sleep_for(100ms);
    };
    client_options options;
    options.body_timeout = 1s; // less than the whole body takes
    options.body_rate = 0;
    scripted upstream(drips);
    BOOST_TEST(!get(upstream, options).has_value());
    options.total_timeout = 300ms;
    BOOST_TEST(is(get(upstream, options), errc::total_timeout));
}

/// Sends an octet every 20 ms until nobody takes it any more, or after two seconds.
scripted::script drips_after(std::string head, std::string octet, std::string end = {})
{
    return [head = std::move(head), octet = std::move(octet), end = std::move(end)](peer& client) {
        client.head();
        client.say(head);
        for (int i = 0; i < 100 && client.say(octet); ++i)
            std::this_thread::sleep_for(20ms);
        client.say(end);
    };
}

BOOST_AUTO_TEST_CASE(a_body_of_known_length_that_drips_runs_out_of_its_time)
{
    client_options options;
    options.body_timeout = 300ms;
    scripted drips(drips_after("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", "x"));
    BOOST_TEST(is(get(drips, options), errc::body_timeout));
    options.body_rate = 10; // it sends about 50 octets a second
    BOOST_TEST(!get(drips, options).has_value());
}

BOOST_AUTO_TEST_CASE(a_body_that_comes_in_bursts_keeps_its_rate_by_all_of_them)
{
    client_options options;
    options.body_timeout = 400ms;
    options.body_rate = 200'000; // of which each burst has for half a second
    scripted upstream([](peer& client) {
        client.head();
        client.say("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
        for (int i = 0; i < 10 && client.say(std::string(100'000, 'x')); ++i)
            std::this_thread::sleep_for(200ms);
    });
    BOOST_TEST(!get(upstream, options).has_value());
}

BOOST_AUTO_TEST_CASE(a_body_of_unknown_length_may_be_a_stream_that_drips)
{
    client_options options;
    options.body_timeout = 300ms;
    scripted drips(
        drips_after("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", "0\r\n\r\n"));
    BOOST_TEST(!get(drips, options).has_value());
}

BOOST_AUTO_TEST_CASE(an_upstream_that_takes_nothing_runs_into_the_write_time_out)
{
    std::atomic<bool> done = false;
    client_options options;
    options.write_timeout = 50ms;
    scripted upstream([&](peer& client) {
        client.head();
        for (int i = 0; i < 2500 && !done; ++i)
            std::this_thread::sleep_for(2ms);
    });
    auto const found =
        failure_of(outgoing_request("POST", upstream.url(), std::string(30'000'000, 'x')), options);
    done = true;
    BOOST_TEST(is(found, errc::write_timeout));
}

BOOST_AUTO_TEST_CASE(a_source_that_fails_or_lies_about_its_size_ends_the_connection)
{
    scripted upstream(answers("")); // the request never comes to its end
    asking here;
    BOOST_CHECK_THROW(here.ask(outgoing_request("PUT", upstream.url(), outgoing_body(pieces({"abc"}), 2))),
        std::invalid_argument);
    BOOST_CHECK_THROW(here.ask(outgoing_request("PUT", upstream.url(), outgoing_body(pieces({"abc"}), 4))),
        std::invalid_argument);
    BOOST_CHECK_THROW(here.ask(outgoing_request("PUT", upstream.url(), failing_pieces())), std::domain_error);
    BOOST_TEST(here.client.idle() == 0U);
}

BOOST_AUTO_TEST_CASE(a_request_that_cannot_be_written_goes_nowhere)
{
    scripted upstream(answers(with_length("ok")));
    auto const with = [&](auto change) {
        outgoing_request request("GET", upstream.url());
        change(request);
        return request;
    };
    for (char const* value : {"a\r\nX: y", "a\nb", "\x01"})
        BOOST_CHECK_THROW(ask(with([&](auto& r) { r.headers.insert("X-A", value); })), std::invalid_argument);
    for (char const* method : {"", "G T", "GET\r\n", "CONNECT"})
        BOOST_CHECK_THROW(ask(with([&](auto& r) { r.method = method; })), std::invalid_argument);
    for (char const* target : {"", "a", "/a b", "/a\r\nb", "/\xc3\xa9", "*"})
        BOOST_CHECK_THROW(ask(with([&](auto& r) { r.target = target; })), std::invalid_argument);
    BOOST_CHECK_THROW(ask(outgoing_request()), std::invalid_argument);
    BOOST_TEST(upstream.connections() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
