// Answers that a handler makes of its own stream, and what it gets from an upstream.
#include "client/scripted.hpp"
#include "sample.hpp"
#include "served.hpp"

#include <boost/test/unit_test.hpp>

#include <future>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;

namespace {

/// Where the plugin below forwards to.
std::string& upstream_url()
{
    static std::string url;
    return url;
}

/// Counts its pieces, and whether it came to an end.
async_generator<std::string> blocks(int count, std::size_t size)
{
    unwinding here;
    for (int i = 0; i < count; ++i) {
        ++seen().yielded;
        co_yield std::string(size, 'x');
    }
}
async_generator<std::string> broken()
{
    co_yield "half";
    throw std::runtime_error("internal secret");
}
async_generator<std::string> waiting()
{
    unwinding here;
    co_yield "first";
    co_await sleep_for(1min);
}

struct relay {
    static inline plugin_metadata const metadata{.name = "relay", .version = "1.0.0"};

    framex::upstream there{upstream_url().empty() ? "http://127.0.0.1:1" : upstream_url(), waits(10s)};
    framex::upstream impatient{upstream_url().empty() ? "http://127.0.0.1:1" : upstream_url(), waits(40ms)};

    static upstream_options waits(std::chrono::milliseconds limit)
    {
        upstream_options options;
        options.client.head_timeout = limit;
        return options;
    }
    awaitable<streamed_response> forward(request incoming) { return there.forward(std::move(incoming)); }
    awaitable<streamed_response> hurry(request incoming) { return impatient.forward(std::move(incoming)); }
    async_generator<sse_event> events(request incoming)
    {
        co_yield {"begin"};
        auto answer = co_await there.forward(std::move(incoming));
        while (auto piece = co_await answer.body.next())
            co_yield sse_event("piece", std::move(*piece));
    }
    /// `length`: the Content-Length, if it is not empty.
    streamed_response own(int status, int count, std::string length)
    {
        streamed_response made(status, blocks(count, 3));
        made.headers.set("Content-Type", "text/x-own");
        if (!length.empty())
            made.headers.set("Content-Length", length);
        made.headers.set("Connection", "upgrade");
        made.headers.set("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
        made.headers.insert("X-Two", "1");
        made.headers.insert("X-Two", "2");
        return made;
    }
    streamed_response ends(std::string how)
    {
        return streamed_response(200, how == "broken" ? broken() : waiting());
    }
    streamed_response large() { return streamed_response(200, blocks(100'000, 4096)); }

    streamed_response crowded()
    {
        upstream_error error(upstream_errc::unavailable, "shop", asio::error::timed_out, "none is healthy");
        error.not_repeated("POST was sent already");
        throw error;
    }

    static void define(api<relay>& api)
    {
        api.get("/crowded", &relay::crowded);
        api.get("/forward", &relay::forward);
        api.post("/forward", &relay::forward);
        api.get("/hurry", &relay::hurry);
        api.get("/relayed_events", &relay::events);
        api.get("/streamed", &relay::own, arg("status") = 200, arg("count") = 2, arg("length") = "");
        api.get("/ends", &relay::ends, arg("how"));
        api.get("/large", &relay::large);
    }
};

/// A service whose upstream is scripted.
struct behind {
    explicit behind(
        scripted::script script, settings configuration = {}, std::function<void(framex::app&)> prepare = {})
        : there(std::move(script))
    {
        upstream_url() = there.url();
        service.emplace(std::move(configuration), std::move(prepare));
        upstream_url().clear();
    }
    unsigned short port() const { return service->port(); }

    scripted there;
    std::optional<served<relay>> service;
};

std::string message_of(std::string const& name, std::string_view text)
{
    return "\"message\":\"the upstream " + name + std::string(text) + "\"";
}

} // namespace

BOOST_AUTO_TEST_SUITE(forwarded_answers)

BOOST_AUTO_TEST_CASE(a_streamed_response_is_sent_with_its_status_and_fields_in_chunks)
{
    served<relay> service;
    raw_client client(service.port());
    client.send("GET /api/v1/streamed?status=203 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(client.until("\r\n\r\n")
        == "HTTP/1.1 203 Non-Authoritative Information\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
           "Content-Type: text/x-own\r\nX-Two: 1\r\nX-Two: 2\r\nTransfer-Encoding: chunked\r\n\r\n");
    BOOST_TEST(client.until("0\r\n\r\n") == "00000003\r\nxxx\r\n00000003\r\nxxx\r\n0\r\n\r\n");
    client.send("GET /api/v1/streamed?count=0 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(client.until("0\r\n\r\n").ends_with("\r\n\r\n0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_content_length_is_kept)
{
    served<relay> service;
    raw_client client(service.port());
    for (int i = 0; i < 2; ++i) {
        client.send("GET /api/v1/streamed?length=6 HTTP/1.1\r\nHost: a\r\n\r\n");
        auto const answer = client.answer();
        BOOST_TEST(has(answer, "\r\nContent-Length: 6\r\n"));
        BOOST_TEST(!has(answer, "Transfer-Encoding"));
        BOOST_TEST(body_of(answer) == "xxxxxx");
    }
}

BOOST_AUTO_TEST_CASE(a_body_of_another_length_is_a_visible_cut)
{
    served<relay> service;
    for (char const* length : {"7", "5", "100"}) {
        raw_client client(service.port());
        client.send("GET /api/v1/streamed?length=" + std::string(length) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        auto const all = client.to_end();
        BOOST_TEST(has(all, "\r\nContent-Length: " + std::string(length) + "\r\n"));
        BOOST_TEST(body_of(all).size() < std::stoul(length), length);
    }
}

BOOST_AUTO_TEST_CASE(a_length_that_is_none_is_left_out)
{
    served<relay> service;
    for (char const* length : {"-6", "6x", "%2B6", "99999999999999999999999"}) {
        auto const all = ask(service.port(), "GET /api/v1/streamed?length=" + std::string(length));
        BOOST_TEST(!has(all, "Content-Length"), length);
        BOOST_TEST(all.ends_with("0\r\n\r\n"), length);
    }
}

BOOST_AUTO_TEST_CASE(an_http_1_0_client_gets_the_body_to_the_end_of_the_connection_or_with_its_length)
{
    served<relay> service;
    raw_client client(service.port());
    client.send("GET /api/v1/streamed HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    auto const all = client.to_end();
    BOOST_TEST(has(all, "\r\nConnection: close\r\n"));
    BOOST_TEST(body_of(all) == "xxxxxx");
    raw_client second(service.port());
    second.send("GET /api/v1/streamed?length=6 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    auto const answer = second.answer();
    BOOST_TEST(has(answer, "\r\nConnection: keep-alive\r\n"));
    BOOST_TEST(body_of(answer) == "xxxxxx");
}

BOOST_AUTO_TEST_CASE(head_and_some_statuses_have_no_body_and_the_connection_lives_on)
{
    served<relay> service;
    int const before = seen().yielded;
    raw_client client(service.port());
    client.send("HEAD /api/v1/streamed?length=6 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(has(client.until("\r\n\r\n"), "\r\nContent-Length: 6\r\n"));
    for (char const* status : {"204", "304", "205"}) {
        client.send("GET /api/v1/streamed?status=" + std::string(status) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        auto const head = client.until("\r\n\r\n");
        BOOST_TEST(head.starts_with("HTTP/1.1 " + std::string(status)));
        BOOST_TEST(!has(head, "Transfer-Encoding"));
    }
    BOOST_TEST(seen().yielded == before);
    client.send("GET /api/v1/streamed?length=6 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(body_of(client.answer()) == "xxxxxx");
}

BOOST_AUTO_TEST_CASE(a_status_that_is_none_is_500)
{
    served<relay> service;
    BOOST_TEST(ask(service.port(), "GET /api/v1/streamed?status=101").starts_with("HTTP/1.1 500 "));
}

BOOST_AUTO_TEST_CASE(a_failure_after_the_head_is_a_visible_cut)
{
    served<relay> service;
    auto const all = ask(service.port(), "GET /api/v1/ends?how=broken");
    BOOST_TEST(has(all, "half"));
    BOOST_TEST(!all.ends_with("0\r\n\r\n"));
    BOOST_TEST(!has(all, "secret"));
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_unwinds_the_body)
{
    served<relay> service;
    int const before = seen().unwound;
    raw_client client(service.port());
    client.send("GET /api/v1/ends?how=waiting HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(has(client.until("first"), "first"));
    client.leave();
    BOOST_TEST(eventually([&] { return seen().unwound == before + 1; }));
}

BOOST_AUTO_TEST_CASE(the_body_stands_still_while_its_client_does_not_read)
{
    served<relay> service;
    int const before = seen().yielded;
    raw_client client(service.port());
    client.send("GET /api/v1/large HTTP/1.1\r\nHost: a\r\n\r\n"); // 400 MB in all
    client.until("\r\n\r\n");
    int last = -1;
    BOOST_TEST(eventually([&] {
        int const now = seen().yielded;
        bool const still = now == last;
        last = now;
        std::this_thread::sleep_for(50ms);
        return still;
    }));
    BOOST_TEST(last - before < 5000);
}

BOOST_AUTO_TEST_CASE(an_answer_is_forwarded_with_status_fields_and_body)
{
    behind gateway([](peer& upstream) {
        while (!upstream.head().empty())
            upstream.say("HTTP/1.1 418 Teapot\r\nX-Up: 1\r\nServer: old\r\nKeep-Alive: x\r\nContent-Length: "
                         "2\r\n\r\nok");
    });
    raw_client client(gateway.port());
    for (int i = 0; i < 3; ++i) {
        client.send("GET /api/v1/forward HTTP/1.1\r\nHost: a\r\n\r\n");
        auto const answer = client.answer();
        BOOST_TEST(answer.starts_with("HTTP/1.1 418 "));
        BOOST_TEST(has(answer, "\r\nX-Up: 1\r\nServer: old\r\nContent-Length: 2\r\n\r\nok"));
    }
    BOOST_TEST(gateway.there.connections() == 1);
}

BOOST_AUTO_TEST_CASE(a_body_is_forwarded_and_a_chunked_answer_comes_back)
{
    std::string got;
    std::promise<void> first_came; // else all of it may come at once, and is sent with its length
    behind gateway([&](peer& upstream) {
        got = upstream.head();
        got += upstream.exactly(7);
        upstream.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
        first_came.get_future().wait_for(10s);
        upstream.say("0\r\n\r\n");
    });
    raw_client client(gateway.port());
    client.send("POST /api/v1/forward HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
    BOOST_TEST(client.until("one\r\n").ends_with("\r\n\r\n00000003\r\none\r\n"));
    first_came.set_value();
    BOOST_TEST(client.until("0\r\n\r\n") == "0\r\n\r\n");
    BOOST_TEST(got.ends_with("\r\nContent-Length: 7\r\n\r\n{\"a\":1}"));
}

BOOST_AUTO_TEST_CASE(an_upstream_that_is_dead_slow_or_broken_is_502_or_504_with_its_name)
{
    served<relay> nobody;
    auto const dead = ask(nobody.port(), "GET /api/v1/forward");
    BOOST_TEST(dead.starts_with("HTTP/1.1 502 "));
    BOOST_TEST(has(dead, message_of("127.0.0.1:1", " cannot be reached")));

    behind slow([](peer& upstream) { upstream.client_leaves(); });
    auto const late = ask(slow.port(), "GET /api/v1/hurry");
    BOOST_TEST(late.starts_with("HTTP/1.1 504 "));
    BOOST_TEST(has(late, message_of(slow.there.name(), " did not answer in time")));

    behind broken_head([](peer& upstream) {
        upstream.head();
        upstream.say("HTTP/1.1 200 OK\r\nX");
    });
    BOOST_TEST(ask(broken_head.port(), "GET /api/v1/forward").starts_with("HTTP/1.1 502 "));
}

BOOST_AUTO_TEST_CASE(an_upstream_failure_is_never_hidden_in_a_200_and_its_cause_is_told_to_the_operator)
{
    std::mutex guard;
    std::string told;
    settings old_style;
    old_style.server.error_status = "envelope";
    served<relay> service(old_style, [&](framex::app& app) {
        app.on_error([&](error_record const& record) {
            std::lock_guard const lock(guard);
            told = record.what;
        });
    });
    auto const all = ask(service.port(), "GET /api/v1/forward");
    BOOST_TEST(all.starts_with("HTTP/1.1 502 "));
    BOOST_TEST(!has(all, "refused"));
    std::lock_guard const lock(guard);
    BOOST_TEST(told == "the upstream 127.0.0.1:1 cannot be reached: Connection refused");
}

BOOST_AUTO_TEST_CASE(
    a_group_that_cannot_take_a_request_is_503_and_the_operator_is_told_why_nobody_else_was_asked)
{
    std::mutex guard;
    std::string told;
    served<relay> service({}, [&](framex::app& app) {
        app.on_error([&](error_record const& record) {
            std::lock_guard const lock(guard);
            told = record.what;
        });
    });
    auto const all = ask(service.port(), "GET /api/v1/crowded");
    BOOST_TEST(all.starts_with("HTTP/1.1 503 "));
    BOOST_TEST(has(all, "\r\nRetry-After: 1\r\n"));
    BOOST_TEST(has(all, message_of("shop", " cannot take the request: none is healthy")));
    std::lock_guard const lock(guard);
    BOOST_TEST(told
        == "the upstream shop cannot take the request: none is healthy: Connection timed out; not repeated: "
           "POST was sent already");
}

BOOST_AUTO_TEST_CASE(an_upstream_that_breaks_off_cuts_the_client_and_ends_an_event_stream_with_an_error)
{
    auto const breaks = [](peer& upstream) {
        upstream.head();
        upstream.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    };
    behind gateway(breaks);
    auto const cut = ask(gateway.port(), "GET /api/v1/forward");
    BOOST_TEST(body_of(cut) == "half");
    BOOST_TEST(has(cut, "\r\nContent-Length: 10\r\n"));
    auto const events = ask(gateway.port(), "GET /api/v1/relayed_events");
    BOOST_TEST(has(events,
        "event: error\ndata: {\"status\": 502, \"message\": \"the upstream " + gateway.there.name()
            + " broke its answer off\"}\n\n"));
    BOOST_TEST(events.ends_with("0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_makes_the_upstream_see_it)
{
    std::atomic<bool> left = false;
    behind gateway([&](peer& upstream) {
        upstream.head();
        upstream.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
        left = upstream.client_leaves();
    });
    raw_client client(gateway.port());
    client.send("GET /api/v1/forward HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(has(client.until("one"), "one"));
    client.leave();
    BOOST_TEST(eventually([&] { return left.load(); }));
}

BOOST_AUTO_TEST_CASE(a_service_ends_at_once_though_connections_to_its_upstream_are_idle)
{
    std::atomic<bool> left = false;
    {
        behind gateway([&](peer& upstream) {
            upstream.head();
            upstream.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            left = upstream.client_leaves();
        });
        BOOST_TEST(ask(gateway.port(), "GET /api/v1/forward").starts_with("HTTP/1.1 200 "));
        auto const begin = std::chrono::steady_clock::now();
        gateway.service.reset(); // waits until its context has run out of work
        BOOST_TEST((std::chrono::steady_clock::now() - begin < 5s)); // an idle connection lives 15 s
    }
    BOOST_TEST(left);
}

BOOST_AUTO_TEST_SUITE_END()
