#include "coro/run.hpp"

#include <framex/coro/pipeline.hpp>
#include <framex/coro/sleep.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace framex;
using namespace framex::test_coro;

namespace {

async_generator<int> count_to(int last, bool pause = false)
{
    counted c;
    for (int i = 1; i <= last; ++i) {
        if (pause)
            co_await sleep_for(0ms);
        co_yield i;
    }
}

template <class T>
struct collector {
    std::vector<T> items;
    bool finished = false;
    bool slow = false;
    int fail_at = -1;

    awaitable<void> write(T item)
    {
        counted c;
        if (slow)
            co_await sleep_for(0ms);
        if (std::ssize(items) == fail_at)
            throw std::runtime_error("full");
        items.push_back(std::move(item));
    }
    awaitable<void> finish()
    {
        finished = true;
        co_return;
    }
};

/// A source that is no generator.
class countdown {
public:
    using value_type = int;
    explicit countdown(int from) : left_(from) {}
    awaitable<std::optional<int>> next()
    {
        counted c;
        co_await sleep_for(0ms);
        if (left_ == 0)
            co_return std::nullopt;
        co_return left_--;
    }

private:
    int left_;
};

struct no_source {
    using value_type = int;
    std::optional<int> next();
};

static_assert(async_source<async_generator<int>> && async_source<countdown>);
static_assert(!async_source<no_source> && !async_source<int>);
static_assert(async_sink<collector<int>, int> && !async_sink<collector<int>, std::string>);
static_assert(!async_sink<countdown, int>);

template <class T, class Source>
awaitable<void> expect_items(Source source, std::vector<T> expected)
{
    collector<T> sink;
    auto items = co_await pipe(std::move(source), sink);
    BOOST_TEST(items == expected.size());
    BOOST_TEST(sink.items == expected, boost::test_tools::per_element());
    BOOST_TEST(sink.finished);
}

awaitable<void> pipe_into(async_generator<int> source, collector<int>* sink)
{
    co_await pipe(std::move(source), *sink);
}

using ints = std::vector<int>;
using texts = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(pipeline_suite, nothing_left)

BOOST_AUTO_TEST_CASE(pipe_moves_every_item_in_order_and_finishes_the_sink)
{
    run(expect_items(count_to(5), ints{1, 2, 3, 4, 5}));
    run(expect_items(count_to(3, true), ints{1, 2, 3}));
    run(expect_items(countdown(3), ints{3, 2, 1}));
    run(expect_items(async_generator<int>(), ints{}));
}

BOOST_AUTO_TEST_CASE(pipe_pulls_the_next_item_only_when_the_sink_has_taken_the_last)
{
    run([]() -> awaitable<void> {
        collector<int> sink;
        sink.slow = true;
        auto watched = [](collector<int>& s) -> async_generator<int> {
            for (int i = 0; i < 3; ++i) {
                BOOST_TEST(std::ssize(s.items) == i);
                co_yield i;
            }
        };
        auto items = co_await pipe(watched(sink), sink);
        BOOST_TEST(items == 3u);
    }());
}

BOOST_AUTO_TEST_CASE(a_failing_side_ends_the_pipe_without_finish)
{
    collector<int> full;
    full.fail_at = 2;
    BOOST_CHECK_THROW(run(pipe_into(count_to(5, true), &full)), std::runtime_error);
    BOOST_TEST(full.items.size() == 2u);
    BOOST_TEST(!full.finished);

    collector<int> sink;
    auto broken = []() -> async_generator<int> {
        co_yield 1;
        throw std::runtime_error("source");
    };
    BOOST_CHECK_THROW(run(pipe_into(broken(), &sink)), std::runtime_error);
    BOOST_TEST(sink.items.size() == 1u);
    BOOST_TEST(!sink.finished);
}

BOOST_AUTO_TEST_CASE(transform_changes_the_type_of_the_item)
{
    auto spell = [](int i) { return std::string(static_cast<std::size_t>(i), 'x'); };
    run(expect_items(transform(count_to(3), spell), texts{"x", "xx", "xxx"}));
}

BOOST_AUTO_TEST_CASE(transform_drops_an_item_for_which_f_gives_nothing)
{
    auto odd = [](int i) { return i % 2 ? std::optional(std::to_string(i)) : std::nullopt; };
    run(expect_items(transform(count_to(5, true), odd), texts{"1", "3", "5"}));
}

BOOST_AUTO_TEST_CASE(transform_awaits_what_f_returns)
{
    auto later = [](int i) -> awaitable<std::string> {
        counted c;
        co_await sleep_for(0ms);
        co_return std::to_string(i);
    };
    run(expect_items(transform(count_to(3), later), texts{"1", "2", "3"}));
    auto even = [](int i) -> awaitable<std::optional<int>> {
        counted c;
        co_await sleep_for(0ms);
        if (i % 2)
            co_return std::nullopt;
        co_return i;
    };
    run(expect_items(transform(countdown(4), even), ints{4, 2}));
}

BOOST_AUTO_TEST_CASE(transforms_compose_and_keep_the_state_of_f)
{
    auto sum = [total = std::make_unique<int>(0)](int i) { return *total += i; };
    auto text = [](int i) { return std::to_string(i); };
    auto sums = transform(count_to(4), std::move(sum));
    run(expect_items(transform(std::move(sums), text), texts{"1", "3", "6", "10"}));
}

BOOST_AUTO_TEST_CASE(what_f_throws_reaches_the_consumer)
{
    collector<int> sink;
    auto picky = [](int i) {
        if (i == 3)
            throw std::runtime_error("three");
        return i;
    };
    BOOST_CHECK_THROW(run(pipe_into(transform(count_to(5), picky), &sink)), std::runtime_error);
    BOOST_TEST(sink.items.size() == 2u);
}

BOOST_AUTO_TEST_CASE(cancelling_a_pipe_unwinds_source_and_f)
{
    auto stuck = [](int i) -> awaitable<int> {
        counted c;
        co_await sleep_for(1h);
        co_return i;
    };
    collector<int> sink;
    BOOST_TEST(
        run_and_cancel(pipe_into(transform(count_to(5), stuck), &sink)) == asio::error::operation_aborted);
    BOOST_TEST(!sink.finished);
}

BOOST_AUTO_TEST_CASE(nothing_leaks_when_a_pipe_is_dropped_or_its_context_dies)
{
    auto stuck = [](int i) -> awaitable<int> {
        counted c;
        co_await sleep_for(1h);
        co_return i;
    };
    collector<int> sink;
    {
        auto never_run = pipe_into(transform(count_to(5), stuck), &sink);
    }
    run_and_abandon(pipe_into(transform(count_to(5), stuck), &sink));
    run_and_abandon(pipe_into(transform(transform(countdown(100000), stuck), stuck), &sink));
}

BOOST_AUTO_TEST_SUITE_END()
