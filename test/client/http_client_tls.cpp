// https: whom a client trusts, who it says it is, and what it makes of connections that break.
#include "client/asking.hpp"
#include "client/tls_server.hpp"

#include <framex/coro/timeout.hpp>

#include <boost/test/unit_test.hpp>

#include <array>

using namespace framex;
using namespace framex::test;

namespace {

using errc = upstream_errc;

std::string const ok = with_length("ok");

void answer_all(tls_peer& client)
{
    while (!client.head().empty() && client.say(ok)) {}
}

outgoing_request get(std::string const& url) { return {"GET", url}; }

/// "" for an answer, else what the error says, with UP for the upstream.
std::string failure(
    std::string const& url, client_options const& options, std::optional<errc> expected = errc::tls)
{
    try {
        ask(get(url), options);
        return {};
    } catch (upstream_error const& error) {
        BOOST_TEST((!expected || error.step() == *expected), error.what());
        std::string text = error.what();
        return text.replace(text.find(error.upstream()), error.upstream().size(), "UP");
    }
}

async_generator<std::string> pieces_and_silence(std::string piece)
{
    co_yield std::move(piece);
    co_await sleep_for(1h);
}

std::string const refused = "the upstream UP failed in the TLS handshake: ";

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_http_client_tls, office)

// ---- whom it trusts ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_answer_comes_from_a_host_that_is_trusted)
{
    std::string host, protocol;
    tls_server there(server, [&](tls_peer& client) {
        host = client.host();
        protocol = client.protocol();
        BOOST_TEST(client.head().starts_with("GET / HTTP/1.1\r\nHost: localhost:"));
        client.say(ok);
    });
    BOOST_TEST(ask(get(there.url()), trusting()).body == "ok");
    BOOST_TEST(host == "localhost");
    BOOST_TEST(protocol == "http/1.1");
}

BOOST_AUTO_TEST_CASE(what_the_system_does_not_trust_is_refused)
{
    tls_server there(server, answer_all);
    BOOST_TEST(failure(there.url(), {}) == refused + "the issuer of its certificate is unknown");
    certificate const alone("DNS:localhost");
    tls_server other(alone, answer_all);
    BOOST_TEST(
        failure(other.url(), trusting()) == refused + "its certificate is signed by itself, and not trusted");
}

BOOST_AUTO_TEST_CASE(a_certificate_is_for_one_host)
{
    certificate const address("IP:127.0.0.1", &issuer);
    tls_server by_address(address, answer_all);
    BOOST_TEST(failure(by_address.url("127.0.0.1"), trusting()).empty());
    auto const other = refused + "its certificate is for another host";
    BOOST_TEST(failure(by_address.url("localhost"), trusting()) == other);
    tls_server by_name(server, answer_all);
    BOOST_TEST(failure(by_name.url("127.0.0.1"), trusting()) == other);
}

BOOST_AUTO_TEST_CASE(a_certificate_has_its_time)
{
    certificate const old("DNS:localhost", &issuer, {-7200, -3600});
    tls_server past(old, answer_all);
    BOOST_TEST(failure(past.url(), trusting()) == refused + "its certificate has expired");
    certificate const young("DNS:localhost", &issuer, {3600, 7200});
    tls_server future(young, answer_all);
    BOOST_TEST(failure(future.url(), trusting()) == refused + "its certificate is not valid yet");
}

BOOST_AUTO_TEST_CASE(a_laboratory_may_trust_anybody)
{
    certificate const alone("DNS:elsewhere", nullptr, {-7200, -3600});
    tls_server there(alone, answer_all);
    client_options options;
    options.tls.trusts_any_certificate = true;
    BOOST_TEST(failure(there.url(), options).empty());
}

BOOST_AUTO_TEST_CASE(old_versions_and_servers_without_tls_are_told)
{
    tls_server::habits old;
    old.oldest = old.newest = TLS1_1_VERSION;
    tls_server past(server, answer_all, old);
    BOOST_TEST(failure(past.url(), trusting()).starts_with(refused.substr(0, refused.size() - 2)));
    scripted plain([](peer& client) {
        client.exactly(1);
        client.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        client.client_leaves();
    });
    BOOST_TEST(failure("https://" + plain.name(), trusting()) == refused + "it does not speak TLS");
}

