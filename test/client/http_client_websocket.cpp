// Requests that open a WebSocket: the handshake, and the octets of both directions.
#include "client/tunnels.hpp"

using namespace framex;
using namespace framex::test;

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

BOOST_AUTO_TEST_SUITE_END()
