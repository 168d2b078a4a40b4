#include <framex/client/http_client.hpp>
#include <framex/coro/sleep.hpp>
#include <framex/coro/timeout.hpp>
#include <framex/engine/local_engine.hpp>
#include <framex/engine/remote.hpp>
#include <framex/plugin/api.hpp>
#include <framex/test/client.hpp>
#include <framex/test/upstream.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <thread>

using namespace framex;
using namespace std::chrono_literals;

namespace {

struct sleepy {
    static inline plugin_metadata const metadata{.name = "sleepy", .version = "1.0.0"};

    explicit sleepy(plugin_context& context) : executor_(context.executor()) {}

    awaitable<> on_start()
    {
        co_await sleep_for(10min);
        asio::co_spawn(executor_, refresh(), [](std::exception_ptr) {});
    }
    awaitable<int> nap(int hours)
    {
        co_await sleep_for(std::chrono::hours(hours));
        co_return hours;
    }
    awaitable<std::string> hurry()
    {
        try {
            co_await with_timeout(nap(2), 1h);
        } catch (boost::system::system_error const& error) {
            if (error.code() == asio::error::timed_out)
                co_return "timed out";
        }
        co_return "in time";
    }
    async_generator<std::string> daily()
    {
        for (int day = 1;; ++day) {
            co_await sleep_for(24h);
            co_yield std::to_string(day);
        }
    }
    awaitable<std::string> ask(std::string url, int minutes)
    {
        outgoing_request asked("GET", url);
        auto const answer = co_await client_.send(std::move(asked));
        co_await sleep_for(std::chrono::minutes(minutes));
        co_return answer.body;
    }
    awaitable<std::string> give_up(std::string url)
    {
        try {
            co_await with_timeout(ask(url, 0), 30ms);
        } catch (boost::system::system_error const& error) {
            if (error.code() == asio::error::timed_out)
                co_return "timed out";
        }
        co_return "in time";
    }
    /// A job that takes longer, in a thread of its own, than the sleep beside it seems to take.
    awaitable<std::string> work()
    {
        auto job = remote([] {
            std::this_thread::sleep_for(20ms);
            return std::string("done");
        });
        co_return co_await with_timeout(job(), 1h);
    }
    awaitable<int> never()
    {
        for (;;)
            co_await sleep_for(1s);
    }
    int refreshed() { return refreshed_; }

    static void define(api<sleepy>& api)
    {
        api.get("/nap", &sleepy::nap, arg("hours"));
        api.get("/hurry", &sleepy::hurry);
        api.get("/daily", &sleepy::daily);
        api.get("/ask", &sleepy::ask, arg("url"), arg("minutes"));
        api.get("/give_up", &sleepy::give_up, arg("url"));
        api.get("/work", &sleepy::work);
        api.get("/never", &sleepy::never);
        api.get("/refreshed", &sleepy::refreshed);
    }

private:
    awaitable<> refresh()
    {
        for (;; ++refreshed_)
            co_await sleep_for(1min);
    }

    asio::any_io_executor executor_;
    http_client client_;
    int refreshed_ = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(test_clock)

BOOST_AUTO_TEST_CASE(a_handler_that_sleeps_for_hours_answers_at_once)
{
    test::client<sleepy> client;
    auto& clock = client.clock();
    BOOST_TEST((clock.now() == 0s));
    BOOST_TEST(client.get("/api/v1/nap", {{"hours", "5"}}).data() == 5);
    BOOST_TEST((clock.now() == 5h + 10min)); // on_start, too
    BOOST_TEST(client.get("/api/v1/hurry").data() == "timed out");
    BOOST_TEST((clock.now() == 6h + 10min));
}

BOOST_AUTO_TEST_CASE(time_stands_still_until_it_is_moved)
{
    test::client<sleepy> client;
    auto& clock = client.clock();
    BOOST_TEST(client.get("/api/v1/refreshed").data() == 0);
    BOOST_TEST((clock.now() == 10min));
    clock.advance(59s);
    BOOST_TEST(client.get("/api/v1/refreshed").data() == 0);
    clock.advance(1s);
    BOOST_TEST(client.get("/api/v1/refreshed").data() == 1);
    clock.advance(1h);
    BOOST_TEST(client.get("/api/v1/refreshed").data() == 61);
    BOOST_TEST((clock.now() == 10min + 1min + 1h));
}

BOOST_AUTO_TEST_CASE(a_stream_of_days_is_pulled_one_by_one)
{
    test::client<sleepy> client;
    client.clock();
    auto days = client.open(request("GET", "/api/v1/daily"));
    auto const begin = client.clock().now();
    for (auto const* day : {"1", "2", "3"})
        BOOST_TEST(days.next().value() == day);
    BOOST_TEST((client.clock().now() - begin == 72h));
}

BOOST_AUTO_TEST_CASE(time_does_not_jump_while_an_upstream_is_awaited)
{
    test::upstream there;
    there.on("GET", "/slow").stream({"one", ", two"}, 20ms);
    test::client<sleepy> client;
    auto& clock = client.clock();
    BOOST_TEST(client.get("/readyz").status == 200);
    auto const url = there.url("/slow");
    BOOST_TEST(client.get("/api/v1/ask", {{"url", url}, {"minutes", "0"}}).data() == "one, two");
    BOOST_TEST((clock.now() < 11min));
    BOOST_TEST(client.get("/api/v1/ask", {{"url", url}, {"minutes", "90"}}).data() == "one, two");
    BOOST_TEST((clock.now() >= 100min));
}

BOOST_AUTO_TEST_CASE(time_does_not_jump_while_a_job_is_awaited)
{
    test::client<sleepy> client;
    local_engine jobs(1);
    use_engine(client.context(), jobs);
    client.clock();
    BOOST_TEST(client.get("/api/v1/work").data() == "done");
}

BOOST_AUTO_TEST_CASE(what_never_comes_is_told)
{
    test::client<sleepy> client;
    client.clock();
    BOOST_CHECK_THROW(client.get("/api/v1/never"), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_time_limit_on_an_upstream_that_says_nothing_ends_it)
{
    test::upstream there;
    there.on("GET", "/").stall();
    test::client<sleepy> client;
    client.clock();
    BOOST_TEST(client.get("/api/v1/give_up", {{"url", there.url("/")}}).data() == "timed out");
}

BOOST_AUTO_TEST_SUITE_END()
