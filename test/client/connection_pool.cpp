// When connections are used again, and when never.
#include "client/asking.hpp"

#include <framex/client/connection_pool.hpp>
#include <framex/coro/sleep.hpp>

#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;

namespace {

/// Answers one request and keeps the connection until `leave`.
scripted::script answers_and_waits(std::string answer, std::atomic<bool>& leave)
{
    return [answer = std::move(answer), &leave](peer& client) {
        client.head();
        client.say(answer);
        for (int i = 0; i < 2500 && !leave; ++i)
            std::this_thread::sleep_for(2ms);
    };
}

/// An executor of its own that keeps `tag` alive.
template <class Inner>
class tagged {
public:
    tagged(Inner inner, std::shared_ptr<int> tag) : inner_(std::move(inner)), tag_(std::move(tag)) {}

    template <class Property>
    auto query(Property const& property) const
        -> decltype(asio::query(std::declval<Inner const&>(), property))
    {
        return asio::query(inner_, property);
    }
    template <class Property>
    auto require(Property const& property) const
        -> tagged<std::decay_t<decltype(asio::require(std::declval<Inner const&>(), property))>>
    {
        return {asio::require(inner_, property), tag_};
    }
    template <class F>
    void execute(F&& f) const
    {
        inner_.execute(std::forward<F>(f));
    }
    bool operator==(tagged const&) const = default;

private:
    Inner inner_;
    std::shared_ptr<int> tag_;
};

awaitable<void> job(http_client const* client, std::string url)
{
    co_await client->send(outgoing_request("GET", url));
}

void expect_counts(
    http_client const& client, std::uint64_t opened, std::uint64_t reused, std::uint64_t retried)
{
    auto const counts = client.counts();
    BOOST_TEST(counts.opened == opened);
    BOOST_TEST(counts.reused == reused);
    BOOST_TEST(counts.retried == retried);
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_connection_pool)

BOOST_AUTO_TEST_CASE(one_connection_serves_one_exchange_after_another)
{
    scripted upstream(answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"));
    asking here;
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(here.ask(outgoing_request("GET", upstream.url())).body == "ok");
    BOOST_TEST(upstream.connections() == 1);
    BOOST_TEST(here.client.idle() == 1U);
    expect_counts(here.client, 1, 4, 0);
}

BOOST_AUTO_TEST_CASE(a_copy_of_the_client_shares_its_connections)
{
    scripted upstream(answers(with_length("ok")));
    asking here;
    here.ask(outgoing_request("GET", upstream.url()));
    http_client const copy = here.client;
    here.run([](http_client const* client, std::string url) -> awaitable<void> {
        co_await client->send(outgoing_request("GET", url));
    }(&copy, upstream.url()));
    expect_counts(here.client, 1, 1, 0);
}

BOOST_AUTO_TEST_CASE(origins_do_not_share_connections)
{
    scripted one(answers(with_length("one"))), two(answers(with_length("two")));
    asking here;
    for (int i = 0; i < 2; ++i) {
        BOOST_TEST(here.ask(outgoing_request("GET", one.url())).body == "one");
        BOOST_TEST(here.ask(outgoing_request("GET", two.url())).body == "two");
    }
    expect_counts(here.client, 2, 2, 0);
    BOOST_TEST(here.client.idle() == 2U);
}

BOOST_AUTO_TEST_CASE(an_answer_that_closes_or_is_delimited_by_the_end_gives_no_connection_back)
{
    for (char const* answer : {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
             "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"}) {
        scripted upstream(answers(answer));
        asking here;
        here.ask(outgoing_request("GET", upstream.url()));
        BOOST_TEST(here.client.idle() == 0U, answer);
    }
    scripted upstream([](peer& client) {
        client.head();
        client.say("HTTP/1.1 200 OK\r\n\r\nok");
    });
    asking here;
    BOOST_TEST(here.ask(outgoing_request("GET", upstream.url())).body == "ok");
    BOOST_TEST(here.client.idle() == 0U);
}

BOOST_AUTO_TEST_CASE(octets_after_the_end_of_an_answer_kill_the_connection)
{
    for (auto const& answer : {with_length("ok") + "H",
             std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\r\n"),
             "HTTP/1.1 204 No Content\r\n\r\n" + with_length("smuggled")}) {
        scripted upstream(answers(answer));
        asking here;
        here.ask(outgoing_request("GET", upstream.url()));
        here.ask(outgoing_request("GET", upstream.url()));
        expect_counts(here.client, 2, 0, 0);
        BOOST_TEST(here.client.idle() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(octets_that_come_while_it_is_idle_kill_the_connection)
{
    std::atomic<bool> asked = false, said = false;
    scripted upstream({[&](peer& client) {
                           client.head();
                           client.say(with_length("ok"));
                           eventually([&] { return asked.load(); });
                           client.say(with_length("smuggled"));
                           said = true;
                           client.client_leaves();
                       },
        answers(with_length("fresh"))});
    asking here;
    here.ask(outgoing_request("GET", upstream.url()));
    BOOST_TEST(here.client.idle() == 1U);
    asked = true;
    BOOST_TEST(eventually([&] { return said.load(); }));
    BOOST_TEST(here.ask(outgoing_request("GET", upstream.url())).body == "fresh");
    expect_counts(here.client, 2, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_connection_that_was_closed_while_idle_is_not_used)
{
    std::atomic<bool> asked = false, closed = false;
    scripted upstream({[&](peer& client) {
                           client.head();
                           client.say(with_length("ok"));
                           eventually([&] { return asked.load(); });
                           client.leave();
                           closed = true;
                       },
        answers(with_length("fresh"))});
    asking here;
    here.ask(outgoing_request("GET", upstream.url()));
    BOOST_TEST(here.client.idle() == 1U);
    asked = true;
    BOOST_TEST(eventually([&] { return closed.load(); }));
    here.ask(outgoing_request("POST", upstream.url(), "not to be repeated"));
    expect_counts(here.client, 2, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_connection_that_closes_at_the_request_is_replaced_once_when_that_is_safe)
{
    auto const closes_at_second = [](peer& client) {
        client.head();
        client.say(with_length("ok"));
        client.head();
    };
    {
        scripted upstream({closes_at_second, answers(with_length("again"))});
        asking here;
        here.ask(outgoing_request("GET", upstream.url()));
        BOOST_TEST(here.ask(outgoing_request("PUT", upstream.url(), "text")).body == "again");
        expect_counts(here.client, 2, 1, 1);
    }
    for (auto const* method : {"POST", "PATCH", "BREW"}) {
        scripted upstream({closes_at_second, answers(with_length("again"))});
        asking here;
        here.ask(outgoing_request("GET", upstream.url()));
        BOOST_CHECK_THROW(here.ask(outgoing_request(method, upstream.url())), upstream_error);
        expect_counts(here.client, 1, 1, 0);
    }
    scripted upstream({closes_at_second, answers("")});
    asking here;
    here.ask(outgoing_request("GET", upstream.url()));
    BOOST_CHECK_THROW(here.ask(outgoing_request("PUT", upstream.url(), pieces({"a"}))), upstream_error);
    expect_counts(here.client, 1, 1, 0);
}

BOOST_AUTO_TEST_CASE(nothing_is_repeated_once_a_part_of_the_answer_came)
{
    scripted upstream({[](peer& client) {
                           client.head();
                           client.say(with_length("ok"));
                           client.head();
                           client.say("H");
                       },
        answers(with_length("again"))});
    asking here;
    here.ask(outgoing_request("GET", upstream.url()));
    BOOST_CHECK_THROW(here.ask(outgoing_request("GET", upstream.url())), upstream_error);
    expect_counts(here.client, 1, 1, 0);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_after_its_time)
{
    client_options options;
    options.pool.idle_timeout = 30ms;
    std::atomic<bool> left = false;
    scripted upstream([&](peer& client) {
        client.head();
        client.say(with_length("ok"));
        left = client.client_leaves();
    });
    asking here(options);
    here.ask(outgoing_request("GET", upstream.url()));
    BOOST_TEST(here.client.idle() == 1U);
    here.run([]() -> awaitable<void> { co_await sleep_for(60ms); }());
    BOOST_TEST(here.client.idle() == 0U);
    BOOST_TEST(eventually([&] { return left.load(); }));
}

BOOST_AUTO_TEST_CASE(all_idle_connections_of_a_context_can_be_closed_and_the_client_goes_on)
{
    scripted upstream(answers(with_length("ok")));
    asking here;
    auto const ask_and_close = [](http_client const* client, std::string url) -> awaitable<void> {
        auto const executor = co_await asio::this_coro::executor;
        co_await client->send(outgoing_request("GET", url));
        BOOST_TEST(client->idle() == 1U);
        close_idle_connections(executor);
        co_await sleep_for(1ms);
        BOOST_TEST(client->idle() == 0U);
        co_await client->send(outgoing_request("GET", url));
        close_idle_connections(executor);
        co_await sleep_for(1ms);
    };
    here.run(ask_and_close(&here.client, upstream.url()));
    expect_counts(here.client, 2, 0, 0);
}

BOOST_AUTO_TEST_CASE(more_than_the_bound_are_never_idle_and_the_latest_stay)
{
    std::atomic<bool> leave = false;
    scripted upstream(answers_and_waits(with_length(std::string(20'000, 'x')), leave));
    client_options options;
    options.pool.idle_connections = 2;
    asking here(options);
    here.run([](http_client const* client, std::string url) -> awaitable<void> {
        std::vector<streamed_response> open;
        for (int i = 0; i < 4; ++i) {
            auto answer = co_await client->stream(outgoing_request("GET", url));
            open.push_back(std::move(answer));
        }
        for (auto& answer : open)
            while (co_await answer.body.next())
                continue;
        BOOST_TEST(client->idle() == 2U);
    }(&here.client, upstream.url()));
    options.pool.idle_connections = 0;
    asking none(options);
    none.ask(outgoing_request("GET", upstream.url()));
    BOOST_TEST(none.client.idle() == 0U);
    leave = true;
}

BOOST_AUTO_TEST_CASE(more_than_the_total_bound_are_never_idle_and_the_oldest_goes)
{
    scripted one(answers(with_length("ok"))), two(answers(with_length("ok"))),
        three(answers(with_length("ok")));
    client_options options;
    options.pool.idle_total = 2;
    asking here(options);
    for (auto const* each : {&one, &two, &three, &two, &three, &one})
        here.ask(outgoing_request("GET", each->url()));
    BOOST_TEST(here.client.idle() == 2U);
    expect_counts(here.client, 4, 2, 0); // one twice
    BOOST_TEST(one.connections() == 2);
}

BOOST_AUTO_TEST_CASE(an_executor_that_has_nothing_idle_any_more_is_forgotten)
{
    scripted upstream(answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", 1));
    asio::io_context context(1);
    http_client const client;
    std::vector<std::weak_ptr<int>> tags;
    auto const run_on = [&](auto executor) {
        asio::co_spawn(executor, job(&client, upstream.url()), [](std::exception_ptr) {});
        context.restart();
        context.run();
    };
    for (int i = 0; i < 3; ++i) {
        auto const tag = std::make_shared<int>(i);
        tags.push_back(tag);
        run_on(tagged(context.get_executor(), tag));
    }
    run_on(context.get_executor());
    BOOST_TEST(client.counts().opened == 4U);
    for (auto const& tag : tags)
        BOOST_TEST(tag.expired());
}

BOOST_AUTO_TEST_CASE(a_context_dies_before_the_strands_that_its_pools_were_on)
{
    scripted upstream(answers(with_length("ok")));
    client_options options;
    options.pool.idle_connections = 0;
    asio::io_context context(1);
    http_client const client(options);
    auto const run_on = [&](asio::any_io_executor executor) {
        asio::co_spawn(executor, job(&client, upstream.url()), [](std::exception_ptr) {});
        context.restart();
        context.run();
    };
    run_on(context.get_executor());
    run_on(asio::make_strand(context));
    BOOST_TEST(client.counts().opened == 2U);
}

BOOST_AUTO_TEST_CASE(the_pool_closes_what_is_idle_when_it_dies)
{
    std::atomic<bool> left = false;
    scripted upstream([&](peer& client) {
        client.head();
        client.say(with_length("ok"));
        left = client.client_leaves();
    });
    {
        asking here;
        here.ask(outgoing_request("GET", upstream.url()));
        BOOST_TEST(here.client.idle() == 1U);
        BOOST_TEST(!left);
    }
    BOOST_TEST(eventually([&] { return left.load(); }));
}

BOOST_AUTO_TEST_SUITE_END()
