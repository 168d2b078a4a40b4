// WebSockets of upstreams through the proxy: which paths, which keys, and the octets of both directions.
#include "client/scripted.hpp"
#include "proxied.hpp"

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;

namespace {

std::string const switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                              "Connection: Upgrade\r\nSec-WebSocket-Accept: abc=\r\n\r\n";
std::string const nothing_here = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

std::string handshake(std::string_view path, std::string_view fields = {})
{
    return "GET " + std::string(path)
        + " HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" + std::string(fields)
        + "\r\n";
}

/// What a scripted upstream was asked, without its documents.
class asked_heads {
public:
    void add(std::string head)
    {
        std::lock_guard const alone(guard_);
        heads_.push_back(std::move(head));
    }
    std::vector<std::string> all() const
    {
        std::lock_guard const alone(guard_);
        return heads_;
    }

private:
    mutable std::mutex guard_;
    std::vector<std::string> heads_;
};

/// Has no document, and goes on with `tunnel` on the connections of requests that are not for one.
scripted::script speaks(asked_heads& heads, std::function<void(peer&)> tunnel)
{
    return [&heads, tunnel = std::move(tunnel)](peer& client) {
        for (;;) {
            auto head = client.head();
            if (head.empty())
                return;
            if (head.find("openapi.json ") == head.npos) {
                heads.add(std::move(head));
                return tunnel(client);
            }
            client.say(nothing_here);
        }
    };
}

/// Sends back what comes.
void echo(peer& client)
{
    client.say(switching);
    for (auto octet = client.exactly(1); !octet.empty() && client.say(octet);)
        octet = client.exactly(1);
}

json::object with_websockets(std::string const& url, json::array paths, json::object more = {})
{
    more["websockets"] = std::move(paths);
    return {{url, std::move(more)}};
}

bool eventually(std::function<bool()> const& condition)
{
    for (int i = 0; i < 1000 && !condition(); ++i)
        std::this_thread::sleep_for(5ms);
    return condition();
}

} // namespace

BOOST_AUTO_TEST_SUITE(proxied_websockets)

