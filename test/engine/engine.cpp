#include "engine/lab.hpp"

#include <string>
#include <vector>

using namespace framex;
using namespace framex::test_engine;

namespace {

/// An engine of a stranger: it runs every job at once, where it is submitted.
class immediate final : public engine {
public:
    engine_ticket submit(std::shared_ptr<engine_job> job) override
    {
        job->run();
        return ++taken;
    }
    void withdraw(engine_ticket) noexcept override { ++withdrawn; }
    engine_progress progress() const noexcept override { return {}; }

    engine_ticket taken = 0;
    int withdrawn = 0;
};

/// One that loses its jobs later, as one with a connection may.
class failing final : public engine {
public:
    engine_ticket submit(std::shared_ptr<engine_job> job) override
    {
        jobs.push_back(std::move(job));
        return jobs.size();
    }
    void withdraw(engine_ticket) noexcept override { ++withdrawn; }
    engine_progress progress() const noexcept override { return {}; }
    void lose_all()
    {
        for (auto const& job : jobs)
            job->abandon(std::make_exception_ptr(engine_error(engine_errc::stopped)));
    }

    std::vector<std::shared_ptr<engine_job>> jobs;
    int withdrawn = 0;
};

awaitable<void> call(int& result)
{
    result = co_await remote([](counted) { return 7; })(counted());
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(engines, nothing_left)

BOOST_AUTO_TEST_CASE(a_job_may_be_run_while_it_is_submitted)
{
    immediate strange;
    asio::io_context context(1);
    use_engine(context, strange);
    int result = 0;
    caller one(context.get_executor(), call(result));
    context.run();
    BOOST_TEST(one.has_value());
    BOOST_TEST(result == 7);
    BOOST_TEST(strange.taken == 1u);
    BOOST_TEST(strange.withdrawn == 0);
}

BOOST_AUTO_TEST_CASE(the_engine_that_was_given_last_counts)
{
    immediate one, other;
    asio::io_context context(1);
    use_engine(context, one);
    use_engine(context, other);
    int result = 0;
    caller asking(context.get_executor(), call(result));
    context.run();
    BOOST_TEST(one.taken == 0u);
    BOOST_TEST(other.taken == 1u);
}

BOOST_AUTO_TEST_CASE(an_abandoned_job_is_told_to_its_caller_once)
{
    failing lossy;
    asio::io_context context(1);
    use_engine(context, lossy);
    int result = 0;
    caller one(context.get_executor(), call(result));
    caller other(context.get_executor(), call(result));
    context.poll();
    other.cancel();
    context.poll();
    BOOST_TEST(lossy.withdrawn == 1);
    lossy.lose_all();
    lossy.lose_all();
    for (auto const& job : lossy.jobs)
        job->run(); // nobody waits any more
    context.run();
    BOOST_TEST(one.was_refused(engine_errc::stopped));
    BOOST_TEST(other.was_cancelled());
    BOOST_TEST(result == 0);
}

BOOST_AUTO_TEST_CASE(an_error_says_what_to_do)
{
    BOOST_TEST(std::string(engine_error(engine_errc::missing).what())
        == "remote(): the executor's context has no engine; give it one with use_engine()");
    BOOST_TEST(std::string(engine_error(engine_errc::queue_full).what()) == "too many jobs are waiting");
    BOOST_TEST(std::string(engine_error(engine_errc::stopped).what()) == "the engine has stopped");
}

BOOST_AUTO_TEST_SUITE_END()
