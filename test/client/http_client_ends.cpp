// Calls and bodies that are cancelled, dropped, or suspended while their context dies: the upstream is left
// at once, and nothing stays.
#include "client/asking.hpp"

#include <framex/coro/sleep.hpp>
#include <framex/coro/task_group.hpp>
#include <framex/coro/timeout.hpp>

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;
using test_coro::counted;
using test_coro::nothing_left;

namespace {

/// Says `octets` and notes when the client leaves.
struct waiting_upstream {
    explicit waiting_upstream(std::string octets)
        : upstream([this, text = std::move(octets)](peer& client) {
              client.head();
              client.say(text);
              left = client.client_leaves();
          })
    {
    }
    bool was_left()
    {
        return eventually([this] { return left.load(); });
    }
    std::atomic<bool> left{false};
    scripted upstream;
};

std::string const begun = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";

/// Pulls the body until it ends or breaks.
awaitable<void> read_stream(std::string url)
{
    counted here;
    http_client const client;
    auto answer = co_await client.stream(outgoing_request("GET", url));
    while (auto piece = co_await answer.body.next()) {}
}
async_generator<std::string> counted_pieces()
{
    counted here;
    co_yield "one";
    co_await sleep_for(1h);
}
awaitable<void> upload(std::string url)
{
    counted here;
    http_client const client;
    co_await client.send(outgoing_request("PUT", url, counted_pieces()));
}
awaitable<void> stuck_upload(std::string url)
{
    counted here;
    http_client const client;
    co_await client.send(outgoing_request("PUT", url, std::string(30'000'000, 'x')));
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_http_client_ends)

BOOST_AUTO_TEST_CASE(a_body_dropped_between_two_pieces_closes_the_connection_at_once)
{
    waiting_upstream there(begun);
    run([](waiting_upstream* up) -> awaitable<void> {
        http_client const client;
        {
            auto answer = co_await client.stream(outgoing_request("GET", up->upstream.url()));
            auto piece = co_await answer.body.next();
            BOOST_TEST(piece.value() == "hello");
            BOOST_TEST(!up->left);
        }
        BOOST_TEST(up->was_left()); // though nothing of this context ran meanwhile
        BOOST_TEST(client.idle() == 0U);
    }(&there));
}

BOOST_AUTO_TEST_CASE(a_body_that_was_never_pulled_closes_the_connection_when_it_is_dropped)
{
    waiting_upstream there(begun);
    run([](waiting_upstream* up) -> awaitable<void> {
        http_client const client;
        {
            auto answer = co_await client.stream(outgoing_request("GET", up->upstream.url()));
            BOOST_TEST(answer.status == 200);
        }
        BOOST_TEST(up->was_left());
    }(&there));
}

BOOST_AUTO_TEST_CASE(a_call_that_is_cancelled_leaves_the_upstream)
{
    nothing_left check;
    for (auto const& said : {std::string(), std::string("HTTP/1.1 200"), begun}) {
        waiting_upstream there(said);
        auto const error = test_coro::run_and_cancel(read_stream(there.upstream.url()));
        BOOST_TEST((error == asio::error::operation_aborted), said);
        BOOST_TEST(there.was_left(), said);
    }
}

BOOST_AUTO_TEST_CASE(an_upload_that_is_cancelled_unwinds_its_source)
{
    nothing_left check;
    waiting_upstream there("");
    BOOST_TEST((test_coro::run_and_cancel(upload(there.upstream.url())) == asio::error::operation_aborted));
    BOOST_TEST(there.was_left());
}

BOOST_AUTO_TEST_CASE(a_time_out_of_the_caller_is_a_cancellation)
{
    waiting_upstream there(begun);
    auto const error = [&] {
        try {
            run(with_timeout(read_stream(there.upstream.url()), 20ms));
        } catch (boost::system::system_error const& e) {
            return e.code();
        }
        return error_code();
    }();
    BOOST_TEST((error == asio::error::timed_out));
    BOOST_TEST(there.was_left());
}

BOOST_AUTO_TEST_CASE(a_context_that_dies_takes_suspended_calls_with_it)
{
    nothing_left check;
    for (auto const& said : {std::string(), begun}) {
        waiting_upstream there(said);
        test_coro::run_and_abandon(read_stream(there.upstream.url()));
        BOOST_TEST(there.was_left(), said);
    }
    {
        waiting_upstream there("");
        test_coro::run_and_abandon(upload(there.upstream.url()));
        BOOST_TEST(there.was_left());
    }
    std::atomic<bool> done = false;
    scripted full([&](peer& client) {
        client.head();
        for (int i = 0; i < 2500 && !done; ++i)
            std::this_thread::sleep_for(2ms);
    });
    test_coro::run_and_abandon(stuck_upload(full.url()));
    done = true;
}

BOOST_AUTO_TEST_CASE(a_body_outlives_its_client_and_gives_nothing_back_to_nobody)
{
    scripted upstream(answers(with_length("ok")));
    run([](std::string url) -> awaitable<void> {
        streamed_response answer;
        {
            http_client const client;
            answer = co_await client.stream(outgoing_request("GET", url));
        }
        auto piece = co_await answer.body.next();
        BOOST_TEST(piece.value() == "ok");
        auto end = co_await answer.body.next();
        BOOST_TEST(!end.has_value());
    }(upstream.url()));
}

BOOST_AUTO_TEST_CASE(calls_run_side_by_side_on_connections_of_their_own)
{
    scripted upstream([](peer& client) {
        client.head();
        std::this_thread::sleep_for(10ms);
        client.say(with_length("ok"));
        client.client_leaves();
    });
    asking here;
    int answered = 0;
    auto const one = [](http_client const* client, std::string url, int* count) -> awaitable<void> {
        auto const answer = co_await client->send(outgoing_request("GET", url));
        *count += answer.body == "ok";
    };
    here.run([](auto call, http_client const* client, std::string url, int* count) -> awaitable<void> {
        task_group group(co_await asio::this_coro::executor);
        for (int i = 0; i < 20; ++i)
            group.spawn(call(client, url, count));
        co_await group.join();
    }(one, &here.client, upstream.url(), &answered));
    BOOST_TEST(answered == 20);
    BOOST_TEST(here.client.counts().opened == 20U);
    BOOST_TEST(here.client.idle() == 20U);
}

BOOST_AUTO_TEST_SUITE_END()
