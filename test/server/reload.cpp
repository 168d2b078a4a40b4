// app::reload(): other plugins take over, and nothing that runs is cut.
#include "coro/run.hpp"
#include "reloading.hpp"

#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace framex;
using namespace framex::test;
using framex::test_coro::code_of;

namespace {

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

/// Tells on which thread it is made, and ends.
std::atomic<std::thread::id> maker, breaker;
struct located {
    static inline plugin_metadata const metadata{.name = "located", .version = "1"};
    located() { maker = std::this_thread::get_id(); }
    located(located const&) = delete;
    located& operator=(located const&) = delete;
    ~located() { breaker = std::this_thread::get_id(); }
    awaitable<> on_start()
    {
        co_await sleep_for(1ms);
        throw std::runtime_error("no");
    }
    int n() { return 1; }
    static void define(api<located>& api) { api.get("/number", &located::n); }
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

BOOST_AUTO_TEST_CASE(plugins_are_made_and_destroyed_on_the_executor_of_the_app)
{
    served<edition<0>> service;
    std::promise<std::thread::id> home;
    asio::post(service.executor(), [&] { home.set_value(std::this_thread::get_id()); });
    asio::thread_pool elsewhere(1);
    BOOST_TEST(text_of(reload(elsewhere.get_executor(), service.app(), entries<located>()))
        == "plugin located: on_start failed: no");
    auto const here = home.get_future().get();
    BOOST_TEST((maker.load() == here));
    BOOST_TEST((breaker.load() == here));
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
