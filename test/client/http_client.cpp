// What the client makes of answers that are right.
#include "client/asking.hpp"

#include <framex/coro/sleep.hpp>

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;

BOOST_AUTO_TEST_SUITE(client_http_client)

BOOST_AUTO_TEST_CASE(a_request_is_written_as_the_standard_wants_it)
{
    std::string seen;
    scripted upstream([&](peer& client) {
        seen = client.until("hello");
        client.say(with_length("ok"));
    });
    outgoing_request request("POST", upstream.url("/a?b=c"), "hello");
    request.headers.insert("X-One", "1");
    request.headers.insert("Host", "elsewhere");
    request.headers.insert("Content-Length", "99");
    request.headers.insert("Connection", "close");
    request.headers.insert("Expect", "100-continue");
    request.headers.insert("X-One", "2");
    auto const answer = ask(std::move(request));
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.body == "ok");
    BOOST_TEST(seen
        == "POST /a?b=c HTTP/1.1\r\nHost: " + upstream.name()
            + "\r\nX-One: 1\r\nX-One: 2\r\nContent-Length: 5\r\n\r\nhello");
}

BOOST_AUTO_TEST_CASE(an_empty_post_says_that_it_is_empty_and_a_get_says_nothing)
{
    std::vector<std::string> seen;
    scripted upstream([&](peer& client) {
        for (auto head = client.head(); !head.empty(); head = client.head()) {
            seen.push_back(head);
            client.say(with_length("ok"));
        }
    });
    asking here;
    here.ask(outgoing_request("POST", upstream.url()));
    here.ask(outgoing_request("GET", upstream.url()));
    BOOST_TEST(seen.at(0).find("Content-Length: 0\r\n") != std::string::npos);
    BOOST_TEST(seen.at(1).find("Content-Length") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(bodies_are_framed_in_every_way_and_cut_at_every_octet)
{
    std::string const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: "
                                "b\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nT: u\r\n\r\n";
    std::string const to_end = "HTTP/1.0 200 OK\r\nX-A: b\r\n\r\nhello!";
    for (auto const& text : {with_length("hello!", "X-A: b\r\n"), chunked, to_end})
        for (std::size_t cut = 0; cut <= text.size(); cut += 3) {
            scripted upstream([&](peer& client) {
                client.head();
                client.say(text.substr(0, cut));
                std::this_thread::sleep_for(std::chrono::microseconds(300));
                client.say(text.substr(cut));
            });
            auto const answer = ask(outgoing_request("GET", upstream.url()));
            BOOST_TEST_REQUIRE(answer.body == "hello!", cut << " of " << text);
            BOOST_TEST(answer.headers["x-a"] == "b");
        }
}

BOOST_AUTO_TEST_CASE(fields_of_the_connection_stay_behind_and_the_length_is_told_once)
{
    scripted upstream(
        answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: x-gone\r\nX-Gone: 1\r\n"
                "Keep-Alive: timeout=5\r\nContent-Length: 2\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\nok"));
    auto const answer = ask(outgoing_request("GET", upstream.url()));
    std::string names;
    for (auto const& field : answer.headers)
        names += std::string(field.name_string()) + "=" + std::string(field.value()) + ";";
    BOOST_TEST(names == "Content-Length=2;Set-Cookie=a;Set-Cookie=b;");
}

BOOST_AUTO_TEST_CASE(some_answers_have_no_body_whatever_they_announce)
{
    for (int status : {200, 204, 304}) {
        scripted upstream(answers("HTTP/1.1 " + std::to_string(status) + " \r\nContent-Length: 5\r\n\r\n"));
        asking here;
        for (int i = 0; i < 2; ++i) {
            auto const answer = here.ask(outgoing_request(status == 200 ? "HEAD" : "GET", upstream.url()));
            BOOST_TEST(answer.status == status);
            BOOST_TEST(answer.body == "");
            BOOST_TEST(answer.headers["content-length"] == "5");
        }
        BOOST_TEST(upstream.connections() == 1);
    }
}

BOOST_AUTO_TEST_CASE(interim_answers_are_skipped)
{
    std::string const interim = "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n";
    scripted upstream(answers("HTTP/1.1 100 Continue\r\n\r\n" + interim + interim + with_length("ok")));
    BOOST_TEST(ask(outgoing_request("GET", upstream.url())).body == "ok");
}

BOOST_AUTO_TEST_CASE(an_unknown_status_text_and_an_error_status_are_answers)
{
    scripted upstream(answers("HTTP/1.1 503 Not Now\r\nContent-Length: 0\r\n\r\n"));
    BOOST_TEST(ask(outgoing_request("GET", upstream.url())).status == 503);
}

BOOST_AUTO_TEST_CASE(a_form_goes_out_with_its_boundary_and_its_length_when_that_is_known)
{
    upstream there;
    there.on("POST", "/form").answer(200, "{}");
    asking here;
    for (bool is_known : {true, false}) {
        multipart_writer form("B0undary");
        form.add("a", "b");
        if (!is_known)
            form.add_pulled("p", "p.txt", body_reader(pieces({"pul", "led"})));
        here.ask(outgoing_request("POST", there.url("/form"), std::move(form)));
        auto const asked = there.requests().back();
        BOOST_TEST(asked.headers["Content-Type"] == "multipart/form-data; boundary=B0undary");
        BOOST_TEST(asked.headers.count("Content-Length") == (is_known ? 1U : 0U));
        BOOST_TEST(
            asked.body.starts_with("--B0undary\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n"));
        BOOST_TEST(asked.body.ends_with(is_known ? "b\r\n--B0undary--\r\n" : "pulled\r\n--B0undary--\r\n"));
    }
}

BOOST_AUTO_TEST_CASE(a_pulled_body_goes_out_in_chunks_or_with_its_length)
{
    std::string chunked, sized;
    scripted upstream({[&](peer& client) {
                           chunked = client.until("0\r\n\r\n");
                           client.say(with_length("ok"));
                       },
        [&](peer& client) {
            sized = client.head();
            sized += client.exactly(8);
            client.say(with_length("ok"));
        }});
    BOOST_TEST(ask(outgoing_request("PUT", upstream.url(), pieces({"one", "", "three"}))).body == "ok");
    BOOST_TEST(
        chunked.ends_with("\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n5\r\nthree\r\n0\r\n\r\n"));
    outgoing_body known(pieces({"one", "three"}), 8);
    BOOST_TEST(ask(outgoing_request("PUT", upstream.url(), std::move(known))).body == "ok");
    BOOST_TEST(sized.ends_with("\r\nContent-Length: 8\r\n\r\nonethree"));
}

BOOST_AUTO_TEST_CASE(an_interim_answer_does_not_end_an_upload)
{
    std::string seen;
    scripted upstream([&](peer& client) {
        client.head();
        client.say("HTTP/1.1 102 Processing\r\n\r\n");
        seen = client.until("0\r\n\r\n");
        client.say(with_length("ok"));
    });
    BOOST_TEST(ask(outgoing_request("PUT", upstream.url(), slow_pieces(5))).body == "ok");
    BOOST_TEST(seen == "1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_large_text_arrives_whole)
{
    std::string const large(3'000'000, 'x');
    std::size_t size = 0;
    scripted upstream([&](peer& client) {
        client.head();
        size = client.exactly(large.size()).size();
        client.say(with_length("ok"));
    });
    BOOST_TEST(ask(outgoing_request("POST", upstream.url(), large)).body == "ok");
    BOOST_TEST(size == large.size());
}

BOOST_AUTO_TEST_CASE(a_stream_is_handed_on_piece_by_piece)
{
    std::atomic<bool> first_seen = false;
    scripted upstream([&](peer& client) {
        client.head();
        client.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
        for (int i = 0; i < 500 && !first_seen; ++i)
            std::this_thread::sleep_for(2ms);
        client.say(first_seen ? "3\r\ntwo\r\n0\r\n\r\n" : "bad");
    });
    run([](std::string url, std::atomic<bool>& seen) -> awaitable<void> {
        http_client const client;
        auto answer = co_await client.stream(outgoing_request("GET", url));
        auto first = co_await answer.body.next();
        BOOST_TEST(first.value() == "one");
        seen = true;
        auto second = co_await answer.body.next();
        BOOST_TEST(second.value() == "two");
        auto end = co_await answer.body.next();
        BOOST_TEST(!end.has_value());
    }(upstream.url(), first_seen));
}

BOOST_AUTO_TEST_CASE(a_slow_consumer_holds_a_fast_upstream_back)
{
    std::atomic<std::size_t> said = 0;
    std::string const block(65536, 'x');
    scripted upstream([&](peer& client) {
        client.head();
        client.say("HTTP/1.1 200 OK\r\n\r\n");
        while (client.say(block)) // until its buffers and ours are full, and then until the client leaves
            said = client.said();
    });
    run([](std::string url, std::atomic<std::size_t>& sent) -> awaitable<void> {
        http_client const client;
        auto answer = co_await client.stream(outgoing_request("GET", url));
        std::size_t largest = 0;
        for (int i = 0; i < 10; ++i) {
            auto piece = co_await answer.body.next();
            largest = std::max(largest, piece->size());
        }
        BOOST_TEST(largest <= 16384U); // what the client itself reads ahead
        std::size_t before = 1;
        while (before != sent) { // until the upstream stands still
            before = sent;
            co_await sleep_for(30ms);
        }
        BOOST_TEST(sent < 16U << 20); // what the system's buffers take, not more
        for (int i = 0; i < 2000; ++i) {
            auto piece = co_await answer.body.next();
            BOOST_TEST_REQUIRE(!piece->empty());
        }
        co_await sleep_for(5ms);
        BOOST_TEST(sent > before); // and goes on
    }(upstream.url(), said));
}

BOOST_AUTO_TEST_CASE(chunk_extensions_may_come_for_ever_but_not_in_one_chunk)
{
    auto const said = [](std::size_t size) { return "1;" + std::string(size, 'x') + "\r\na\r\n"; };
    std::string const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    std::string many = head;
    for (int i = 0; i < 20; ++i)
        many += said(2000);
    scripted upstream({answers(many + "0\r\n\r\n", 1), answers(head + said(5000))});
    BOOST_TEST(ask(outgoing_request("GET", upstream.url())).body == std::string(20, 'a'));
    BOOST_CHECK_THROW(ask(outgoing_request("GET", upstream.url())), upstream_error);
}

BOOST_AUTO_TEST_SUITE_END()
