#include "engine/lab.hpp"

#include <framex/coro/timeout.hpp>

#include <atomic>
#include <memory>
#include <stop_token>
#include <utility>

using namespace framex;
using namespace framex::test_engine;

namespace {

struct held_jobs : lab {
    gate begun, release;
    std::atomic<int> runs = 0;

    /// A job that begins, says so, and ends when the test lets it.
    awaitable<void> hold()
    {
        auto const result = co_await remote([this](counted) {
            begun.open();
            ++runs;
            return std::pair(release.wait(), counted());
        })(counted());
        BOOST_TEST(result.first);
    }
    awaitable<void> count()
    {
        co_await remote([this](counted) { ++runs; })(counted());
    }
    /// Until a job has begun that occupies the only thread.
    caller& occupy()
    {
        first_.emplace(context.get_executor(), hold());
        context.poll();
        BOOST_TEST(begun.wait());
        return *first_;
    }

private:
    std::optional<caller> first_;
};

/// Waits until it is asked to stop.
bool wait_for_stop(std::stop_token stop, gate& begun)
{
    gate stopped;
    std::stop_callback const tell(stop, [&] { stopped.open(); });
    begun.open();
    return stopped.wait();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(remote_cancellation, held_jobs)

BOOST_AUTO_TEST_CASE(a_waiting_job_whose_caller_is_cancelled_is_never_run)
{
    use(1);
    auto& first = occupy();
    int const held = counted::live;
    caller second(context.get_executor(), count());
    context.poll();
    BOOST_TEST(counted::live > held);
    second.cancel();
    context.poll();
    BOOST_TEST(second.was_cancelled()); // at once
    BOOST_TEST(counted::live == held);
    release.open();
    run();
    BOOST_TEST(first.has_value());
    engine.reset();
    BOOST_TEST(runs == 1);
}

BOOST_AUTO_TEST_CASE(a_cancelled_caller_gives_its_place_in_the_queue_back)
{
    use(1, 1);
    occupy();
    caller second(context.get_executor(), count());
    context.poll();
    second.cancel();
    caller third(context.get_executor(), count());
    context.poll();
    release.open();
    run();
    BOOST_TEST(second.was_cancelled());
    BOOST_TEST(third.has_value());
    BOOST_TEST(runs == 2);
}

BOOST_AUTO_TEST_CASE(the_caller_of_a_running_job_is_released_at_once_and_the_result_dropped)
{
    use(1);
    auto& first = occupy();
    first.cancel();
    run();
    BOOST_TEST(first.was_cancelled()); // while the job still runs
    BOOST_TEST(counted::live > 0);
    release.open();
    engine.reset();
    BOOST_TEST(counted::live == 0);
}

BOOST_AUTO_TEST_CASE(a_running_job_that_takes_a_stop_token_is_asked_to_stop)
{
    use(1);
    std::promise<bool> stopped;
    auto body = [](gate& g, std::promise<bool>& p) -> awaitable<void> {
        co_await remote([&](std::stop_token stop, int) { p.set_value(wait_for_stop(std::move(stop), g)); })(
            1);
    };
    caller one(context.get_executor(), body(begun, stopped));
    context.poll();
    BOOST_TEST(begun.wait());
    one.cancel();
    run();
    BOOST_TEST(one.was_cancelled());
    BOOST_TEST(stopped.get_future().get());
}

BOOST_AUTO_TEST_CASE(a_deadline_releases_the_caller)
{
    use(1);
    caller one(context.get_executor(), with_timeout(hold(), 1ms));
    run();
    BOOST_TEST(one.has_ended());
    BOOST_TEST(!one.has_value());
    release.open();
}

BOOST_AUTO_TEST_CASE(a_caller_that_was_cancelled_before_submits_nothing)
{
    use(1);
    auto body = [](asio::cancellation_signal& signal, held_jobs& jobs) -> awaitable<void> {
        co_await sleep_for(0ms);
        signal.emit(asio::cancellation_type::terminal);
        co_await jobs.count();
    };
    asio::cancellation_signal signal;
    error_code code;
    auto ended = [&](std::exception_ptr e) { code = code_of(e); };
    asio::co_spawn(context, body(signal, *this), asio::bind_cancellation_slot(signal.slot(), ended));
    run();
    BOOST_TEST(code == asio::error::operation_aborted);
    engine.reset();
    BOOST_TEST(runs == 0);
}

BOOST_AUTO_TEST_CASE(a_job_that_has_ended_wins_over_a_later_cancellation)
{
    use(1);
    auto& first = occupy();
    release.open();
    engine.reset(); // joins it
    first.cancel();
    run();
    BOOST_TEST(first.has_ended());
    BOOST_TEST(!first.was_cancelled());
}

BOOST_AUTO_TEST_CASE(a_call_that_is_never_awaited_does_nothing)
{
    use(1);
    {
        auto dropped = count();
        auto inside = remote([](counted) { return 1; })(counted());
        BOOST_TEST(counted::live > 0);
    }
    engine.reset();
    BOOST_TEST(runs == 0);
}

BOOST_AUTO_TEST_CASE(nothing_leaks_when_the_context_dies_before_its_jobs)
{
    local_engine jobs(1);
    std::promise<bool> stopped;
    {
        asio::io_context mortal(1);
        use_engine(mortal, jobs);
        auto running = [](gate& g, std::promise<bool>& p) -> awaitable<void> {
            counted in_frame;
            co_await remote([&](std::stop_token stop) { p.set_value(wait_for_stop(std::move(stop), g)); })();
        };
        auto waiting = [](held_jobs& all) -> awaitable<void> {
            counted in_frame;
            co_await all.count();
        };
        asio::co_spawn(mortal, running(begun, stopped), [](std::exception_ptr) {});
        asio::co_spawn(mortal, waiting(*this), [](std::exception_ptr) {});
        mortal.poll();
        BOOST_TEST(begun.wait());
    }
    BOOST_TEST(stopped.get_future().get()); // what runs is asked to stop
    use_engine(context, jobs);
    caller last(context.get_executor(), []() -> awaitable<void> { co_await remote([] {})(); }());
    run();
    BOOST_TEST(last.has_value()); // the waiting job had its turn before
    BOOST_TEST(runs == 0);
}

BOOST_AUTO_TEST_SUITE_END()
