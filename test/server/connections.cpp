// Messages on one connection: pieces, pipelines, bodies, limits, deadlines.
#include "hostile.hpp"
#include "sample.hpp"
#include "served.hpp"

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;

namespace {
std::string const post_head = "POST /api/v1/take HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
std::string const small_body = R"({"name":"abc","size":7})";
std::string const sized_post = post_head + "Content-Length: 23\r\n\r\n" + small_body;
std::string const chunked_post = post_head + "Transfer-Encoding: chunked\r\n\r\n" + "5\r\n"
    + small_body.substr(0, 5) + "\r\n12;x=1\r\n" + small_body.substr(5) + "\r\n0\r\nX-Trailer: t\r\n\r\n";
} // namespace

BOOST_AUTO_TEST_SUITE(connections)

BOOST_AUTO_TEST_CASE(requests_split_at_every_octet_are_answered)
{
    served<sample> service;
    for (auto const& request : {sized_post, chunked_post}) {
        raw_client client(service.port());
        for (std::size_t at = 1; at < request.size(); ++at) {
            client.send(request.substr(0, at));
            std::this_thread::sleep_for(std::chrono::microseconds(200));
            client.send(request.substr(at));
            auto const reply = client.answer();
            BOOST_REQUIRE_MESSAGE(has(reply, R"("data":{"name":"abc","size":7}})"), at << ": " << reply);
        }
    }
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order)
{
    served<sample> service;
    raw_client client(service.port());
    std::string all;
    for (int i = 0; i < 200; ++i)
        all += i % 3 == 0 ? sized_post
            : i % 3 == 1  ? chunked_post
                          : "GET /api/v1/say?text=" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    client.send(all);
    for (int i = 0; i < 200; ++i) {
        auto const reply = client.answer();
        auto const wanted = i % 3 == 2 ? "\"" + std::to_string(i) + "\"" : std::string(R"("name":"abc")");
        BOOST_REQUIRE_MESSAGE(has(reply, wanted), i << ": " << reply);
    }
}

