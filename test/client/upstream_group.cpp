#include "client/asking.hpp"

#include <framex/client/upstream_group.hpp>
#include <framex/coro/task_group.hpp>
#include <framex/coro/timeout.hpp>

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;
using test_coro::counted;
using test_coro::nothing_left;

namespace {

/// What became of a request.
struct outcome {
    std::string body; ///< "502 why it was not repeated" for a request that failed
    int status = 0;
};

awaitable<streamed_response> begin(upstream_group group, request incoming, std::string key)
{
    if (key.empty())
        return group.forward(std::move(incoming));
    if (key != "pulled")
        return group.forward(std::move(incoming), {}, std::move(key));
    incoming.headers.set("Content-Length", "5");
    return group.forward(std::move(incoming), body_reader(slow_pieces(5)));
}

awaitable<void> forward(upstream_group group, request incoming, std::string key, outcome* seen)
{
    counted here;
    try {
        auto answer = co_await begin(group, std::move(incoming), std::move(key));
        seen->status = answer.status;
        while (auto piece = co_await answer.body.next())
            seen->body += *piece;
    } catch (upstream_error const& error) {
        seen->status = error.status();
        seen->body = error.not_repeated();
    }
}

struct lab {
    explicit lab(std::vector<upstream_member> members, group_options const& options = {})
        : group(std::move(members), options)
    {
    }
    outcome ask(request incoming = request("GET", "/"), std::string key = {})
    {
        outcome seen;
        asker.run(forward(group, std::move(incoming), std::move(key), &seen));
        return seen;
    }
    asking asker;
    upstream_group group; // its connections before their context in death
};

/// A member that answers everything with its name.
struct named {
    explicit named(std::string const& name) : server(answers(with_length(name))) {}
    scripted server;
};

/// The address of a server that is gone.
std::string nobody()
{
    scripted gone;
    return gone.url();
}

scripted::script breaks()
{
    return [](peer& client) { client.head(); };
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_upstream_group)

BOOST_AUTO_TEST_CASE(requests_are_spread_and_counted)
{
    named one("one"), two("two");
    lab here({{one.server.url()}, {two.server.url(), 2}});
    std::string names;
    for (int i = 0; i < 6; ++i)
        names += here.ask().body + " ";
    BOOST_TEST(names == "two one two two one two ");
    auto const told = here.group.counts();
    BOOST_TEST(told[0].requests == 2U);
    BOOST_TEST(told[1].requests == 4U);
    BOOST_TEST(told[1].name == two.server.name());
    BOOST_TEST(told[0].in_flight + told[1].in_flight == 0U);
    BOOST_TEST(here.group.name() == one.server.name() + ", " + two.server.name());
}

BOOST_AUTO_TEST_CASE(a_key_stays_with_its_member)
{
    named one("one"), two("two");
    group_options options;
    options.balance = balance::hash;
    lab here({{one.server.url()}, {two.server.url()}}, options);
    auto const first = here.ask({}, "Ada").body;
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(here.ask({}, "Ada").body == first);
}

// ---- another member ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_request_that_nobody_took_goes_to_another_member)
{
    named two("two");
    lab here({{nobody()}, {two.server.url()}});
    BOOST_TEST(here.ask(request("POST", "/", "text")).body == "two");
    auto const told = here.group.counts();
    BOOST_TEST(told[0].failures == 1U);
    BOOST_TEST(told[1].retries == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_sent_is_repeated_for_methods_that_may_be)
{
    scripted one(breaks());
    named two("two");
    for (char const* method : {"GET", "PUT"}) {
        lab here({{one.url()}, {two.server.url()}});
        BOOST_TEST(here.ask(request(method, "/")).body == "two");
    }
    lab here({{one.url()}, {two.server.url()}});
    auto const seen = here.ask(request("POST", "/", "text"));
    BOOST_TEST(seen.status == 502);
    BOOST_TEST(seen.body == "POST was sent already");
    group_options options;
    options.retry.repeats_sent = true;
    lab free({{one.url()}, {two.server.url()}}, options);
    BOOST_TEST(free.ask(request("POST", "/", "text")).body == "two");
}

BOOST_AUTO_TEST_CASE(a_pulled_body_is_there_for_the_next_member_until_something_was_asked_for)
{
    std::string body;
    scripted takes([&](peer& client) {
        client.head();
        body = client.exactly(5);
        client.say(with_length("taken"));
    });
    lab here({{nobody()}, {takes.url()}});
    BOOST_TEST(here.ask(request("POST", "/"), "pulled").body == "taken");
    BOOST_TEST(body == "xxxxx");
    scripted one([](peer& client) {
        client.head();
        client.exactly(1);
    });
    lab again({{one.url()}, {takes.url()}});
    BOOST_TEST(again.ask(request("PUT", "/"), "pulled").body == "the body was being read already");
}

BOOST_AUTO_TEST_CASE(an_error_says_why_it_was_the_last_word)
{
    scripted odd(answers("HTTP/1.1 what\r\n\r\n"));
    scripted silent([](peer& client) { client.client_leaves(); });
    named good("good");
    group_options options;
    options.upstream.client.head_timeout = 20ms;
    auto const why = [&](std::vector<upstream_member> members) {
        return lab(std::move(members), options).ask().body;
    };
    BOOST_TEST(why({{odd.url()}, {good.server.url()}}) == "the upstream had answered");
    BOOST_TEST(why({{silent.url()}, {good.server.url()}}) == "the time was spent");
    BOOST_TEST(why({{nobody()}}) == "there is no other member");
    BOOST_TEST(why({{nobody()}, {nobody()}, {good.server.url()}}) == "enough members were asked");
    options.retry.least = 0;
    options.retry.budget = 0;
    BOOST_TEST(why({{nobody()}, {good.server.url()}}) == "the budget of retries is spent");
    options.retry.least = 1;
    options.in_flight = 1;
    lab here({{nobody()}, {good.server.url()}}, options);
    std::optional<chosen_member> first(here.group.choose());
    auto const second = here.group.choose(); // and stays busy
    first.reset();
    BOOST_TEST(here.ask().body == "no other member can take it");
}

BOOST_AUTO_TEST_CASE(more_members_are_asked_when_that_is_wanted)
{
    named good("good");
    group_options options;
    options.retry.members = 3;
    lab here({{nobody()}, {nobody()}, {good.server.url()}}, options);
    BOOST_TEST(here.ask().body == "good");
}

// ---- failures ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(failures_of_all_kinds_eject)
{
    scripted broken([](peer& client) {
        client.head();
        client.say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    });
    scripted busy(answers("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"));
    scripted odd(answers("HTTP/1.1 what\r\n\r\n"));
    named good("good");
    for (auto const& url : {broken.url(), busy.url(), odd.url(), nobody()}) {
        group_options options;
        options.ejection.failures = 2;
        options.retry.members = 1;
        lab here({{url}, {good.server.url()}}, options);
        for (int i = 0; i < 3; ++i)
            here.ask();
        BOOST_TEST(here.group.counts().front().ejections == 1U, url);
        for (int i = 0; i < 3; ++i)
            BOOST_TEST(here.ask().body == "good");
    }
}

BOOST_AUTO_TEST_CASE(a_status_is_no_failure_when_it_shall_not_be)
{
    scripted busy(answers("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"));
    group_options options;
    options.ejection.counts_statuses = false;
    lab here({{busy.url()}}, options);
    BOOST_TEST(here.ask().status == 503);
    BOOST_TEST(here.group.counts().front().failures == 0U);
}

BOOST_AUTO_TEST_CASE(an_answer_that_goes_on_is_in_flight_and_a_client_that_leaves_is_no_failure)
{
    nothing_left check;
    scripted endless([](peer& client) {
        client.head();
        client.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
        client.client_leaves();
    });
    group_options options;
    options.in_flight = 1;
    lab here({{endless.url()}}, options);
    here.asker.run([](upstream_group group) -> awaitable<void> {
        counted alive;
        auto answer = co_await group.forward(request("GET", "/"));
        auto piece = co_await answer.body.next();
        BOOST_TEST(piece.value() == "x");
        BOOST_TEST(group.counts().front().in_flight == 1U);
        BOOST_CHECK_THROW(group.choose(), upstream_error);
        answer.body = {};
        BOOST_TEST(group.counts().front().in_flight == 0U);
    }(here.group));
    outcome seen;
    BOOST_CHECK_THROW(here.asker.run(with_timeout(forward(here.group, request("GET", "/"), {}, &seen), 20ms)),
        boost::system::system_error);
    auto const told = here.group.counts().front();
    BOOST_TEST(told.in_flight == 0U);
    BOOST_TEST(told.failures == 0U);
}

BOOST_AUTO_TEST_CASE(a_request_may_be_sent_by_hand)
{
    named one("one");
    lab here({upstream_member(one.server.url())});
    auto member = here.group.choose();
    BOOST_TEST(member.index() == 0U);
    member.failed();
    BOOST_TEST(here.group.counts().front().in_flight == 1U);
    {
        chosen_member const taken(std::move(member));
    }
    auto const told = here.group.counts().front();
    BOOST_TEST(told.in_flight == 0U);
    BOOST_TEST(told.failures == 1U);
}

// ---- health -----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(checks_find_who_is_well_until_they_are_cancelled)
{
    nothing_left check;
    framex::test::upstream sick, well;
    sick.on("GET", "/base/ready").answer(200).answer(500).answer(500).answer(204);
    well.on("GET", "/ready").answer(200);
    group_options options;
    options.health.path = "/ready";
    options.health.authorization = "the-key";
    options.health.interval = 5ms;
    options.health.unhealthy = options.health.healthy = 2;
    upstream_group const group({{sick.url("/base/")}, {well.url()}}, options);
    bool was_out = false;
    auto const watch = [](upstream_group seen, bool* out) -> awaitable<void> {
        counted alive;
        auto const executor = co_await asio::this_coro::executor;
        task_group checks(executor);
        checks.spawn(seen.check_health());
        for (int i = 0; i < 5000 && !(*out && seen.counts().front().is_healthy); ++i) {
            *out = *out || !seen.counts().front().is_healthy;
            co_await sleep_for(1ms);
        }
        checks.cancel();
        co_await checks.join();
    };
    run(watch(group, &was_out));
    BOOST_TEST(was_out);
    BOOST_TEST(group.counts().front().is_healthy);
    BOOST_TEST(group.counts().back().is_healthy);
    BOOST_TEST(group.counts().front().requests == 0U); // they are not counted
    auto const asked = well.requests();
    BOOST_TEST_REQUIRE(!asked.empty());
    BOOST_TEST(std::string(asked.front().headers[http::field::authorization]) == "the-key");
}

BOOST_AUTO_TEST_CASE(a_member_that_does_not_answer_a_check_in_time_is_not_well)
{
    scripted silent([](peer& client) { client.client_leaves(); });
    group_options options;
    options.health.interval = 1ms;
    options.health.timeout = 10ms;
    options.health.unhealthy = 1;
    upstream_group const group({{silent.url()}}, options);
    auto const watch = [](upstream_group seen) -> awaitable<void> {
        auto const executor = co_await asio::this_coro::executor;
        task_group checks(executor);
        checks.spawn(seen.check_health());
        for (int i = 0; i < 5000 && seen.counts().front().is_healthy; ++i)
            co_await sleep_for(1ms);
        checks.cancel();
        co_await checks.join();
    };
    run(watch(group));
    BOOST_CHECK_THROW(group.choose(), upstream_error);
}

BOOST_AUTO_TEST_SUITE_END()
