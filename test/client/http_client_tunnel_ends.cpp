// Requests that open a WebSocket: every way to an end.
#include "client/tunnels.hpp"

using namespace framex;
using namespace framex::test;

BOOST_AUTO_TEST_SUITE(http_client_tunnel_ends)

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
