#include "client/asking.hpp"
#include "test/run.hpp"

#include <framex/client/sse_client.hpp>
#include <framex/test/clock.hpp>

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;
using test_coro::nothing_left;

namespace {

using errc = upstream_errc;

sse_client_options quick()
{
    sse_client_options options;
    options.retry = 1ms;
    return options;
}

std::string text_of(sse_event const& event) { return event.id + "/" + event.event + "/" + event.data + " "; }

awaitable<void> follow(sse_client* events, std::string* seen)
{
    while (auto event = co_await events->next())
        *seen += text_of(*event);
}

/// All events up to the end of the stream.
std::string followed(
    outgoing_request request, sse_client_options const& options = quick(), client_options const& limits = {})
{
    asking here(limits);
    sse_client events(std::move(request), options, here.client);
    std::string seen;
    here.run(follow(&events, &seen));
    return seen;
}

struct broken_stream {
    std::string seen, message;
    errc step;
};
/// What came before the stream was given up, and why it was.
broken_stream given_up(
    outgoing_request request, sse_client_options const& options = quick(), client_options const& limits = {})
{
    asking here(limits);
    sse_client events(std::move(request), options, here.client);
    broken_stream found{};
    try {
        here.run(follow(&events, &found.seen));
        BOOST_ERROR("the stream came to its end");
    } catch (upstream_error const& error) {
        found.message = error.what();
        found.step = error.step();
    }
    return found;
}

std::string const event_head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n";

} // namespace

BOOST_AUTO_TEST_SUITE(client_sse_client)

BOOST_AUTO_TEST_CASE(events_arrive_in_order_and_the_request_says_what_it_wants)
{
    upstream there;
    there.on("GET", "/e").stream({"data: a\n\nevent: x\nda", "ta: b\ndata: c\n\n"}).answer(204);
    outgoing_request request("GET", there.url("/e?k=v"));
    request.headers.set("Authorization", "Bearer t");
    BOOST_TEST(followed(std::move(request)) == "//a /x/b\nc ");
    auto const asked = there.requests();
    BOOST_TEST_REQUIRE(asked.size() == 2U);
    for (auto const& one : asked) {
        BOOST_TEST(one.target == "/e?k=v");
        BOOST_TEST(one.headers["Accept"] == "text/event-stream");
        BOOST_TEST(one.headers["Cache-Control"] == "no-store");
        BOOST_TEST(one.headers["Authorization"] == "Bearer t");
        BOOST_TEST(one.headers.count("Last-Event-ID") == 0U);
    }
}

