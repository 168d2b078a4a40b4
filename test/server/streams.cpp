// Streams: framing, back-pressure, failures, clients that leave.
#include "hostile.hpp"
#include "sample.hpp"
#include "served.hpp"

#include <framex/plugin/rate_limit.hpp>

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(streams)

BOOST_AUTO_TEST_CASE(events_come_one_chunk_each_and_the_connection_lives_on)
{
    served<sample> service;
    raw_client client(service.port());
    client.send(
        "GET /api/v1/events?count=2 HTTP/1.1\r\nHost: a\r\n\r\nGET /api/v1/say HTTP/1.1\r\nHost: a\r\n\r\n");
    auto const head = client.until("\r\n\r\n");
    BOOST_TEST(has(head, "\r\nContent-Type: text/event-stream; charset=utf-8\r\n"));
    BOOST_TEST(has(head, "\r\nTransfer-Encoding: chunked\r\n"));
    BOOST_TEST(has(head, "\r\nCache-Control: no-store\r\n"));
    auto const body = client.until("0\r\n\r\n");
    BOOST_TEST(body
        == "00000015\r\nevent: tick\ndata: 0\n\n\r\n00000015\r\nevent: tick\ndata: 1\n\n\r\n"
           "00000016\r\nevent: finish\ndata: \n\n\r\n0\r\n\r\n");
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(a_silent_event_stream_says_that_it_lives)
{
    settings configuration;
    configuration.server.limits.stream_keep_alive = 100ms;
    served<sample> service(configuration);
    raw_client client(service.port());
    client.send("GET /api/v1/events?count=1&ms=1000 HTTP/1.1\r\nHost: a\r\n\r\n");
    client.until("data: 0\n\n\r\n");
    std::string const comment = "0000000e\r\n: keep-alive\n\n\r\n";
    auto silence = client.until("event: finish");
    int comments = 0;
    for (; silence.starts_with(comment); silence.erase(0, comment.size()))
        ++comments;
    BOOST_TEST(comments >= 2, silence);
    BOOST_TEST(silence == "00000016\r\nevent: finish");
}

BOOST_AUTO_TEST_CASE(other_streams_are_silent_and_so_are_events_without_a_keep_alive)
{
    settings configuration;
    configuration.server.limits.stream_keep_alive = 100ms;
    served<sample> texts(configuration);
    BOOST_TEST(body_of(ask(texts.port(), "GET /api/v1/letters?ms=500"))
        == "00000001\r\na\r\n00000001\r\nb\r\n0\r\n\r\n");
    configuration.server.limits.stream_keep_alive = 0ms;
    served<sample> events(configuration);
    BOOST_TEST(!has(ask(events.port(), "GET /api/v1/events?count=1&ms=500"), "keep-alive\n"));
}

BOOST_AUTO_TEST_CASE(an_http_1_0_client_gets_the_stream_delimited_by_the_close)
{
    served<sample> service;
    raw_client client(service.port());
    client.send("GET /api/v1/events?count=1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    auto const all = client.to_end();
    BOOST_TEST(!has(all, "Transfer-Encoding"));
    BOOST_TEST(has(all, "\r\nConnection: close\r\n"));
    BOOST_TEST(body_of(all) == "event: tick\ndata: 0\n\nevent: finish\ndata: \n\n");
}

BOOST_AUTO_TEST_CASE(the_head_of_a_stream_has_no_body)
{
    served<sample> service;
    int const before = seen().yielded;
    BOOST_TEST(body_of(ask(service.port(), "HEAD /api/v1/events?count=3")).empty());
    BOOST_TEST(seen().yielded == before);
}

BOOST_AUTO_TEST_CASE(models_become_json_lines)
{
    served<sample> service;
    auto const all = ask(service.port(), "GET /api/v1/things?count=2");
    BOOST_TEST(has(all, "\r\nContent-Type: application/x-ndjson\r\n"));
    BOOST_TEST(has(all, "{\"name\":\"n0\",\"size\":1}\n\r\n"));
}

BOOST_AUTO_TEST_CASE(wrong_parameters_of_a_stream_are_422)
{
    served<sample> service;
    BOOST_TEST(ask(service.port(), "GET /api/v1/events?count=x").starts_with("HTTP/1.1 422 "));
}

BOOST_AUTO_TEST_CASE(a_failure_in_an_event_stream_is_its_last_event)
{
    served<sample> service;
    auto const all = ask(service.port(), "GET /api/v1/broken_events");
    BOOST_TEST(has(all, "event: tick\ndata: 0\n\n"));
    BOOST_TEST(has(all, "event: error\ndata: {\"status\": 403, \"message\": \"stop here\"}\n\n"));
    BOOST_TEST(all.ends_with("0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_failure_in_another_stream_is_a_visible_cut)
{
    served<sample> service;
    auto const all = ask(service.port(), "GET /api/v1/broken_text");
    BOOST_TEST(has(all, "half"));
    BOOST_TEST(!all.ends_with("0\r\n\r\n"));
    BOOST_TEST(!has(all, "secret"));
}

namespace {

void check_standstill(std::function<void(framex::app&)> prepare)
{
    served<sample> service({}, std::move(prepare));
    int const before = seen().yielded;
    raw_client client(service.port());
    client.send("GET /api/v1/blocks?count=100000 HTTP/1.1\r\nHost: a\r\n\r\n"); // 400 MB in all
    client.until("\r\n\r\n");
    int last = -1;
    BOOST_TEST(eventually([&] { // settled: nothing was made for a while
        int const now = seen().yielded;
        bool const still = now == last;
        last = now;
        std::this_thread::sleep_for(50ms);
        return still;
    }));
    BOOST_TEST(last - before < 5000); // what the buffers of both sockets take, not more
    std::size_t size = 0;
    while (size < 40'000'000 && !client.some(1 << 20).empty())
        size += 1 << 18;
    BOOST_TEST(seen().yielded > last); // and goes on once it reads
}

} // namespace

BOOST_AUTO_TEST_CASE(the_body_of_a_stream_stands_still_while_its_client_does_not_read)
{
    check_standstill({});
}

BOOST_AUTO_TEST_CASE(so_does_one_that_passes_middleware)
{
    check_standstill([](framex::app& service) { service.use(in_flight_limit(1)); });
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_unwinds_a_waiting_stream)
{
    served<sample> service;
    int const before = seen().unwound;
    raw_client client(service.port());
    client.send("GET /api/v1/events?count=10&ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
    client.until("data: 0\n\n");
    client.leave();
    BOOST_TEST(eventually([&] { return seen().unwound == before + 1; }));
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_unwinds_a_stream_that_waits_for_it)
{
    served<sample> service;
    int const before = seen().unwound;
    raw_client client(service.port());
    client.send("GET /api/v1/blocks?count=100000 HTTP/1.1\r\nHost: a\r\n\r\n");
    client.until("\r\n\r\n");
    client.leave();
    BOOST_TEST(eventually([&] { return seen().unwound == before + 1; }));
}

BOOST_AUTO_TEST_CASE(a_stream_that_breaks_ends_its_connection_at_once)
{
    served<sample, hostile> service;
    for (auto const* route : {"broken_text", "broken_things"}) {
        raw_client client(service.port());
        client.send("GET /api/v1/" + std::string(route) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        auto const begin = std::chrono::steady_clock::now();
        BOOST_TEST(!client.to_end().ends_with("0\r\n\r\n"));
        BOOST_TEST((std::chrono::steady_clock::now() - begin < 5s));
    }
}

BOOST_AUTO_TEST_CASE(a_stream_without_items_is_whole)
{
    served<sample, hostile> service;
    raw_client client(service.port());
    client.send("GET /api/v1/no_events HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(body_of(client.until("0\r\n\r\n")) == "0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_behind_further_octets_is_noticed)
{
    served<sample> service;
    for (auto const* route : {"events?count=10&ms=60000", "wait?ms=60000"}) {
        int const before = seen().unwound;
        seen().waiting = false;
        raw_client client(service.port());
        client.send("GET /api/v1/" + std::string(route) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        BOOST_TEST(eventually([&] { return seen().waiting.load() || !client.some().empty(); }));
        client.send("GET /api/v1/say HTTP/1.1\r\n");
        std::this_thread::sleep_for(20ms); // the octets are seen before the departure
        client.leave();
        BOOST_TEST(eventually([&] { return seen().unwound == before + 1; }), route);
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_its_second_stream_is_noticed)
{
    served<sample, hostile> service;
    int const before = seen().unwound;
    seen().waiting = false;
    raw_client client(service.port());
    client.send("GET /api/v1/busy_events?ms=100 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(eventually([] { return seen().waiting.load(); }));
    client.send("GET /api/v1/events?count=10&ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
    client.until("data: 0\n\n");
    std::this_thread::sleep_for(20ms);
    client.leave();
    BOOST_TEST(eventually([&] { return seen().unwound == before + 1; }));
}

BOOST_AUTO_TEST_CASE(all_of_many_streams_unwind_when_their_clients_vanish)
{
    served<sample> service;
    int const before = seen().unwound;
    {
        std::vector<std::unique_ptr<raw_client>> clients;
        for (int i = 0; i < 200; ++i) {
            clients.push_back(std::make_unique<raw_client>(service.port()));
            clients.back()->send(i % 2 ? "GET /api/v1/events?count=10&ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n"
                                       : "GET /api/v1/blocks?count=100000 HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        for (auto const& client : clients)
            client->until("\r\n\r\n");
    }
    BOOST_TEST(eventually([&] { return seen().unwound == before + 200; }));
}

BOOST_AUTO_TEST_SUITE_END()
