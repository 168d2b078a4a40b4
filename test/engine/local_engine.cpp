#include "engine/lab.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <set>
#include <stop_token>
#include <thread>
#include <vector>

using namespace framex;
using namespace framex::test_engine;

namespace {

/// Tells what `look` sees while it dies.
class dying_job : public engine_job {
public:
    dying_job(std::function<bool()> look, std::promise<bool>& seen) : look_(std::move(look)), seen_(seen) {}
    ~dying_job() override { seen_.set_value(look_()); }
    void run() noexcept override {}
    void abandon(std::exception_ptr) noexcept override {}

private:
    std::function<bool()> look_;
    std::promise<bool>& seen_;
};

struct busy_engine : lab {
    gate begun, release;
    std::vector<int> order;
    std::deque<caller> callers;

    awaitable<void> hold()
    {
        bool const is_released = co_await remote([this] {
            begun.open();
            return release.wait();
        })();
        BOOST_TEST(is_released);
    }
    awaitable<void> note(int n)
    {
        co_await remote([this, n](counted) { order.push_back(n); })(counted());
    }
    void call(awaitable<void> body)
    {
        callers.emplace_back(context.get_executor(), std::move(body));
        context.poll();
    }
    void occupy()
    {
        call(hold());
        BOOST_TEST(begun.wait());
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(local_engine_suite, busy_engine)

BOOST_AUTO_TEST_CASE(jobs_begin_in_the_order_in_which_they_came)
{
    use(1);
    occupy();
    for (int i = 0; i < 20; ++i)
        call(note(i));
    release.open();
    run();
    BOOST_TEST(order.size() == 20u);
    BOOST_TEST(std::ranges::is_sorted(order));
}

BOOST_AUTO_TEST_CASE(a_full_queue_refuses_the_next_job_and_takes_others_later)
{
    use(1, 2);
    occupy();
    call(note(1));
    call(note(2));
    call(note(3));
    BOOST_TEST(callers.back().was_refused(engine_errc::queue_full));
    release.open();
    run();
    call(note(4));
    run();
    BOOST_TEST(callers.back().has_value());
    BOOST_TEST(order == (std::vector{1, 2, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(there_are_never_more_threads_than_asked_for)
{
    use(3);
    std::mutex guard;
    std::set<std::thread::id> threads;
    for (int i = 0; i < 50; ++i)
        call([](std::mutex& m, std::set<std::thread::id>& ids) -> awaitable<void> {
            co_await remote([&] {
                std::lock_guard const lock(m);
                ids.insert(std::this_thread::get_id());
            })();
        }(guard, threads));
    run();
    BOOST_TEST(threads.size() >= 1u);
    BOOST_TEST(threads.size() <= 3u);
}

BOOST_AUTO_TEST_CASE(its_end_is_told_to_all_callers_and_nothing_that_waits_is_run)
{
    use(1);
    occupy();
    for (int i = 0; i < 10; ++i)
        call(note(i));
    BOOST_TEST(counted::live >= 10);
    std::thread later([this] { // the end waits for what runs
        while (!callers.back().has_ended())
            context.run_one_for(1ms);
        release.open();
    });
    engine.reset();
    later.join();
    run();
    BOOST_TEST(counted::live == 0);
    BOOST_TEST(order.empty());
    for (auto const& one : callers)
        BOOST_TEST(one.was_refused(engine_errc::stopped));
}

BOOST_AUTO_TEST_CASE(its_end_asks_running_jobs_to_stop)
{
    use(1);
    std::promise<bool> stopped;
    call([](gate& g, std::promise<bool>& p) -> awaitable<void> {
        co_await remote([&](std::stop_token stop) {
            gate end;
            std::stop_callback const tell(stop, [&] { end.open(); });
            g.open();
            p.set_value(end.wait());
        })();
    }(begun, stopped));
    BOOST_TEST(begun.wait());
    engine.reset();
    BOOST_TEST(stopped.get_future().get());
    run();
    BOOST_TEST(callers.back().was_refused(engine_errc::stopped));
}

BOOST_AUTO_TEST_CASE(an_engine_without_jobs_ends) { use(4); }

BOOST_AUTO_TEST_CASE(progress_tells_which_jobs_have_not_ended)
{
    use(1);
    BOOST_TEST(engine->progress().newest == 0u);
    BOOST_TEST(engine->progress().oldest == 0u);
    occupy();
    call(note(1));
    BOOST_TEST(engine->progress().newest == 2u);
    BOOST_TEST(engine->progress().oldest == 1u);
    release.open();
    run();
    for (int i = 0; i < 1'000 && engine->progress().oldest != 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    BOOST_TEST(engine->progress().oldest == 0u);
    BOOST_TEST(engine->progress().newest == 2u);
}

BOOST_AUTO_TEST_CASE(a_job_has_not_ended_before_what_it_holds_is_gone)
{
    use(1);
    std::promise<bool> ran, withdrawn;
    engine->submit(std::make_shared<dying_job>([this] { return engine->progress().oldest == 1; }, ran));
    BOOST_TEST(ran.get_future().get());

    occupy(); // job 2
    auto const look = [this] {
        release.open();
        for (int i = 0; i < 1'000 && engine->progress().oldest == 2; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        return engine->progress().oldest == 3;
    };
    engine->withdraw(engine->submit(std::make_shared<dying_job>(look, withdrawn)));
    BOOST_TEST(withdrawn.get_future().get());
    run();
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// Awaits `count` jobs one after another; counts those that came back with what they were sent for.
awaitable<void> ask_often(int count, std::atomic<int>& right)
{
    for (int i = 0; i < count; ++i) {
        int const back = co_await remote([](int n) { return n + 1; })(i);
        right += back == i + 1;
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(no_job_of_four_busy_threads_is_lost)
{
    local_engine jobs(4, 40'000);
    std::atomic<int> right = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            asio::io_context context(1);
            use_engine(context, jobs);
            for (int c = 0; c < 100; ++c)
                asio::co_spawn(context, ask_often(100, right), [](std::exception_ptr e) {
                    if (e)
                        std::terminate();
                });
            context.run();
        });
    for (auto& thread : threads)
        thread.join();
    BOOST_TEST(right == 40'000);
}

BOOST_AUTO_TEST_CASE(every_caller_is_answered_when_cancellations_and_ends_meet)
{
    local_engine jobs(2, 10'000);
    asio::io_context context(1);
    use_engine(context, jobs);
    std::atomic<int> right = 0;
    std::deque<caller> callers;
    for (int i = 0; i < 2'000; ++i)
        callers.emplace_back(context.get_executor(), ask_often(2, right));
    for (auto& one : callers) {
        context.poll_one();
        one.cancel();
    }
    context.run_for(20s);
    auto const is_answered = [](caller const& one) { return one.has_value() || one.was_cancelled(); };
    BOOST_TEST(std::ranges::all_of(callers, is_answered));
}
