// app::reload(): other plugins take over, and nothing that runs is cut.
#include "coro/run.hpp"
#include "served.hpp"

#include <framex/coro/sleep.hpp>
#include <framex/engine/local_engine.hpp>
#include <framex/engine/remote.hpp>
#include <framex/framex.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;
using framex::test_coro::code_of;

namespace {

struct counts {
    std::atomic<int> made = 0, started = 0, stopped = 0, gone = 0;
};
std::array<counts, 3> lives; // of the editions below
std::atomic<bool> may_end = false; // of streams

/// One plugin in several editions.
template <std::size_t N>
struct edition {
    static inline plugin_metadata const metadata{.name = "shop", .version = std::to_string(N)};
    edition() { ++lives[N].made; }
    edition(edition const&) = delete;
    edition& operator=(edition const&) = delete;
    ~edition() { ++lives[N].gone; }
    awaitable<> on_start()
    {
        co_await sleep_for(1ms);
        ++lives[N].started;
    }
    awaitable<> on_stop()
    {
        co_await sleep_for(1ms);
        ++lives[N].stopped;
    }
    int number() { return N; }
    awaitable<std::string> slow(request whole)
    {
        co_await sleep_for(1ms);
        co_return whole.body + " to " + std::to_string(N);
    }
    async_generator<std::string> stream()
    {
        co_yield "from " + std::to_string(N) + ";";
        while (!may_end)
            co_await sleep_for(1ms);
        co_yield "end of " + std::to_string(N) + ";";
    }
    static void define(api<edition>& api)
    {
        api.get("/number", &edition::number);
        api.post("/slow", &edition::slow);
        api.get("/stream", &edition::stream);
    }
};

struct cross : edition<2> {
    static inline plugin_metadata const metadata{.name = "cross", .version = "1"};
    awaitable<> on_start()
    {
        co_await sleep_for(1ms);
        throw std::runtime_error("not today");
    }
    static void define(api<cross>& api) { api.get("/cross", &cross::number); }
};

std::atomic<bool> hangs = false;
struct sleeper {
    static inline plugin_metadata const metadata{.name = "sleeper", .version = "1"};
    sleeper() = default;
    sleeper(sleeper const&) = delete;
    sleeper& operator=(sleeper const&) = delete;
    ~sleeper() { ++lives[2].gone; }
    awaitable<> on_start()
    {
        hangs = true;
        while (hangs)
            co_await sleep_for(1ms);
    }
    awaitable<> on_stop()
    {
        ++lives[2].stopped;
        co_return;
    }
    int n() { return 9; }
    static void define(api<sleeper>& api) { api.get("/sleeper", &sleeper::n); }
};

struct worker_of_jobs {
    static inline plugin_metadata const metadata{.name = "worker_of_jobs", .version = "1"};
    worker_of_jobs() = default;
    worker_of_jobs(worker_of_jobs const&) = delete;
    worker_of_jobs& operator=(worker_of_jobs const&) = delete;
    ~worker_of_jobs() { ++lives[0].gone; }
    int work()
    {
        ++lives[0].started;
        while (!may_end)
            std::this_thread::sleep_for(1ms);
        return 1;
    }
    struct leaving {
        leaving() = default;
        leaving(leaving const&) = delete;
        leaving& operator=(leaving const&) = delete;
        ~leaving() { ++lives[0].stopped; }
    };
    awaitable<int> job()
    {
        leaving const end;
        auto const result = co_await remote(&worker_of_jobs::work)(this);
        co_return result;
    }
    static void define(api<worker_of_jobs>& api) { api.get("/job", &worker_of_jobs::job); }
};

template <class... P>
std::vector<plugin_entry> entries()
{
    return {plugin_entry_of<P>()...};
}

/// Reloads, on the app's executor when `where` is that, and waits for the end.
std::exception_ptr reload(asio::any_io_executor where, framex::app& service, std::vector<plugin_entry> next)
{
    std::promise<std::exception_ptr> ended;
    asio::co_spawn(
        where, service.reload(std::move(next)), [&](std::exception_ptr error) { ended.set_value(error); });
    return ended.get_future().get();
}

template <class... P>
std::exception_ptr reload(served<P...>& service, std::vector<plugin_entry> next)
{
    return reload(service.executor(), service.app(), std::move(next));
}

std::string text_of(std::exception_ptr const& error)
{
    try {
        if (error)
            std::rethrow_exception(error);
        return {};
    } catch (std::exception const& e) {
        return e.what();
    }
}

bool becomes(std::atomic<int> const& number, int wanted)
{
    for (int i = 0; i < 1'000 && number != wanted; ++i)
        std::this_thread::sleep_for(10ms);
    return number == wanted;
}

struct fresh {
    fresh()
    {
        for (auto& each : lives)
            each.made = each.started = each.stopped = each.gone = 0;
        may_end = hangs = false;
    }
};

constexpr std::string_view ask_number = "GET /api/v1/number HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view ask_stream = "GET /api/v1/stream HTTP/1.1\r\nHost: a\r\n\r\n";

} // namespace

BOOST_FIXTURE_TEST_SUITE(reloading, fresh)

BOOST_AUTO_TEST_CASE(connections_that_wait_get_the_new_plugins_and_the_old_ones_are_stopped)
{
    served<edition<0>> service;
    raw_client kept(service.port());
    kept.send(ask_number);
    BOOST_TEST(has(kept.answer(), R"("data":0)"));
    BOOST_TEST(!reload(service, entries<edition<1>>()));
    kept.send(ask_number);
    BOOST_TEST(has(kept.answer(), R"("data":1)"));
    BOOST_TEST(has(ask(service.port(), "GET /readyz"), "200 OK"));
    BOOST_TEST(becomes(lives[0].gone, 1)); // though the connection is still there
    BOOST_TEST(lives[0].stopped == 1);
    BOOST_TEST(lives[1].started == 1);
    BOOST_TEST(lives[1].stopped == 0);
    service.app().stop(0ms);
    BOOST_TEST(service.has_ended());
    BOOST_TEST(lives[1].stopped == 1);
}

BOOST_AUTO_TEST_CASE(a_stream_goes_on_with_the_plugin_that_began_it)
{
    served<edition<0>> service;
    raw_client reader(service.port());
    reader.send(ask_stream);
    BOOST_TEST(has(reader.until("from 0;"), "200 OK"));
    BOOST_TEST(!reload(service, entries<edition<1>>()));
    BOOST_TEST(!reload(service, entries<edition<2>>()));
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/number"), R"("data":2)"));
    BOOST_TEST(becomes(lives[1].gone, 1));
    BOOST_TEST(lives[0].stopped == 0); // its stream is open
    may_end = true;
    reader.until("end of 0;");
    reader.until("0\r\n\r\n");
    reader.send(ask_number);
    BOOST_TEST(has(reader.answer(), R"("data":2)"));
    BOOST_TEST(becomes(lives[0].gone, 1));
    BOOST_TEST(lives[0].stopped == 1);
}

BOOST_AUTO_TEST_CASE(a_request_that_has_come_in_half_is_answered_by_those_that_took_its_head)
{
    served<edition<0>> service;
    raw_client slow(service.port());
    slow.send("POST /api/v1/slow HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    BOOST_TEST(has(slow.until("\r\n\r\n"), "100 Continue"));
    slow.send("ha");
    BOOST_TEST(!reload(service, entries<edition<1>>()));
    slow.send("lf");
    BOOST_TEST(has(slow.answer(), R"("data":"half to 0")"));
    slow.send(ask_number);
    BOOST_TEST(has(slow.answer(), R"("data":1)"));
}

BOOST_AUTO_TEST_CASE(what_cannot_take_over_leaves_everything_as_it_was)
{
    served<edition<0>> service;
    auto const refused = reload(service, entries<edition<1>, cross>());
    BOOST_TEST(text_of(refused) == "plugin cross: on_start failed: not today");
    BOOST_TEST(lives[1].started == 1);
    BOOST_TEST(lives[1].stopped == 1);
    BOOST_TEST(lives[1].gone == 1);
    BOOST_TEST(lives[2].gone == 1);
    BOOST_TEST(text_of(reload(service, entries<edition<1>, edition<2>>()))
        == "two plugins have the id shop; load one of them, or give it another id");
    auto twice = entries<edition<1>, edition<2>>();
    twice[1].id = "other";
    BOOST_TEST(text_of(reload(service, std::move(twice)))
            .starts_with("GET /api/v1/number is offered by plugin shop and by plugin other"));
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/number"), R"("data":0)"));
    BOOST_TEST(has(ask(service.port(), "GET /readyz"), "200 OK"));
    BOOST_TEST(lives[0].stopped == 0);
    BOOST_TEST(!reload(service, entries<edition<1>>()));
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/number"), R"("data":1)"));
}

BOOST_AUTO_TEST_CASE(an_app_that_does_not_run_is_not_reloaded)
{
    served<edition<0>> service;
    std::promise<std::exception_ptr> ended;
    asio::co_spawn(service.executor(), service.app().reload(entries<sleeper>()),
        [&](std::exception_ptr error) { ended.set_value(error); });
    while (!hangs)
        std::this_thread::yield();
    auto end = ended.get_future();
    service.app().stop(0ms);
    BOOST_TEST(service.has_ended());
    BOOST_TEST(lives[0].stopped == 1);
    hangs = false;
    BOOST_TEST((code_of(end.get()) == asio::error::operation_aborted));
    BOOST_TEST(lives[2].stopped == 1);
    BOOST_TEST(lives[2].gone == 1);

    asio::io_context context;
    app never(context.get_executor());
    std::exception_ptr error;
    asio::co_spawn(context, never.reload(entries<edition<1>>()), [&](std::exception_ptr e) { error = e; });
    context.run();
    BOOST_TEST((code_of(error) == asio::error::operation_aborted));
}

BOOST_AUTO_TEST_CASE(the_end_of_the_app_stops_those_that_still_stream)
{
    served<edition<0>> service;
    raw_client reader(service.port());
    reader.send(ask_stream);
    reader.until("from 0;");
    BOOST_TEST(!reload(service, entries<edition<1>>()));
    service.app().stop(0ms);
    BOOST_TEST(service.has_ended());
    BOOST_TEST(lives[0].stopped == 1);
    BOOST_TEST(lives[1].stopped == 1);
    BOOST_TEST(!has(reader.to_end(), "end of 0"));
}

BOOST_AUTO_TEST_CASE(an_exchange_without_a_connection_keeps_its_plugins)
{
    asio::io_context context;
    app one(context.get_executor());
    one.load<edition<0>>();
    std::string seen;
    auto const whole = [&]() -> awaitable<> {
        auto answer = co_await one.dispatch(request("GET", "/api/v1/stream"));
        auto first = co_await answer.body.next();
        seen += first.value();
        co_await one.reload(entries<edition<1>>());
        may_end = true;
        auto last = co_await answer.body.next();
        seen += last.value();
        answer.body = {};
        co_await one.finish();
    };
    std::exception_ptr error;
    asio::co_spawn(context, whole(), [&](std::exception_ptr e) { error = e; });
    context.run();
    BOOST_TEST(text_of(error) == "");
    BOOST_TEST(seen == "from 0;end of 0;");
    BOOST_TEST(lives[0].gone == 1);
}

/// A plugin whose job goes on when its client has left.
BOOST_AUTO_TEST_CASE(a_job_that_its_caller_left_keeps_its_plugin)
{
    local_engine jobs;
    served<worker_of_jobs> service({}, [&](framex::app&) {});
    asio::post(service.executor(), [&] { use_engine(service.context(), jobs); });
    {
        raw_client client(service.port());
        client.send("GET /api/v1/job HTTP/1.1\r\nHost: a\r\n\r\n");
        BOOST_TEST(becomes(lives[0].started, 1));
    }
    BOOST_TEST(becomes(lives[0].stopped, 1)); // its handler was cancelled
    BOOST_TEST(!reload(service, entries<edition<1>>()));
    std::this_thread::sleep_for(300ms);
    BOOST_TEST(lives[0].gone == 0);
    may_end = true;
    BOOST_TEST(becomes(lives[0].gone, 1));
}

/// Answers are right or the test fails; every edition dies but the last.
BOOST_AUTO_TEST_CASE(several_threads_serve_while_plugins_come_and_go)
{
    constexpr int rounds = 40;
    {
        served<edition<0>> service({}, {}, 2);
        std::atomic<bool> over = false;
        std::atomic<int> asked = 0, wrong = 0;
        std::vector<std::thread> clients;
        for (int i = 0; i < 3; ++i)
            clients.emplace_back([&] {
                while (!over) {
                    raw_client client(service.port());
                    for (int n = 0; n < 20; ++n) {
                        client.send(ask_number);
                        auto const answer = client.answer();
                        wrong += !has(answer, R"("data":0)") && !has(answer, R"("data":1)");
                        ++asked;
                    }
                }
            });
        for (int i = 0; i < rounds; ++i)
            BOOST_TEST(!reload(service, i % 2 ? entries<edition<0>>() : entries<edition<1>>()));
        over = true;
        for (auto& each : clients)
            each.join();
        BOOST_TEST(wrong == 0);
        BOOST_TEST(asked > rounds);
        BOOST_TEST(becomes(lives[1].gone, rounds / 2));
        BOOST_TEST(lives[0].gone == rounds / 2);
    }
    BOOST_TEST(lives[0].made == rounds / 2 + 1);
    BOOST_TEST(lives[0].stopped == rounds / 2 + 1);
    BOOST_TEST(lives[0].gone == rounds / 2 + 1);
}

BOOST_AUTO_TEST_SUITE_END()
