// Routes that take WebSockets: the handshake, the octets of both directions, and every way to an end.
#include "sample.hpp"
#include "served.hpp"

#include <boost/test/unit_test.hpp>

#include <mutex>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;

namespace {

async_generator<std::string> echo(body_reader body)
{
    unwinding here;
    while (auto piece = co_await body.next())
        co_yield std::move(*piece);
    co_yield "bye";
}
async_generator<std::string> flood()
{
    unwinding here;
    for (;;) {
        ++seen().yielded;
        co_yield std::string(16384, 'x');
    }
}
async_generator<std::string> sleep_on(body_reader)
{
    unwinding here;
    co_yield "up";
    co_await sleep_for(1h);
}
async_generator<std::string> read_once(body_reader body)
{
    unwinding here;
    co_await body.next();
    co_yield "up";
    co_await sleep_for(1h);
}

awaitable<streamed_response> answer(request asked, body_reader body)
{
    streamed_response made(101);
    if (asked.path == "/ws/refuse")
        made = streamed_response(response::text("no", 403));
    else if (asked.path == "/ws/pieces")
        made.status = 200;
    else if (asked.path == "/ws/fail")
        throw http_error(503, "not now");
    else if (asked.path == "/ws/pull") {
        auto first = co_await body.next();
        made = streamed_response(response::text("pulled " + first.value_or("nothing")));
    } else if (asked.path == "/ws/told")
        made = streamed_response(response::text(asked.opens_websocket ? "opens" : "does not open"));
    if (made.status == 101 || asked.path == "/ws/pieces") {
        if (asked.path == "/ws/flood")
            made.body = body_reader(flood());
        else if (asked.path == "/ws/sleep")
            made.body = body_reader(sleep_on(std::move(body)));
        else if (asked.path == "/ws/once")
            made.body = body_reader(read_once(std::move(body)));
        else if (asked.path == "/ws/whole")
            made.body = body_reader(std::string("whole"));
        else
            made.body = body_reader(echo(std::move(body)));
    }
    made.headers.set("Sec-WebSocket-Accept", "abc=");
    for (char const* own : {"Upgrade", "Connection", "Content-Length", "Transfer-Encoding"})
        if (made.status == 101)
            made.headers.set(own, "h2c");
    co_return made;
}

struct switcher {
    static inline plugin_metadata const metadata{.name = "switcher", .version = "1.0.0", .publishes = true};