// ---- who it is --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_server_that_wants_a_certificate_gets_it)
{
    for (int const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        tls_server::habits strict;
        strict.clients = &issuer;
        strict.newest = version;
        tls_server there(server, answer_all, strict);
        BOOST_TEST(failure(there.url(), known(issuer)).empty());
        std::optional<errc> step;
        if (version == TLS1_2_VERSION) // else the handshake is over then
            step = errc::tls;
        auto const nobody = failure(there.url(), trusting(), step);
        BOOST_TEST(nobody.ends_with("wants a certificate of its client"), nobody);
        certificate const stranger(certificate::issuers);
        auto const unknown = failure(there.url(), known(stranger), step);
        BOOST_TEST(unknown.ends_with(": it refused the certificate of its client"), unknown);
    }
}

// ---- connections ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(connections_are_used_again_and_sessions_go_on)
{
    for (int const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        std::atomic<int> resumed{0};
        tls_server::habits how;
        how.newest = version;
        auto const two_answers = [&](tls_peer& client) {
            resumed += client.is_resumed();
            for (int i = 0; i < 2; ++i) {
                client.head();
                client.say(ok);
            }
            client.say_goodbye();
        };
        tls_server there(server, two_answers, how);
        asking here(trusting());
        for (int i = 0; i < 6; ++i)
            BOOST_TEST(here.ask(get(there.url())).body == "ok");
        BOOST_TEST(there.connections() == 3);
        BOOST_TEST(here.client.counts().opened == 3U);
        BOOST_TEST(resumed == 2);
    }
}

BOOST_AUTO_TEST_CASE(threads_share_a_client)
{
    std::atomic<int> resumed{0};
    tls_server there(server, [&](tls_peer& client) {
        resumed += client.is_resumed();
        answer_all(client);
    });
    auto options = trusting();
    options.pool.idle_connections = 0;
    std::array<asio::io_context, 3> contexts;
    http_client const client(options);
    std::atomic<int> answers{0};
    auto const call = [](http_client const* with, std::string url,
                          std::atomic<int>* count) -> awaitable<void> {
        for (int i = 0; i < 10; ++i) {
            outgoing_request asked("GET", url);
            auto const answer = co_await with->send(std::move(asked));
            *count += answer.body == "ok";
        }
    };
    std::vector<std::thread> threads;
    for (auto& context : contexts) {
        asio::co_spawn(context, call(&client, there.url(), &answers), [](std::exception_ptr) {});
        threads.emplace_back([&context] { context.run(); });
    }
    for (auto& each : threads)
        each.join();
    BOOST_TEST(answers == 30);
    BOOST_TEST(there.connections() == 30);
    BOOST_TEST(resumed > 0);
}

BOOST_AUTO_TEST_CASE(http_and_https_of_one_name_share_no_connection)
{
    tls_server there(server, answer_all);
    client_options options = trusting();
    options.head_timeout = 5s;
    asking here(options);
    BOOST_TEST(here.ask(get(there.url())).body == "ok");
    BOOST_CHECK_THROW(here.ask(get("http://" + there.name())), upstream_error);
    BOOST_TEST(here.client.counts().reused == 0U);
}