BOOST_AUTO_TEST_CASE(a_websocket_goes_through)
{
    asked_heads heads;
    scripted far(speaks(heads, echo));
    front here(with_websockets(far.url(), {"/ws"}));
    BOOST_TEST(has(here.log(), "it has no routes but its WebSockets until it answers"));
    raw_client client(here.port());
    client.send(handshake("/ws?room=%31",
                    "Sec-WebSocket-Key: a2V5\r\nSec-WebSocket-Protocol: chat\r\nCookie: c=1\r\n"
                    "Authorization: mine\r\nOrigin: http://page\r\n")
        + "early");
    auto const head = client.until("\r\n\r\n");
    BOOST_TEST(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
    BOOST_TEST(has(head, "\r\nSec-WebSocket-Accept: abc=\r\n"));
    BOOST_TEST(has(head, "\r\nUpgrade: websocket\r\n"));
    BOOST_TEST(client.until("early") == "early");
    client.send("0\r\n\r\n");
    BOOST_TEST(client.until("0\r\n\r\n") == "0\r\n\r\n");
    auto const sent = heads.all().at(0);
    BOOST_TEST(sent.starts_with("GET /ws?room=%31 HTTP/1.1\r\nHost: " + far.name() + "\r\n"));
    for (char const* part : {"\r\nConnection: Upgrade\r\n", "\r\nUpgrade: websocket\r\n",
             "\r\nSec-WebSocket-Key: a2V5\r\n", "\r\nSec-WebSocket-Protocol: chat\r\n",
             "\r\nOrigin: http://page\r\n", "\r\nX-Forwarded-For: 127.0.0.1\r\n"})
        BOOST_TEST(has(sent, part), part);
    for (char const* part : {"Cookie", "Authorization", "Transfer-Encoding", "Content-Length"})
        BOOST_TEST(!has(sent, part), part);
}

BOOST_AUTO_TEST_CASE(whoever_ends_it_ends_both)
{
    asked_heads heads;
    std::atomic<bool> left = false;
    std::atomic<int> number = 0;
    scripted far(speaks(heads, [&](peer& client) {
        client.say(switching);
        if (number++ == 0)
            return (void)client.say("goodbye");
        BOOST_TEST(client.exactly(4) == "last");
        left = client.client_leaves();
    }));
    front here(with_websockets(far.url(), {"/ws"}));
    raw_client first(here.port());
    first.send(handshake("/ws"));
    BOOST_TEST(body_of(first.to_end()) == "goodbye");
    raw_client second(here.port());
    second.send(handshake("/ws"));
    second.until("\r\n\r\n");
    second.send("last");
    second.leave();
    BOOST_TEST(eventually([&] { return left.load(); }));
}

BOOST_AUTO_TEST_CASE(a_refused_handshake_leaves_both_connections)
{
    asked_heads heads;
    scripted far(speaks(heads, [&](peer& client) {
        client.say("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
        heads.add(client.head());
        client.say("HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.0, websocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n");
        heads.add(client.head());
        echo(client);
    }));
    front here(with_websockets(far.url(), {"/ws"}));
    raw_client client(here.port());
    client.send(handshake("/ws"));
    auto const refused = client.answer();
    BOOST_TEST(refused.starts_with("HTTP/1.1 403 "));
    BOOST_TEST(body_of(refused) == "no");
    client.send(handshake("/ws"));
    auto const other_wanted = client.answer();
    BOOST_TEST(has(other_wanted, "\r\nSec-WebSocket-Version: 13\r\n"));
    BOOST_TEST(has(other_wanted, "\r\nUpgrade: TLS/1.0, websocket\r\n"));
    client.send(handshake("/ws") + "x");
    BOOST_TEST(client.until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    BOOST_TEST(client.until("x") == "x");
    BOOST_TEST(heads.all().size() == 3u); // on one connection: the script of another would begin anew
}

BOOST_AUTO_TEST_CASE(only_a_handshake_goes_there)
{
    asked_heads heads;
    scripted far(speaks(heads, echo));
    front here(with_websockets(far.url(), {"/ws"}));
    auto const answered = ask(here.port(), "GET /ws");
    BOOST_TEST(answered.starts_with("HTTP/1.1 426 Upgrade Required\r\n"));
    BOOST_TEST(has(answered, "\r\nUpgrade: websocket\r\n"));
    BOOST_TEST(ask(here.port(), "POST /ws").starts_with("HTTP/1.1 405 "));
    BOOST_TEST(heads.all().empty());
    BOOST_TEST(!has(ask(here.port(), "GET /api/v1/openapi.json"), "\"/ws\""));
}

BOOST_AUTO_TEST_CASE(patterns_disabled_paths_and_keys_count)
{
    asked_heads heads;
    scripted far(speaks(heads, echo));
    settings guarded;
    guarded.auth.rules = {{"/locked/*", {"mine"}}};
    json::object const rules{{"/locked/*", json::array{"theirs"}}};
    json::array const disabled{"/chat/secret/*", "/closed"};
    front here(with_websockets(far.url(), {"/chat/*", "/rooms/{id}/ws", "/locked/*", "/closed"},
                   json::object{{"disable", disabled}}),
        {{"auth", json::object{{"rules", rules}}}}, guarded);
    auto const status_of = [&](std::string_view path, std::string_view fields = {}) {
        raw_client client(here.port());
        client.send(handshake(path, fields));
        return client.until("\r\n\r\n").substr(9, 3);
    };
    for (char const* open : {"/chat/", "/chat/a/b", "/rooms/7/ws"})
        BOOST_TEST(status_of(open) == "101", open);
    for (char const* gone :
        {"/chat", "/chat/secret/a", "/chat/secret%2Fa", "/rooms/7/8/ws", "/closed", "/ws"})
        BOOST_TEST(status_of(gone) == "404", gone);
    BOOST_TEST(status_of("/locked/a") == "401");
    BOOST_TEST(status_of("/locked/a", "Authorization: mine\r\n") == "101");
    BOOST_TEST(has(heads.all().back(), "\r\nAuthorization: theirs\r\n"));
}

BOOST_AUTO_TEST_CASE(a_get_that_the_document_describes_takes_one_too)
{
    std::string const document = R"({"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{
        "/live":{"get":{"responses":{"200":{"description":"d"}}}}}})";
    scripted far([&](peer& client) {
        for (auto head = client.head(); !head.empty(); head = client.head()) {
            if (has(head, "Upgrade: websocket"))
                return echo(client);
            auto const& body = has(head, "openapi.json ") ? document : std::string("plain");
            client.say(
                "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        }
    });
    front here(with_websockets(far.url(), {"/live"}));
    BOOST_TEST(body_of(ask(here.port(), "GET /live")) == "plain");
    raw_client client(here.port());
    client.send(handshake("/live") + "x");
    BOOST_TEST(client.until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    BOOST_TEST(client.until("x") == "x");
}

BOOST_AUTO_TEST_CASE(an_answer_that_waits_before_the_handshake_goes_out_once)
{
    asked_heads heads;
    scripted far(speaks(heads, echo));
    front here(with_websockets(far.url(), {"/live"}));
    raw_client client(here.port());
    client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" + handshake("/live") + "xyz");
    BOOST_TEST(client.until("\"ok\"").starts_with("HTTP/1.1 200 "));
    BOOST_TEST(client.until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    BOOST_TEST(client.until("xyz") == "xyz");
    client.send(std::string(100'000, 'a') + "b");
    BOOST_TEST(client.until("b").size() == 100'001U);
}

BOOST_AUTO_TEST_CASE(a_described_path_with_parameters_takes_none)
{
    std::string const document = R"({"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{
        "/{page}":{"get":{"parameters":[{"name":"page","in":"path","required":true,"schema":{"type":"string"}}],
        "responses":{"200":{"description":"d"}}}}}})";
    scripted far([&](peer& client) {
        for (auto head = client.head(); !head.empty(); head = client.head()) {
            BOOST_TEST(!has(head, "Upgrade"));
            auto const& body = has(head, "openapi.json ") ? document : std::string("plain");
            client.say(
                "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        }
    });
    front here(with_websockets(far.url(), {}));
    raw_client client(here.port());
    client.send(handshake("/live"));
    BOOST_TEST(client.until("plain").starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(a_handshake_that_its_upstream_does_not_take_goes_to_another)
{
    asked_heads heads;
    scripted first(speaks(heads, echo)), second(speaks(heads, echo));
    auto both = with_websockets(first.url(), {"/ws"});
    both.emplace(second.url(), json::object{{"websockets", json::array{"/ws"}}});
    front here(both);
    first.refuse();
    for (int i = 0; i < 4; ++i) {
        raw_client client(here.port());
        client.send(handshake("/ws") + "x");
        BOOST_TEST(client.until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
        BOOST_TEST(client.until("x") == "x");
    }
    second.refuse();
    raw_client client(here.port());
    client.send(handshake("/ws"));
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 502 "));
}

BOOST_AUTO_TEST_CASE(an_upstream_that_switches_to_something_else_is_502)
{
    asked_heads heads;
    scripted far(speaks(heads, [](peer& client) {
        client.say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
        client.client_leaves();
    }));
    front here(with_websockets(far.url(), {"/ws"}));
    raw_client client(here.port());
    client.send(handshake("/ws"));
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 502 "));
}

BOOST_AUTO_TEST_CASE(a_side_that_reads_nothing_holds_the_other_one_back)
{
    constexpr std::size_t much = 64 << 20, held = 40 << 20; // more than the sockets of the way hold
    asked_heads heads;
    std::atomic<std::size_t> said = 0, sent = 0, heard = 0;
    std::atomic<bool> may_read = false;
    scripted far(speaks(heads, [&](peer& client) {
        client.say(switching);
        std::string const piece(1 << 16, 'x');
        while (said < much && client.say(piece))
            said += piece.size();
        while (!may_read)
            std::this_thread::sleep_for(2ms);
        heard = client.exactly(much).size();
    }));
    auto const stands_still = [](std::atomic<std::size_t>& count) {
        std::size_t before = 0;
        return eventually([&] {
            std::this_thread::sleep_for(50ms);
            return std::exchange(before, count) == count && before != 0;
        });
    };
    front here(with_websockets(far.url(), {"/ws"}));
    raw_client client(here.port());
    client.send(handshake("/ws"));
    std::string head;
    while (!head.ends_with("\r\n\r\n") && head.size() < 4096)
        head += client.some(1);
    BOOST_TEST(head.starts_with("HTTP/1.1 101 "));
    BOOST_TEST(stands_still(said));
    BOOST_TEST(said < held);
    std::size_t got = 0;
    for (auto more = client.some(); got < much && !more.empty(); more = client.some())
        if ((got += more.size()) == much)
            break;
    BOOST_TEST(got == much);
    std::thread sender([&] {
        std::string const piece(1 << 16, 'y');
        for (; sent < much; sent += piece.size())
            client.send(piece);
    });
    BOOST_TEST(stands_still(sent));
    BOOST_TEST(sent < held);
    may_read = true;
    sender.join();
    BOOST_TEST(client.to_end() == "");
    BOOST_TEST(heard == much);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_while_nobody_reads_frees_the_upstream)
{
    asked_heads heads;
    std::atomic<std::size_t> said = 0;
    std::atomic<bool> is_over = false;
    scripted far(speaks(heads, [&](peer& client) {
        client.say(switching);
        std::string const piece(1 << 16, 'x');
        while (client.say(piece))
            said += piece.size();
        is_over = true;
    }));
    front here(with_websockets(far.url(), {"/ws"}));
    raw_client client(here.port());
    client.send(handshake("/ws"));
    std::size_t sent = 0, before = 0;
    std::string const piece(1 << 16, 'y');
    BOOST_TEST(eventually([&] { // both directions are full
        std::this_thread::sleep_for(50ms);
        while (auto const more = client.send_at_hand(piece))
            sent += more;
        auto const now = said + sent;
        return std::exchange(before, now) == now && said != 0 && sent != 0;
    }));
    client.leave();
    BOOST_TEST(eventually([&] { return is_over.load(); }));
}

BOOST_AUTO_TEST_CASE(a_tunnel_that_is_reset_says_nothing_of_its_upstream)
{
    asked_heads heads;
    std::atomic<int> taken = 0;
    scripted resetting(speaks(heads, [&](peer& client) {
        ++taken;
        client.say(switching);
        client.exactly(1);
        client.reset();
    }));
    scripted other(speaks(heads, echo));
    auto both = with_websockets(resetting.url(), {"/ws"});
    both.emplace(other.url(), json::object{{"websockets", json::array{"/ws"}}});
    front here(both);
    for (int i = 0; i < 24; ++i) {
        raw_client client(here.port());
        client.send(handshake("/ws") + "x");
        client.until("\r\n\r\n");
        client.finish_sending();
        client.to_end();
    }
    BOOST_TEST(taken == 12); // in turn to the end, though five failures in a row eject
}

BOOST_AUTO_TEST_SUITE_END()