    explicit switcher(plugin_context& context) : context_(context) {}
    awaitable<> on_start()
    {
        published_routes all;
        for (char const* method : {"GET", "POST"}) {
            published_route one;
            one.method = method;
            one.path = "/ws/{name}";
            one.relay = answer;
            one.takes_websockets = one.method == "GET";
            one.include_in_schema = false;
            all.routes.push_back(std::move(one));
        }
        published_route plain;
        plain.method = "GET";
        plain.path = "/plain/told";
        plain.relay = [](request asked, body_reader) -> awaitable<streamed_response> {
            co_return response::text(asked.opens_websocket ? "opens" : "does not open");
        };
        all.routes.push_back(std::move(plain));
        context_.publish(std::move(all));
        co_return;
    }
    static void define(api<switcher>&) {}

private:
    plugin_context& context_;
};

struct wanting {
    static inline plugin_metadata const metadata{.name = "wanting", .version = "1"};
    response say()
    {
        response made(426);
        made.headers.set("Upgrade", "websocket");
        return made;
    }
    static void define(api<wanting>& api) { api.get("/say", &wanting::say); }
};

std::string handshake(std::string_view path)
{
    return "GET " + std::string(path)
        + " HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
          "Sec-WebSocket-Key: a2V5\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

std::string exactly(raw_client& client, std::size_t size)
{
    std::string all;
    while (all.size() < size) {
        auto const more = client.some(size - all.size());
        if (more.empty())
            break;
        all += more;
    }
    return all;
}

struct fresh {
    fresh() { seen().unwound = seen().yielded = 0; }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(websockets, fresh)

BOOST_AUTO_TEST_CASE(a_101_opens_a_tunnel)
{
    served<switcher> service;
    raw_client client(service.port());
    client.send(handshake("/ws/echo"));
    auto const head = client.until("\r\n\r\n");
    BOOST_TEST(head.starts_with("HTTP/1.1 101 Switching Protocols\r\nDate: "));
    BOOST_TEST(has(head, "\r\nSec-WebSocket-Accept: abc=\r\n"));
    BOOST_TEST(head.ends_with("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"));
    for (char const* absent : {"h2c", "Content-Length", "Transfer-Encoding", "close"})
        BOOST_TEST(!has(head, absent), absent);
    for (std::string const octets : {"a", "GET / HTTP/1.1\r\n\r\n", "0\r\n\r\n"}) {
        client.send(octets);
        BOOST_TEST(exactly(client, octets.size()) == octets);
    }
    client.finish_sending();
    BOOST_TEST(client.to_end() == "bye"); // and the connection ends
    BOOST_TEST(eventually([] { return seen().unwound == 1; }));
}

BOOST_AUTO_TEST_CASE(a_handshake_that_is_split_anywhere_is_the_same)
{
    served<switcher> service;
    auto const octets = handshake("/ws/echo") + "early";
    for (std::size_t at = 1; at <= octets.size(); ++at) { // the last: all in one packet
        raw_client client(service.port());
        client.send(octets.substr(0, at));
        std::this_thread::sleep_for(1ms);
        client.send(octets.substr(at) + "late");
        client.finish_sending();
        auto const answered = client.to_end();
        BOOST_TEST_REQUIRE(answered.starts_with("HTTP/1.1 101 "), at);
        BOOST_TEST_REQUIRE(body_of(answered) == "earlylatebye", at);
    }
}

BOOST_AUTO_TEST_CASE(after_another_answer_the_connection_is_as_it_was)
{
    served<switcher> service;
    raw_client client(service.port());
    for (int i = 0; i < 2; ++i) {
        client.send(handshake("/ws/refuse") + handshake("/ws/fail") + handshake("/ws/pieces"));
        BOOST_TEST(client.answer().starts_with("HTTP/1.1 403 "));
        BOOST_TEST(client.answer().starts_with("HTTP/1.1 503 "));
        BOOST_TEST(has(client.until("\r\n\r\n"), "\r\nTransfer-Encoding: chunked\r\n"));
        BOOST_TEST(client.until("0\r\n\r\n") == "00000003\r\nbye\r\n0\r\n\r\n"); // of a body that is empty
    }
    client.send(handshake("/ws/echo") + "x");
    BOOST_TEST(client.until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    BOOST_TEST(client.until("x") == "x");
}

BOOST_AUTO_TEST_CASE(octets_that_a_refusing_handler_has_pulled_are_no_request)
{
    served<switcher> service;
    raw_client client(service.port());
    client.send(handshake("/ws/pull") + "frame");
    auto const answered = client.to_end();
    BOOST_TEST(answered.starts_with("HTTP/1.1 200 "));
    BOOST_TEST(has(answered, "\r\nConnection: close\r\n"));
    BOOST_TEST(body_of(answered) == "pulled frame");
}

BOOST_AUTO_TEST_CASE(only_a_handshake_is_one)
{
    served<switcher> service;
    std::string const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    auto const told = [&](std::string_view line, std::string const& fields, std::string const& body = {}) {
        raw_client client(service.port());
        client.send(std::string(line) + "\r\nHost: a\r\n" + fields + "\r\n" + body);
        client.finish_sending();
        return body_of(client.answer());
    };
    std::string const line = "GET /ws/told HTTP/1.1";
    BOOST_TEST(told(line, upgrade) == "opens");
    BOOST_TEST(told(line,
                   "Upgrade: h2c, websocket/13\r\nUpgrade: WEBSOCKET\r\nConnection: close\r\n"
                   "Connection: x, upgrade\r\nContent-Length: 0\r\n")
        == "opens");
    BOOST_TEST(told("GET /ws/told HTTP/1.0", upgrade) == "does not open");
    BOOST_TEST(told("POST /ws/told HTTP/1.1", upgrade) == "does not open");
    BOOST_TEST(told(line, "Upgrade: websocket\r\n") == "does not open");
    BOOST_TEST(told(line, "Connection: Upgrade\r\n") == "does not open");
    BOOST_TEST(told(line, "Connection: Upgrade\r\nUpgrade: h2c\r\n") == "does not open");
    BOOST_TEST(told(line, "Connection: Upgraded\r\nUpgrade: websocket\r\n") == "does not open");
    BOOST_TEST(told(line, upgrade + "Content-Length: 1\r\n", "x") == "does not open");
    BOOST_TEST(told(line, upgrade + "Transfer-Encoding: chunked\r\n", "0\r\n\r\n") == "does not open");
    BOOST_TEST(told("GET /plain/told HTTP/1.1", upgrade) == "does not open"); // nor a route that takes none
}

BOOST_AUTO_TEST_CASE(a_101_that_nobody_has_asked_for_is_a_fault)
{
    served<switcher> service;
    BOOST_TEST(ask(service.port(), "GET /ws/echo").starts_with("HTTP/1.1 500 "));
    BOOST_TEST(ask(service.port(), "POST /ws/echo").starts_with("HTTP/1.1 500 "));
}

BOOST_AUTO_TEST_CASE(a_whole_text_is_a_body_too)
{
    served<switcher> service;
    raw_client client(service.port());
    client.send(handshake("/ws/whole"));
    BOOST_TEST(body_of(client.to_end()) == "whole");
}

BOOST_AUTO_TEST_CASE(a_tunnel_is_as_silent_as_it_likes)
{
    settings brief;
    auto& limits = brief.server.limits;
    limits.keep_alive = limits.body_timeout = limits.head_timeout = limits.write_timeout = 200ms;
    limits.stream_keep_alive = limits.handler_timeout = 200ms;
    served<switcher> service(brief);
    raw_client client(service.port());
    client.send(handshake("/ws/echo"));
    BOOST_TEST(client.until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    std::this_thread::sleep_for(900ms);
    BOOST_TEST(client.at_hand() == "");
    client.send("still here");
    BOOST_TEST(exactly(client, 10) == "still here");
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_nothing_holds_the_handler_back)
{
    served<switcher> service;
    raw_client client(service.port());
    client.send(handshake("/ws/flood"));
    int before = -1;
    BOOST_TEST(eventually([&] { // until nothing moves any more
        std::this_thread::sleep_for(50ms);
        return std::exchange(before, seen().yielded) == seen().yielded && before > 0;
    }));
    BOOST_TEST(seen().yielded < 4096); // 64 MB; sockets hold less
    BOOST_TEST(exactly(client, 20 << 20).size() == 20U << 20);
    BOOST_TEST(seen().unwound == 0);
    client.leave();
    BOOST_TEST(eventually([] { return seen().unwound == 1; }));
}

BOOST_AUTO_TEST_CASE(a_client_that_takes_nothing_is_cut_though_it_is_read_from)
{
    settings brief;
    brief.server.limits.write_timeout = 300ms;
    served<switcher> service(brief);
    raw_client client(service.port());
    client.send(handshake("/ws/flood"));
    BOOST_TEST(eventually([] { return seen().unwound == 1; }));
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_ends_a_tunnel_that_does_not_read)
{
    settings brief;
    brief.server.limits.write_timeout = 300ms;
    served<switcher> service(brief);
    for (char const* path : {"/ws/sleep", "/ws/once"}) {
        seen().unwound = 0;
        raw_client client(service.port());
        client.send(handshake(path) + "x");
        BOOST_TEST(body_of(client.until("up")) == "up");
        client.leave();
        auto const begin = std::chrono::steady_clock::now();
        BOOST_TEST(eventually([] { return seen().unwound == 1; }), path);
        BOOST_TEST((std::chrono::steady_clock::now() - begin >= 200ms)); // what it has sent may be taken
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_ends_a_tunnel_that_reads)
{
    served<switcher> service;
    raw_client client(service.port());
    client.send(handshake("/ws/echo"));
    client.until("\r\n\r\n");
    client.leave();
    BOOST_TEST(eventually([] { return seen().unwound == 1; }));
}

BOOST_AUTO_TEST_CASE(a_stop_gives_a_tunnel_the_grace_of_streams)
{
    auto service = std::make_unique<served<switcher>>();
    raw_client client(service->port());
    client.send(handshake("/ws/echo"));
    client.until("\r\n\r\n");
    service->app().stop(500ms);
    client.send("within");
    BOOST_TEST(exactly(client, 6) == "within");
    BOOST_TEST(client.to_end() == "");
    BOOST_TEST(service->has_ended());
    BOOST_TEST(seen().unwound == 1);
}

BOOST_AUTO_TEST_CASE(middleware_lets_a_tunnel_pass)
{
    served<switcher> service({}, [](framex::app& made) {
        made.use([](request asked, next_handler next) -> awaitable<streamed_response> {
            auto answer = co_await next(std::move(asked));
            answer.headers.set("X-Passed", "1");
            co_return answer;
        });
    });
    raw_client client(service.port());
    client.send(handshake("/ws/echo") + "x");
    auto const head = client.until("\r\n\r\n");
    BOOST_TEST(head.starts_with("HTTP/1.1 101 "));
    BOOST_TEST(has(head, "\r\nX-Passed: 1\r\n"));
    BOOST_TEST(client.until("x") == "x");
    BOOST_TEST(ask(service.port(), "GET /ws/echo").starts_with("HTTP/1.1 500 "));
}

BOOST_AUTO_TEST_CASE(the_access_log_tells_of_a_tunnel_at_its_end)
{
    std::mutex guard;
    std::vector<std::string> told;
    served<switcher> service({}, [&](framex::app& made) {
        made.on_access([&](access_record const& one) {
            std::lock_guard const alone(guard);
            told.push_back(std::to_string(one.status) + " " + std::string(one.path));
        });
    });
    raw_client client(service.port());
    client.send(handshake("/ws/echo"));
    client.until("\r\n\r\n");
    client.finish_sending();
    client.to_end();
    BOOST_TEST(eventually([&] {
        std::lock_guard const alone(guard);
        return told == std::vector<std::string>{"101 /ws/echo"};
    }));
}

BOOST_AUTO_TEST_CASE(a_426_names_what_is_wanted)
{
    served<wanting> service;
    auto const answered = ask(service.port(), "GET /api/v1/say");
    BOOST_TEST(answered.starts_with("HTTP/1.1 426 Upgrade Required\r\n"));
    BOOST_TEST(has(answered, "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"));
    BOOST_TEST(has(answered, "\r\nConnection: close\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()