BOOST_AUTO_TEST_CASE(big_bodies_go_both_ways_at_a_time)
{
    std::string const large(3'000'000, 'x');
    tls_server there(server, [&](tls_peer& client) { // an echo
        client.head();
        client.say("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n");
        for (std::size_t done = 0; done < large.size();) {
            auto const piece = client.exactly(100'000);
            if (piece.empty() || !client.say(piece))
                return;
            done += piece.size();
        }
    });
    outgoing_request sent("POST", there.url(), large);
    BOOST_TEST(ask(std::move(sent), trusting()).body == large);
}

BOOST_AUTO_TEST_CASE(a_pulled_body_is_answered_while_it_is_sent)
{
    tls_server there(server, [&](tls_peer& client) {
        client.head();
        client.until("x");
        client.say("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
        client.say_goodbye();
    });
    outgoing_request sent("POST", there.url(), outgoing_body(endless_pieces()));
    auto const answer = ask(std::move(sent), trusting());
    BOOST_TEST(answer.status == 413);
    BOOST_TEST(answer.body == "no");
}

// ---- what breaks ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_handshake_has_its_time)
{
    tls_server::habits silent;
    silent.shakes_hands = false;
    auto const wait = [](tls_peer& client) {
        char octet[512];
        while (::recv(client.socket(), octet, sizeof octet, 0) > 0) {}
    };
    tls_server there(server, wait, silent);
    auto options = trusting();
    options.tls_timeout = 30ms;
    BOOST_TEST(failure(there.url(), options, errc::tls_timeout)
        == "the upstream UP did not end the TLS handshake in time");
    asking here(trusting());
    auto const call = [](http_client const* client, std::string url) -> awaitable<void> {
        co_await client->send(outgoing_request("GET", url));
    };
    BOOST_CHECK_THROW(
        here.run(with_timeout(call(&here.client, there.url()), 20ms)), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(a_handshake_that_is_cut_is_told)
{
    tls_server::habits silent;
    silent.shakes_hands = false;
    tls_server there(server, [](tls_peer&) {}, silent);
    BOOST_TEST(failure(there.url(), trusting()) == refused.substr(0, refused.size() - 2));
}

BOOST_AUTO_TEST_CASE(a_body_up_to_the_end_is_whole_only_with_a_goodbye)
{
    auto const text = [&](bool is_polite) {
        tls_server there(server, [is_polite](tls_peer& client) {
            client.head();
            client.say("HTTP/1.1 200 OK\r\n\r\nall of it?");
            if (is_polite)
                client.say_goodbye();
        });
        try {
            return ask(get(there.url()), trusting()).body;
        } catch (upstream_error const& error) {
            BOOST_TEST((error.step() == errc::broken_body));
            return std::string("cut");
        }
    };
    BOOST_TEST(text(true) == "all of it?");
    BOOST_TEST(text(false) == "cut");
}

BOOST_AUTO_TEST_CASE(a_connection_that_was_closed_meanwhile_is_replaced)
{
    std::atomic<int> closed{0};
    tls_server there(server, [&](tls_peer& client) {
        client.head();
        client.say(ok);
        if (closed == 0)
            client.say_goodbye();
        ++closed;
    });
    asking here(trusting());
    for (int i = 1; i <= 3; ++i) {
        BOOST_TEST(here.ask(get(there.url())).body == "ok");
        BOOST_TEST(eventually([&] { return closed == i; }));
    }
    BOOST_TEST(there.connections() == 3);
}

BOOST_AUTO_TEST_CASE(a_websocket_goes_over_tls_and_either_side_ends_it)
{
    std::atomic<bool> over = false;
    tls_server there(server, [&](tls_peer& client) {
        BOOST_TEST(client.head().ends_with("\r\nUpgrade: websocket\r\n\r\n"));
        client.say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nhi");
        if (client.exactly(3) == "abc")
            return client.say_goodbye();
        client.head(); // to the end of the connection
        over = true;
    });
    asking here(trusting());
    auto const talk = [](http_client client, outgoing_request request) -> awaitable<void> {
        auto answer = co_await client.stream(std::move(request));
        BOOST_TEST(answer.status == 101);
        std::string all;
        while (auto piece = co_await answer.body.next())
            all += *piece;
        BOOST_TEST(all == "hi");
    };
    for (bool const ends_here : {false, true}) {
        auto request = get(there.url());
        request.opens_websocket = true;
        request.body = ends_here ? outgoing_body(pieces({"xyz"})) : outgoing_body(pieces_and_silence("abc"));
        here.run(talk(here.client, std::move(request)));
        BOOST_TEST(eventually([&] { return over == ends_here; }));
    }
}

BOOST_AUTO_TEST_CASE(a_context_may_die_within_an_exchange)
{
    tls_server there(server, [](tls_peer& client) {
        client.head();
        client.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        client.head();
    });
    http_client const client(trusting());
    auto const call = [](http_client const* with, std::string url, bool* has_begun) -> awaitable<void> {
        test_coro::counted alive;
        auto answer = co_await with->stream(outgoing_request("GET", url));
        co_await answer.body.next();
        *has_begun = true;
        co_await answer.body.next();
    };
    bool has_begun = false;
    {
        asio::io_context context(1);
        asio::co_spawn(context, call(&client, there.url(), &has_begun), [](std::exception_ptr) {});
        BOOST_TEST(eventually([&] {
            context.poll();
            return has_begun;
        }));
    }
    BOOST_TEST(test_coro::counted::live == 0);
}

BOOST_AUTO_TEST_SUITE_END()