BOOST_AUTO_TEST_CASE(it_goes_on_after_the_id_seen_last_and_events_that_were_cut_off_are_not_given)
{
    std::vector<std::string> asked;
    auto const says = [&asked](std::string octets) -> scripted::script {
        return [&asked, octets = std::move(octets)](peer& client) {
            asked.push_back(client.head());
            client.say(octets);
        };
    };
    std::string const to_end = event_head + "\r\n", cut = event_head + "Content-Length: 99\r\n\r\n";
    scripted there({says(to_end + "id: 7\ndata: a\n\n"),
        says(cut + "data: b\n\nid: 8\n\nid: 9\ndata: lost\n"), // the id 8 comes alone
        says(to_end + "data: c\n\nid\ndata: d\n\n"), says("HTTP/1.1 204 No Content\r\n\r\n")});
    outgoing_request request("GET", there.url("/e"));
    request.headers.set("Last-Event-ID", "6");
    BOOST_TEST(followed(std::move(request)) == "7//a 7//b 8//c //d ");
    BOOST_TEST_REQUIRE(asked.size() == 4U);
    for (std::size_t i = 0; i < 3; ++i)
        BOOST_TEST(asked[i].find("Last-Event-ID: " + std::to_string(6 + i) + "\r\n") != std::string::npos);
    BOOST_TEST(asked[3].find("Last-Event-ID") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_id_to_go_on_with_is_that_of_the_event_that_was_given)
{
    upstream there;
    there.on("GET", "/e").stream({"id: 1\ndata: a\n\nid: 2\ndata: b\n\n"}).answer(204);
    asking here;
    sse_client events(outgoing_request("GET", there.url("/e")), quick(), here.client);
    here.run([](sse_client* from) -> awaitable<void> {
        auto first = co_await from->next();
        BOOST_TEST(first->data == "a");
        BOOST_TEST(from->last_event_id() == "1"); // though both have arrived
        auto second = co_await from->next();
        BOOST_TEST(second->id == "2");
        BOOST_TEST(from->last_event_id() == "2");
    }(&events));
}

BOOST_AUTO_TEST_CASE(an_id_that_no_field_can_carry_is_not_sent)
{
    upstream there;
    there.on("GET", "/e").stream({"id: \x01\ndata: a\n\n"}).answer(204);
    BOOST_TEST(followed(outgoing_request("GET", there.url("/e"))) == "\x01//a ");
    BOOST_TEST(there.requests().back().headers.count("Last-Event-ID") == 0U);
}

BOOST_AUTO_TEST_CASE(another_status_or_media_type_ends_it_for_good_and_names_url_status_and_type)
{
    upstream there;
    there.on("GET", "/json").answer(200, "{}");
    there.on("GET", "/gone").answer(410, "gone", {{"Content-Type", "text/plain"}});
    there.on("GET", "/moved").answer(307, "", {{"Location", "/e"}, {"Content-Type", "text/html"}});
    auto const json = given_up(outgoing_request("GET", there.url("/json?key=secret")));
    BOOST_TEST(json.message
        == there.url("/json")
            + " answered 200 with application/json where a stream of events (text/event-stream) was "
              "expected");
    BOOST_TEST((json.step == errc::refused));
    auto const gone = given_up(outgoing_request("GET", there.url("/gone")));
    BOOST_TEST(gone.message.find("/gone answered 410 with text/plain where") != std::string::npos);
    auto const moved = given_up(outgoing_request("GET", there.url("/moved")));
    BOOST_TEST(moved.message.find("/moved answered 307 with text/html where") != std::string::npos);
    BOOST_TEST(there.requests().size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_server_that_restarts_is_asked_again_until_it_has_failed_too_often)
{
    upstream there;
    there.on("GET", "/e").hang_up().answer(503).answer(429).stream({"data: a\n\n"}).answer(502).answer(204);
    there.on("GET", "/down").stream({"data: a\n\n"}).answer(503);
    auto options = quick();
    options.attempts = 4;
    BOOST_TEST(followed(outgoing_request("GET", there.url("/e")), options) == "//a ");
    options.attempts = 3;
    auto const down = given_up(outgoing_request("GET", there.url("/down")), options);
    BOOST_TEST(down.seen == "//a ");
    BOOST_TEST(down.message.find("/down answered 503") != std::string::npos);
    BOOST_TEST(there.requests().size() == 6U + 4U);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_no_get_is_sent_once)
{
    upstream there;
    there.on("POST", "/ask").stream({"data: a\n\n"});
    there.on("POST", "/busy").answer(503);
    BOOST_TEST(followed(outgoing_request("POST", there.url("/ask"), "question")) == "//a ");
    scripted cutting([](peer& client) {
        client.head();
        client.say(event_head + "Content-Length: 99\r\n\r\ndata: b\n\n");
    });
    auto const cut = given_up(outgoing_request("POST", cutting.url(), "question"));
    BOOST_TEST(cut.seen == "//b ");
    BOOST_TEST((cut.step == errc::broken_body));
    BOOST_TEST((given_up(outgoing_request("POST", there.url("/busy"))).step == errc::refused));
    auto const asked = there.requests();
    BOOST_TEST_REQUIRE(asked.size() == 2U);
    BOOST_TEST(cutting.connections() == 1);
    BOOST_TEST(asked.front().body == "question");
}

BOOST_AUTO_TEST_CASE(another_method_is_sent_again_when_that_is_asked_for_and_a_get_is_not_when_not)
{
    upstream there;
    there.on("REPORT", "/e").stream({"data: a\n\n"}).answer(204);
    there.on("GET", "/e").stream({"data: b\n\n"});
    auto options = quick();
    options.reconnects = true;
    BOOST_TEST(followed(outgoing_request("REPORT", there.url("/e"), "body"), options) == "//a ");
    BOOST_TEST(there.requests().at(1).body == "body");
    BOOST_CHECK_THROW(
        sse_client(outgoing_request("PUT", there.url("/e"), pieces({"x"})), options), std::invalid_argument);
    options.reconnects = false;
    BOOST_TEST(followed(outgoing_request("GET", there.url("/e")), options) == "//b ");
    BOOST_TEST(there.requests().size() == 3U);
}

BOOST_AUTO_TEST_CASE(an_event_over_the_limit_ends_it)
{
    upstream there;
    there.on("GET", "/e").stream({"data: a\n\ndata: " + std::string(101, 'x') + "\n\n"});
    auto options = quick();
    options.event_size = 100;
    auto const found = given_up(outgoing_request("GET", there.url("/e")), options);
    BOOST_TEST((found.step == errc::too_large));
    BOOST_TEST(there.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_stream_that_falls_silent_is_broken_and_comments_keep_it_alive)
{
    std::atomic<int> left = 0;
    scripted there({[&](peer& client) {
                        client.head();
                        client.say(event_head + "\r\ndata: a\n\n");
                        for (int i = 0; i < 6; ++i) {
                            std::this_thread::sleep_for(300ms);
                            client.say(": still here\n\n");
                        }
                        client.say("data: b\n\n");
                        left += client.client_leaves();
                    },
        answers("HTTP/1.1 204 No Content\r\n\r\n")});
    client_options limits;
    limits.body_timeout = 1500ms;
    BOOST_TEST(followed(outgoing_request("GET", there.url()), quick(), limits) == "//a //b ");
    BOOST_TEST(there.connections() == 2);
    BOOST_TEST(eventually([&] { return left == 1; }));
    scripted silent([&](peer& client) {
        client.head();
        client.say(event_head + "\r\ndata: a\n\n");
        left += client.client_leaves();
    });
    auto const found = given_up(outgoing_request("POST", silent.url()), quick(), limits);
    BOOST_TEST(found.seen == "//a ");
    BOOST_TEST((found.step == errc::body_timeout));
}

BOOST_AUTO_TEST_CASE(cancelling_and_dropping_close_the_connection)
{
    nothing_left check;
    std::atomic<int> left = 0;
    scripted there([&](peer& client) {
        client.head();
        client.say(event_head + "\r\ndata: a\n\n");
        left += client.client_leaves();
    });
    auto const body = [](std::string url, bool drops) -> awaitable<void> {
        test_coro::counted here;
        sse_client events(outgoing_request("GET", url));
        while (auto event = co_await events.next())
            if (drops)
                co_return;
    };
    BOOST_TEST((test_coro::run_and_cancel(body(there.url(), false)) == asio::error::operation_aborted));
    test_coro::run(body(there.url(), true));
    test_coro::run_and_abandon(body(there.url(), false));
    BOOST_TEST(eventually([&] { return left == 3; }));
}

BOOST_AUTO_TEST_CASE(waiting_to_connect_again_is_cancelled_too)
{
    nothing_left check;
    upstream there;
    there.refuse();
    auto const body = [](std::string url) -> awaitable<void> {
        test_coro::counted here;
        sse_client events(outgoing_request("GET", url));
        co_await events.next();
    };
    BOOST_TEST((test_coro::run_and_cancel(body(there.url())) == asio::error::operation_aborted));
    test_coro::run_and_abandon(body(there.url()));
}

BOOST_AUTO_TEST_CASE(waits_grow_with_each_failure_and_are_bounded)
{
    upstream there;
    there.refuse();
    asio::io_context context(1);
    test::clock clock(context);
    sse_client_options options; // 3 s by default
    options.attempts = 7;
    options.longest_wait = 30s;
    sse_client events(outgoing_request("GET", there.url()), options);
    std::string seen;
    BOOST_CHECK_THROW(test::run(context, follow(&events, &seen)), upstream_error);
    auto const least = 3s + 6s + 12s + 24s + 30s + 30s;
    BOOST_TEST((clock.now() >= least));
    BOOST_TEST((clock.now() < least + least / 4 + 5s)); // with jitter
}

BOOST_AUTO_TEST_CASE(the_server_tells_how_long_to_wait)
{
    upstream there;
    there.on("GET", "/e")
        .stream({"retry: 7000\ndata: a\n\n"})
        .answer(503, "", {{"Retry-After", "20"}})
        .answer(204);
    there.on("GET", "/late").answer(503, "", {{"Retry-After", "3600"}});
    asio::io_context context(1);
    test::clock clock(context);
    sse_client events(outgoing_request("GET", there.url("/e")));
    std::string seen;
    test::run(context, follow(&events, &seen));
    BOOST_TEST(seen == "//a ");
    BOOST_TEST((clock.now() >= 27s));
    BOOST_TEST((clock.now() < 27s + 7s / 4 + 5s));
    auto const late = given_up(outgoing_request("GET", there.url("/late")));
    BOOST_TEST((late.step == errc::refused));
}

BOOST_AUTO_TEST_SUITE_END()
