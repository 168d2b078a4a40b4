// Jobs of remote() and app::reload(): a plugin stays until its jobs have ended.
#include "reloading.hpp"

#include <framex/engine/local_engine.hpp>
#include <framex/engine/remote.hpp>

#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;

namespace {

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

/// Has a job that runs until on_stop; the job uses the plugin.
template <std::size_t N>
struct consumer {
    static inline plugin_metadata const metadata{.name = "consumer", .version = "1"};
    explicit consumer(plugin_context& context) : executor_(context.executor()) { ++lives[N].made; }
    consumer(consumer const&) = delete;
    consumer& operator=(consumer const&) = delete;
    ~consumer() { ++lives[N].gone; }
    void consume()
    {
        ++lives[N].started;
        while (!over_)
            std::this_thread::sleep_for(1ms);
    }
    awaitable<> on_start()
    {
        auto consuming = consume_beside();
        asio::co_spawn(executor_, std::move(consuming), asio::detached);
        while (lives[N].started == 0)
            co_await sleep_for(1ms);
    }
    awaitable<> on_stop()
    {
        over_ = true;
        ++lives[N].stopped;
        co_return;
    }
    int n() { return N; }
    static void define(api<consumer>& api) { api.get("/number", &consumer::n); }

private:
    awaitable<> consume_beside() { co_await remote (&consumer::consume)(this); }

    asio::any_io_executor executor_;
    std::atomic<bool> over_ = false;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(reloading_jobs, fresh)

/// A plugin whose job goes on when its client has left.
BOOST_AUTO_TEST_CASE(a_job_that_its_caller_left_keeps_its_plugin)
{
    local_engine jobs;
    served<worker_of_jobs> service({}, [&](framex::app&) {}, 1, &jobs);
    {
        raw_client client(service.port());
        client.send("GET /api/v1/job HTTP/1.1\r\nHost: a\r\n\r\n");
        BOOST_TEST(becomes(lives[0].started, 1));
    }
    BOOST_TEST(becomes(lives[0].stopped, 1)); // its handler was cancelled
    BOOST_TEST(!reload(service, entries<edition<1>>()));
    std::this_thread::sleep_for(300ms);
    BOOST_TEST(lives[0].gone == 0);
    service.app().stop(0ms);
    BOOST_TEST(service.has_ended()); // and so does the end of the app
    BOOST_TEST(lives[0].gone == 0);
    may_end = true;
    for (int i = 0; i < 1'000 && jobs.progress().oldest != 0; ++i)
        std::this_thread::sleep_for(10ms);
}

BOOST_AUTO_TEST_CASE(plugins_with_a_job_that_only_on_stop_ends_come_to_their_end)
{
    local_engine jobs(4);
    served<consumer<0>> service({}, [&](framex::app&) {}, 1, &jobs);
    BOOST_TEST(!reload(service, entries<consumer<1>>()));
    BOOST_TEST(!reload(service, entries<consumer<2>>()));
    BOOST_TEST(becomes(lives[1].stopped, 1));
    BOOST_TEST(lives[2].stopped == 0);
    BOOST_TEST(!reload(service, entries<edition<0>>()));
    BOOST_TEST(becomes(lives[0].gone, 1)); // nobody tells its job from the later one's
    BOOST_TEST(becomes(lives[1].gone, 1));
    BOOST_TEST(becomes(lives[2].gone, 1));
}

BOOST_AUTO_TEST_SUITE_END()