BOOST_AUTO_TEST_CASE(a_long_body_in_many_pieces_arrives_whole)
{
    served<sample> service;
    std::string const name(3'000'000, 'n');
    std::string const body = R"({"name":")" + name + R"("})";
    raw_client client(service.port());
    client.send(post_head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n");
    client.send(body);
    BOOST_TEST(client.answer().size() > name.size());
}

BOOST_AUTO_TEST_CASE(a_client_that_expects_100_continue_gets_it_only_for_a_wanted_body)
{
    served<sample> service;
    raw_client client(service.port());
    client.send(post_head + "Content-Length: 23\r\nExpect: 100-continue\r\n\r\n");
    BOOST_TEST(client.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send(small_body);
    BOOST_TEST(has(client.answer(), R"("name":"abc")"));

    client.send(
        "POST /api/v1/nope HTTP/1.1\r\nHost: a\r\nContent-Length: 23\r\nExpect: 100-continue\r\n\r\n");
    auto const refused = client.to_end();
    BOOST_TEST(refused.starts_with("HTTP/1.1 404 "));
    BOOST_TEST(has(refused, "Connection: close"));
}

BOOST_AUTO_TEST_CASE(a_refused_small_body_is_dropped_and_the_connection_stays)
{
    served<sample> service;
    raw_client client(service.port());
    client.send("POST /api/v1/nope HTTP/1.1\r\nHost: a\r\nContent-Length: 23\r\n\r\n");
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 404 "));
    client.send(small_body + "GET /api/v1/say HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_is_413)
{
    settings configuration;
    configuration.server.limits.body_size = size_setting(1000);
    served<sample> service(configuration);
    std::string const body = R"({"name":")" + std::string(2000, 'n') + R"("})";
    BOOST_TEST(ask(service.port(), "POST /api/v1/take", body).starts_with("HTTP/1.1 413 "));
    raw_client client(service.port());
    client.send(post_head + "Transfer-Encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, 'n'));
    BOOST_TEST(client.to_end().starts_with("HTTP/1.1 413 "));
}

BOOST_AUTO_TEST_CASE(the_last_answer_before_a_close_says_so)
{
    served<sample> service;
    raw_client client(service.port());
    client.send("GET /api/v1/say HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
    BOOST_TEST(has(client.answer(), "\r\nConnection: keep-alive\r\n"));
    client.send("GET /api/v1/say HTTP/1.0\r\n\r\n");
    BOOST_TEST(has(client.to_end(), "\r\nConnection: close\r\n"));
}

BOOST_AUTO_TEST_CASE(a_half_closed_client_is_answered)
{
    served<sample> service;
    raw_client client(service.port());
    client.send("GET /api/v1/say?text=a HTTP/1.1\r\nHost: a\r\n\r\nGET /api/v1/say?text=b HTTP/1.1\r\nHost: "
                "a\r\n\r\n");
    client.finish_sending();
    auto const all = client.to_end();
    BOOST_TEST(has(all, "\"a\"}"));
    BOOST_TEST(has(all, "\"b\"}"));
}

BOOST_AUTO_TEST_CASE(a_head_that_does_not_come_to_an_end_is_408)
{
    settings configuration;
    configuration.server.limits.head_timeout = 200ms;
    served<sample> service(configuration);
    raw_client client(service.port());
    client.send("GET /api/v1/say HTTP/1.1\r\nHos");
    BOOST_TEST(client.to_end().starts_with("HTTP/1.1 408 "));
}

BOOST_AUTO_TEST_CASE(a_body_that_drips_is_408)
{
    settings configuration;
    configuration.server.limits.body_timeout = 300ms;
    configuration.server.limits.body_rate = size_setting(1000);
    served<sample> service(configuration);
    raw_client client(service.port());
    client.send(post_head + "Content-Length: 2300\r\n\r\n");
    std::string got;
    for (int i = 0; i < 1000 && got.empty(); ++i) { // 100 octets a second: too slow, but never silent
        client.send("x");
        std::this_thread::sleep_for(10ms);
        got = client.at_hand();
    }
    BOOST_TEST(got.starts_with("HTTP/1.1 408 "));
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_without_a_word)
{
    settings configuration;
    configuration.server.limits.keep_alive = 200ms;
    served<sample> service(configuration);
    raw_client client(service.port());
    client.send("GET /api/v1/say HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 200 "));
    BOOST_TEST(client.to_end().empty());
}

BOOST_AUTO_TEST_CASE(a_handler_that_takes_too_long_is_cancelled_and_answered_504)
{
    settings configuration;
    configuration.server.limits.handler_timeout = 200ms;
    served<sample> service(configuration);
    int const before = seen().unwound;
    raw_client client(service.port());
    client.send("GET /api/v1/wait?ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 504 "));
    BOOST_TEST(seen().unwound == before + 1);
    client.send("GET /api/v1/say HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_cancels_its_handler)
{
    served<sample> service;
    int const before = seen().unwound;
    seen().waiting = false;
    raw_client client(service.port());
    client.send("GET /api/v1/wait?ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(eventually([] { return seen().waiting.load(); }));
    client.leave();
    BOOST_TEST(eventually([&] { return seen().unwound == before + 1; }));
}

BOOST_AUTO_TEST_CASE(earlier_pipelined_answers_do_not_wait_for_a_slow_one)
{
    served<sample> service;
    raw_client client(service.port());
    client.send("GET /api/v1/say?text=now HTTP/1.1\r\nHost: a\r\n\r\nGET /api/v1/wait?ms=60000 "
                "HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(has(client.answer(), "\"now\""));
}

BOOST_AUTO_TEST_CASE(too_many_requests_in_flight_are_503_with_retry_after)
{
    settings configuration;
    configuration.server.limits.requests_in_flight = 1;
    served<sample> service(configuration);
    seen().waiting = false;
    raw_client first(service.port());
    first.send("GET /api/v1/wait?ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(eventually([] { return seen().waiting.load(); }));
    auto const refused = ask(service.port(), "GET /api/v1/say");
    BOOST_TEST(refused.starts_with("HTTP/1.1 503 "));
    BOOST_TEST(has(refused, "\r\nRetry-After: 1\r\n"));
    BOOST_TEST(ask(service.port(), "GET /api/v1/events").starts_with("HTTP/1.1 503 "));
    BOOST_TEST(ask(service.port(), "GET /healthz").starts_with("HTTP/1.1 200 ")); // answered at once
}

BOOST_AUTO_TEST_CASE(clients_that_leave_their_handlers_give_back_their_places)
{
    settings configuration;
    configuration.server.limits.requests_in_flight = 1;
    served<sample> service(configuration);
    int const before = seen().unwound;
    seen().waiting = false;
    raw_client client(service.port());
    client.send("GET /api/v1/wait?ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(eventually([] { return seen().waiting.load(); }));
    client.leave();
    BOOST_TEST(eventually([&] { return seen().unwound == before + 1; }));
    BOOST_TEST(ask(service.port(), "GET /api/v1/say").starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(a_handler_that_outlives_its_time_out_does_not_change_later_answers)
{
    settings configuration;
    configuration.server.limits.handler_timeout = 200ms;
    served<sample, hostile> service(configuration);
    raw_client client(service.port());
    client.send("GET /api/v1/stubborn HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(has(client.answer(), "\"finished\""));
    client.send("GET /api/v1/fail?kind=http HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 418 "));
}

BOOST_AUTO_TEST_CASE(issues_of_a_refused_request_do_not_reach_the_next_one)
{
    served<sample, hostile> service;
    raw_client client(service.port());
    client.send("POST /api/v1/counted?number=x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 415 "));
    client.send("GET /api/v1/say HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(a_refusal_after_a_head_request_has_its_body)
{
    settings configuration;
    configuration.server.limits.head_timeout = 200ms;
    served<sample> service(configuration);
    for (auto const* rest : {"GET /%zz\r\n\r\n", "GET / HTTP/1.1\r\nHos"}) {
        raw_client client(service.port());
        client.send("HEAD /api/v1/say HTTP/1.1\r\nHost: a\r\n\r\n");
        client.until("\r\n\r\n");
        client.send(rest);
        auto const refusal = client.to_end();
        BOOST_TEST(has(refusal, "HTTP/1.1 40"));
        BOOST_TEST(body_of(refusal).starts_with("{"));
    }
}

BOOST_AUTO_TEST_CASE(a_refused_head_request_gets_no_content)
{
    settings configuration;
    configuration.server.limits.head_timeout = 200ms;
    served<sample> service(configuration);
    for (auto const* request : {"HEAD /api/v1/say HTTP/1.1\r\n\r\n", "\r\nHEAD / HTTP/2.0\r\n", "HEAD /\xff",
             "HEAD / HTTP/1.1\r\nExpect: a\r\nHost: a\r\n\r\n", "HEAD / HTTP/1.1\r\nHos"}) {
        raw_client client(service.port());
        client.send(request);
        auto const refusal = client.to_end();
        BOOST_TEST(refusal.starts_with("HTTP/1.1 "), refusal);
        BOOST_TEST(refusal.ends_with("\r\n\r\n"), refusal);
        BOOST_TEST(has(refusal, "Connection: close\r\n"), refusal);
    }
}

BOOST_AUTO_TEST_CASE(a_dropped_body_that_does_not_come_gets_no_second_answer)
{
    settings configuration;
    configuration.server.limits.body_timeout = 200ms;
    served<sample> service(configuration);
    raw_client client(service.port());
    client.send("POST /api/v1/nope HTTP/1.1\r\nHost: a\r\nContent-Length: 23\r\n\r\n");
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 404 "));
    BOOST_TEST(client.to_end().empty());
}

BOOST_AUTO_TEST_CASE(a_status_that_ends_no_exchange_is_500)
{
    served<sample, hostile> service;
    for (auto const* code : {"-1", "0", "99", "100", "101", "199", "600", "999", "1000", "70000"})
        for (auto const* way : {"status", "raise"}) {
            raw_client client(service.port());
            client.send("GET /api/v1/" + std::string(way) + "?code=" + code
                + " HTTP/1.1\r\nHost: a\r\n\r\nGET /api/v1/say HTTP/1.1\r\nHost: a\r\n\r\n");
            BOOST_TEST(client.answer().starts_with("HTTP/1.1 500 "), way << code);
            BOOST_TEST(client.answer().starts_with("HTTP/1.1 200 "), way << code);
        }
}

BOOST_AUTO_TEST_CASE(statuses_without_content_are_sent_without_any)
{
    served<sample, hostile> service;
    for (auto const* code : {"204", "205", "304"})
        for (auto const* way : {"status", "raise"}) {
            raw_client client(service.port());
            client.send("GET /api/v1/" + std::string(way) + "?code=" + code
                + " HTTP/1.1\r\nHost: a\r\n\r\nGET /api/v1/say?text=behind HTTP/1.1\r\nHost: a\r\n\r\n");
            BOOST_TEST(client.until("\r\n\r\n").starts_with("HTTP/1.1 " + std::string(code)));
            auto const behind = client.answer();
            BOOST_TEST(behind.starts_with("HTTP/1.1 200 "), way << code << ": " << behind);
        }
}

BOOST_AUTO_TEST_CASE(fields_of_a_raised_error_cannot_frame_its_answer)
{
    served<sample, hostile> service;
    auto const raised = ask(service.port(), "GET /api/v1/raise?code=409");
    BOOST_TEST(has(raised, "\r\nX-Kept: yes\r\n"));
    BOOST_TEST(!has(raised, "Content-Length: 3\r\n"));
    BOOST_TEST(!has(raised, "Connection: x\r\n"));
    BOOST_TEST(!has(raised, "Transfer-Encoding"));
    BOOST_TEST(!has(raised, "text/html"));
}

BOOST_AUTO_TEST_CASE(the_time_that_a_slow_reader_took_is_not_its_idle_time)
{
    settings configuration;
    configuration.server.limits.keep_alive = 2s;
    served<sample, hostile> service(configuration);
    raw_client client(service.port());
    client.send("GET /api/v1/big?size=30000000 HTTP/1.1\r\nHost: a\r\n\r\n");
    std::this_thread::sleep_for(2500ms); // longer than the server waits for the next request
    BOOST_TEST(client.answer().size() > 30'000'000u);
    client.send("GET /api/v1/say HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(many_that_leave_in_the_middle_are_forgotten)
{
    settings configuration;
    configuration.server.limits.requests_in_flight = 1;
    served<sample> service(configuration);
    for (int round = 0; round < 300; ++round) {
        raw_client client(service.port());
        client.send(
            std::string_view(sized_post).substr(0, 1 + static_cast<std::size_t>(round) % sized_post.size()));
    }
    BOOST_TEST(ask(service.port(), "GET /api/v1/say").starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_SUITE_END()
