// Requests that open a WebSocket: the handshake, the octets of both directions, and every way to an end.
#include "client/asking.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;
using test_coro::counted;
using test_coro::nothing_left;

namespace {

using errc = upstream_errc;

std::string const switching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Content-Length: 0\r\nSec-WebSocket-Accept: abc=\r\n\r\n";

/// What goes out: what the test puts there, until it says that this was all.
struct outbox {
    std::vector<std::string> pieces;
    bool is_closed = false;
    bool was_asked = false;
};

async_generator<std::string> sent_from(std::shared_ptr<outbox> box)
{
    counted here;
    box->was_asked = true;
    for (std::size_t next = 0;;) {
        if (next < box->pieces.size())
            co_yield std::string(box->pieces[next++]);
        else if (box->is_closed)
            co_return;
        else
            co_await sleep_for(1ms);
    }
}

outgoing_request handshake(scripted const& upstream, std::shared_ptr<outbox> box)
{
    outgoing_request made("GET", upstream.url("/ws?a=1"), outgoing_body(sent_from(std::move(box))));
    made.opens_websocket = true;
    made.headers.set("Sec-WebSocket-Key", "a2V5");
    made.headers.set("Upgrade", "h2c");
    made.headers.set("Connection", "close");
    return made;
}

/// Reads the answer until `size` octets have come, or to its end.
awaitable<std::string> octets_of(streamed_response& answer, std::size_t size)
{
    std::string all;
    while (all.size() < size) {
        auto piece = co_await answer.body.next();
        if (!piece)
            break;
        all += *piece;
    }
    co_return all;
}
constexpr std::size_t all_of_it = std::string::npos;

/// The answer to the request, and what comes of it until its end.
awaitable<void> read_all_of(http_client client, outgoing_request request, int* status, std::string* octets)
{
    auto answer = co_await client.stream(std::move(request));
    *status = answer.status;
    *octets = co_await octets_of(answer, all_of_it);
}

/// The step at which a tunnel breaks that nobody sends anything through but `pieces`.
std::optional<errc> breaks_at(
    scripted::script script, std::vector<std::string> pieces, client_options const& options = {})
{
    scripted upstream(std::move(script));
    asking here(options);
    auto const box = std::make_shared<outbox>();
    box->pieces = std::move(pieces);
    int status = 0;
    std::string octets;
    try {
        here.run(read_all_of(here.client, handshake(upstream, box), &status, &octets));
        return std::nullopt;
    } catch (upstream_error const& error) {
        return error.step();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_client_websocket)

BOOST_AUTO_TEST_CASE(the_octets_of_both_sides_go_on_as_they_are)
{
    nothing_left const check;
    std::string head, heard;
    scripted upstream([&](peer& client) {
        head = client.head();
        client.say(switching + "hello");
        heard = client.exactly(3);
        client.say("5\r\nno chunk");
        heard += client.until("end");
    });
    asking here;
    auto const box = std::make_shared<outbox>();
    auto const talk = [](http_client client, outgoing_request request,
                          std::shared_ptr<outbox> out) -> awaitable<void> {
        auto answer = co_await client.stream(std::move(request));
        BOOST_TEST(answer.status == 101);
        BOOST_TEST(answer.headers["Sec-WebSocket-Accept"] == "abc=");
        for (char const* own : {"Upgrade", "Connection", "Content-Length"})
            BOOST_TEST(answer.headers.count(own) == 0U, own);
        auto seen = co_await octets_of(answer, 5);
        BOOST_TEST(seen == "hello");
        out->pieces = {"a", "", "bc"};
        seen = co_await octets_of(answer, 11);
        BOOST_TEST(seen == "5\r\nno chunk");
        out->pieces.push_back("end");
        seen = co_await octets_of(answer, all_of_it);
        BOOST_TEST(seen == "");
    };
    here.run(talk(here.client, handshake(upstream, box), box));
    BOOST_TEST(head.starts_with("GET /ws?a=1 HTTP/1.1\r\n"));
    BOOST_TEST(head.ends_with("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"));
    BOOST_TEST(head.find("\r\nSec-WebSocket-Key: a2V5\r\n") != head.npos);
    for (char const* absent : {"h2c", "close", "Content-Length", "Transfer-Encoding"})
        BOOST_TEST(head.find(absent) == head.npos, absent);
    BOOST_TEST(heard == "abcend");
    BOOST_TEST(here.client.idle() == 0U);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_split_anywhere_is_the_same)
{
    nothing_left const check;
    std::string const octets = "HTTP/1.1 102 Processing\r\n\r\n" + switching + "hi";
    std::atomic<int> connection = 0;
    scripted upstream([&](peer& client) {
        client.head();
        auto const at = static_cast<std::size_t>(++connection) % octets.size();
        client.say(octets.substr(0, at));
        std::this_thread::sleep_for(1ms);
        client.say(octets.substr(at));
    });
    asking here;
    for (std::size_t i = 0; i < octets.size(); ++i) {
        int status = 0;
        std::string seen;
        here.run(read_all_of(here.client, handshake(upstream, std::make_shared<outbox>()), &status, &seen));
        BOOST_TEST_REQUIRE(status == 101, i);
        BOOST_TEST_REQUIRE(seen == "hi", i);
    }
}

BOOST_AUTO_TEST_CASE(any_other_answer_is_an_ordinary_one_and_the_connection_is_used_again)
{
    nothing_left const check;
    scripted upstream([](peer& client) {
        for (char const* answer : {"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno",
                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n"}) {
            client.head();
            client.say(answer);
        }
        BOOST_TEST(client.head().starts_with("GET /plain HTTP/1.1\r\n"));
        client.say(with_length("plain"));
    });
    asking here;
    auto const box = std::make_shared<outbox>();
    box->pieces = {"never"};
    auto const refused = here.ask(handshake(upstream, box));
    BOOST_TEST(refused.status == 403);
    BOOST_TEST(refused.body == "no");
    BOOST_TEST(here.ask(handshake(upstream, box)).body == "yes");
    BOOST_TEST(here.ask(outgoing_request("GET", upstream.url("/plain"))).body == "plain");
    BOOST_TEST(upstream.connections() == 1);
    BOOST_TEST(!box->was_asked);
}

BOOST_AUTO_TEST_CASE(a_101_that_nobody_has_asked_for_is_refused)
{
    nothing_left const check;
    scripted plain(answers(switching));
    BOOST_CHECK((failure_of(outgoing_request("GET", plain.url("/"))) == errc::malformed_head));
    for (char const* fields : {"", "Upgrade: h2c\r\n", "Connection: Upgrade\r\n"}) {
        scripted upstream(answers("HTTP/1.1 101 Switching Protocols\r\n" + std::string(fields) + "\r\n"));
        auto const box = std::make_shared<outbox>();
        BOOST_CHECK((failure_of(handshake(upstream, box)) == errc::malformed_head));
        BOOST_TEST(!box->was_asked, fields);
    }
}

BOOST_AUTO_TEST_CASE(only_a_get_opens_one)
{
    scripted upstream(answers(switching));
    auto request = handshake(upstream, std::make_shared<outbox>());
    request.method = "POST";
    BOOST_CHECK_THROW(ask(std::move(request)), std::invalid_argument);
    BOOST_TEST(upstream.connections() == 0);
}

BOOST_AUTO_TEST_CASE(a_pooled_connection_that_had_died_is_replaced)
{
    scripted upstream({[](peer& client) {
                           client.head();
                           client.say(with_length("one"));
                       },
        [](peer& client) {
            client.head();
            client.say(switching + "two");
        }});
    asking here;
    here.ask(outgoing_request("GET", upstream.url("/")));
    int status = 0;
    std::string octets;
    here.run(read_all_of(here.client, handshake(upstream, std::make_shared<outbox>()), &status, &octets));
    BOOST_TEST(status == 101);
    BOOST_TEST(octets == "two");
}

BOOST_AUTO_TEST_CASE(the_end_of_what_goes_out_is_the_end_of_both)
{
    nothing_left const check;
    std::string heard;
    std::atomic<bool> left = false;
    scripted upstream([&](peer& client) {
        client.head();
        client.say(switching);
        heard = client.exactly(1 << 20);
        left = client.client_leaves();
    });
    auto const box = std::make_shared<outbox>();
    box->pieces = {std::string(1 << 20, 'x')};
    box->is_closed = true;
    int status = 0;
    std::string octets;
    asking here;
    here.run(read_all_of(here.client, handshake(upstream, box), &status, &octets));
    BOOST_TEST(octets == "");
    BOOST_TEST(eventually([&] { return left.load(); }));
    BOOST_TEST(heard.size() == 1U << 20);
}

BOOST_AUTO_TEST_CASE(what_the_upstream_says_at_the_end_of_what_goes_out_still_comes)
{
    nothing_left const check;
    std::string heard;
    std::atomic<bool> left = false;
    scripted upstream([&](peer& client) {
        client.head();
        client.say(switching + std::string(200'000, 'y'));
        heard = client.exactly(100'000);
        left = client.client_leaves();
        client.say("bye");
    });
    auto const box = std::make_shared<outbox>();
    box->pieces = {std::string(100'000, 'x')};
    box->is_closed = true;
    auto const read_late = [](http_client client, outgoing_request request,
                               std::atomic<bool>* has_left) -> awaitable<void> {
        auto answer = co_await client.stream(std::move(request));
        auto first = co_await answer.body.next();
        for (int i = 0; i < 2'000 && !*has_left; ++i)
            co_await sleep_for(1ms); // much is still unread here when all has gone
        BOOST_TEST(*has_left);
        BOOST_TEST_REQUIRE(first.has_value());
        auto const rest = co_await octets_of(answer, all_of_it);
        BOOST_TEST(first->size() + rest.size() == 200'003U);
        BOOST_TEST(rest.ends_with("ybye"));
    };
    asking here;
    here.run(read_late(here.client, handshake(upstream, box), &left));
    BOOST_TEST(heard.size() == 100'000U);
}

BOOST_AUTO_TEST_CASE(an_upstream_that_stays_after_the_end_of_what_goes_out_is_left)
{
    nothing_left const check;
    std::atomic<bool> done = false;
    scripted upstream([&](peer& client) {
        client.head();
        client.say(switching);
        while (!done)
            std::this_thread::sleep_for(2ms);
    });
    auto const box = std::make_shared<outbox>();
    box->is_closed = true;
    client_options options;
    options.body_timeout = 60ms;
    int status = 0;
    std::string octets = "not yet";
    asking here(options);
    here.run(read_all_of(here.client, handshake(upstream, box), &status, &octets));
    done = true;
    BOOST_TEST(octets == "");
}

BOOST_AUTO_TEST_CASE(the_end_of_the_other_side_ends_the_source)
{
    nothing_left const check;
    scripted upstream([](peer& client) {
        client.head();
        client.say(switching + std::string(100'000, 'y'));
    });
    auto const box = std::make_shared<outbox>(); // gives nothing, for ever
    int status = 0;
    std::string octets;
    asking here;
    here.run(read_all_of(here.client, handshake(upstream, box), &status, &octets));
    BOOST_TEST(octets.size() == 100'000U);
    BOOST_TEST(box->was_asked);
}

BOOST_AUTO_TEST_CASE(whoever_drops_the_answer_closes_the_connection)
{
    nothing_left const check;
    std::atomic<bool> left = false;
    scripted upstream([&](peer& client) {
        client.head();
        client.say(switching + "x");
        left = client.client_leaves();
    });
    auto const drop = [](http_client client, outgoing_request request) -> awaitable<void> {
        auto answer = co_await client.stream(std::move(request));
        auto const first = co_await octets_of(answer, 1);
        BOOST_TEST(first == "x");
    };
    asking here;
    here.run(drop(here.client, handshake(upstream, std::make_shared<outbox>())));
    BOOST_TEST(eventually([&] { return left.load(); }));
}

BOOST_AUTO_TEST_CASE(a_context_may_die_within_a_tunnel)
{
    nothing_left const check;
    scripted upstream([](peer& client) {
        client.head();
        client.say(switching + "x");
        client.client_leaves();
    });
    http_client const client;
    auto const call = [](http_client const* with, outgoing_request request,
                          bool* has_begun) -> awaitable<void> {
        counted alive;
        auto answer = co_await with->stream(std::move(request));
        co_await answer.body.next();
        *has_begun = true;
        co_await answer.body.next();
    };
    bool has_begun = false;
    auto const box = std::make_shared<outbox>();
    asio::io_context context(1);
    asio::co_spawn(context, call(&client, handshake(upstream, box), &has_begun), [](std::exception_ptr) {});
    BOOST_TEST(eventually([&] {
        context.poll();
        return has_begun && box->was_asked;
    }));
    BOOST_TEST(counted::live == 2); // the call and the source
}

BOOST_AUTO_TEST_CASE(silence_is_no_fault_but_an_upstream_that_takes_nothing_is)
{
    nothing_left const check;
    client_options options;
    options.body_timeout = options.head_timeout = options.write_timeout = 60ms;
    scripted silent([](peer& client) {
        client.head();
        client.say(switching);
        std::this_thread::sleep_for(250ms);
        client.say("late");
    });
    asking here(options);
    int status = 0;
    std::string octets;
    here.run(read_all_of(here.client, handshake(silent, std::make_shared<outbox>()), &status, &octets));
    BOOST_TEST(octets == "late");

    std::atomic<bool> done = false;
    auto const takes_nothing = [&](peer& client) {
        client.head();
        client.say(switching);
        while (!done)
            std::this_thread::sleep_for(2ms);
    };
    std::thread later([&] {
        std::this_thread::sleep_for(1s);
        done = true;
    });
    std::vector<std::string> const much(100, std::string(1 << 20, 'x'));
    BOOST_CHECK((breaks_at(takes_nothing, much, options) == errc::write_timeout));
    later.join();
}

BOOST_AUTO_TEST_CASE(an_upstream_that_resets_has_broken_off)
{
    nothing_left const check;
    auto const resets = [](peer& client) {
        client.head();
        client.say(switching);
        client.exactly(1);
        client.reset();
    };
    BOOST_CHECK((breaks_at(resets, {"x"}) == errc::broken_body));
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_not_read_holds_the_upstream_back)
{
    std::atomic<std::size_t> said = 0;
    std::atomic<bool> ended = false;
    scripted upstream([&](peer& client) {
        client.head();
        client.say(switching);
        std::string const piece(1 << 16, 'x');
        while (client.say(piece))
            said = client.said();
        ended = true;
    });
    auto const wait = [](http_client client, outgoing_request request,
                          std::atomic<std::size_t>* count) -> awaitable<void> {
        auto answer = co_await client.stream(std::move(request));
        std::size_t before = 1;
        while (before != *count || before == 0) { // until nothing moves any more
            before = *count;
            co_await sleep_for(50ms);
        }
        BOOST_TEST(before < 32U << 20); // what the sockets hold
    };
    asking here;
    here.run(wait(here.client, handshake(upstream, std::make_shared<outbox>()), &said));
    BOOST_TEST(eventually([&] { return ended.load(); }));
}

BOOST_AUTO_TEST_SUITE_END()
