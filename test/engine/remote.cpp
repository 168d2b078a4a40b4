#include "engine/lab.hpp"

#include <framex/coro/async_generator.hpp>
#include <framex/coro/sleep.hpp>
#include <framex/error.hpp>

#include <boost/asio/strand.hpp>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace framex;
using namespace framex::test_engine;

namespace {

int twice(int x) { return 2 * x; }
std::thread::id where() { return std::this_thread::get_id(); }

class no_default {
public:
    explicit no_default(int v) : value(v) {}
    int value;
};

struct reports {
    int made = 0;
    std::string name = "r";

    std::unique_ptr<int> build(std::unique_ptr<int> rows, int more)
    {
        ++made;
        *rows += more;
        return rows;
    }
    std::string const& title() const { return name; }
    awaitable<std::string> later(std::string text) { co_return text + name; }
};

struct own_error {
    int detail;
};

/// Counts how often it was copied.
struct noted {
    int copies = 0;
    noted() = default;
    noted(noted const& other) : copies(other.copies + 1) {}
    noted(noted&&) = default;
    noted& operator=(noted const&) = default;
    noted& operator=(noted&&) = default;
    ~noted() = default;
};

/// Tells in which thread it ended, unless it was moved away.
struct tell_end {
    std::shared_ptr<std::thread::id> end;
    explicit tell_end(std::shared_ptr<std::thread::id> to) : end(std::move(to)) {}
    tell_end(tell_end&&) = default;
    tell_end& operator=(tell_end&&) = delete;
    ~tell_end()
    {
        if (end)
            *end = where();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(remote_calls, lab)

BOOST_AUTO_TEST_CASE(a_function_runs_on_another_thread_and_its_caller_goes_on_on_its_own)
{
    use(1);
    run([]() -> awaitable<void> {
        auto const here = where();
        auto const there = co_await remote(where)();
        BOOST_TEST((there != here));
        BOOST_TEST((where() == here));
        int const doubled = co_await remote(twice)(21);
        BOOST_TEST(doubled == 42);
    }());
}

BOOST_AUTO_TEST_CASE(a_coroutine_is_awaited_where_it_is_called_and_needs_no_engine)
{
    run([]() -> awaitable<void> {
        auto coroutine = [](std::string text) -> awaitable<std::pair<std::string, std::thread::id>> {
            co_await sleep_for(0ms);
            co_return std::pair(std::move(text), where());
        };
        auto [text, there] = co_await remote(coroutine)(std::string("hello"));
        BOOST_TEST(text == "hello");
        BOOST_TEST((there == where()));
        reports all;
        auto const later = co_await remote(&reports::later)(&all, std::string("x"));
        BOOST_TEST(later == "xr");
    }());
}

BOOST_AUTO_TEST_CASE(a_member_function_is_called_on_a_pointer_a_smart_pointer_or_a_value)
{
    use(1);
    run([]() -> awaitable<void> {
        reports all;
        auto rows = co_await remote(&reports::build)(&all, std::make_unique<int>(4), 3);
        BOOST_TEST(*rows == 7);
        BOOST_TEST(all.made == 1);
        auto shared = std::make_shared<reports>();
        auto more = co_await remote(&reports::build)(shared, std::move(rows), 3);
        BOOST_TEST(*more == 10);
        BOOST_TEST(shared->made == 1);
        reports named;
        named.name = "by value";
        auto const title = co_await remote(&reports::title)(named); // refers into the job: copied out in time
        BOOST_TEST(title == "by value");
    }());
}

BOOST_AUTO_TEST_CASE(arguments_function_and_result_move)
{
    use(1);
    run([]() -> awaitable<void> {
        noted given;
        auto job = [held = noted()](noted a) mutable { return std::pair(std::move(a), std::move(held)); };
        auto [argument, held] = co_await remote(std::move(job))(std::move(given));
        BOOST_TEST(argument.copies == 0);
        BOOST_TEST(held.copies == 0);
        auto only = [p = std::make_unique<int>(1)](std::unique_ptr<int> q) { return no_default(*p + *q); };
        auto const sum = co_await remote(std::move(only))(std::make_unique<int>(2));
        BOOST_TEST(sum.value == 3);
    }());
}

BOOST_AUTO_TEST_CASE(arguments_are_copies_unless_a_reference_is_asked_for)
{
    use(1);
    run([]() -> awaitable<void> {
        int n = 1;
        co_await remote([](int& by_reference) { ++by_reference; })(std::ref(n));
        BOOST_TEST(n == 2);
        int const copied = co_await remote([](int const& x) { return x + 1; })(n);
        BOOST_TEST(copied == 3);
        std::size_t const size = co_await remote([](std::string const& s) { return s.size(); })("literal");
        BOOST_TEST(size == 7u);
    }());
}

BOOST_AUTO_TEST_CASE(a_kept_function_is_called_again_and_again)
{
    use(2);
    run([]() -> awaitable<void> {
        auto const count = remote([calls = 0](int add) mutable { return calls += add; });
        int const first = co_await count(3);
        int const second = co_await count(4);
        BOOST_TEST(first == 3);
        BOOST_TEST(second == 4); // each call has its own copy
    }());
}

BOOST_AUTO_TEST_CASE(what_a_job_throws_reaches_its_caller_as_it_is)
{
    use(1);
    run([]() -> awaitable<void> {
        int caught = 0;
        try {
            co_await remote([](int detail) { throw own_error{detail}; })(3);
        } catch (own_error const& e) {
            caught = e.detail;
        }
        BOOST_TEST(caught == 3);
        try {
            co_await remote([]() -> std::string { throw http_error(404, "unknown"); })();
        } catch (http_error const& e) {
            caught = e.status();
        }
        BOOST_TEST(caught == 404);
        int const after = co_await remote(twice)(1);
        BOOST_TEST(after == 2);
    }());
}

BOOST_AUTO_TEST_CASE(function_and_arguments_end_in_the_engine_before_the_caller_goes_on)
{
    use(1);
    run([]() -> awaitable<void> {
        auto const f_end = std::make_shared<std::thread::id>();
        auto const a_end = std::make_shared<std::thread::id>();
        auto job = [f = tell_end(f_end)](tell_end&&) { return where(); };
        auto const there = co_await remote(std::move(job))(tell_end(a_end));
        BOOST_TEST((*f_end == there));
        BOOST_TEST((*a_end == there));
    }());
}

BOOST_AUTO_TEST_CASE(jobs_run_side_by_side)
{
    use(2);
    gate mine, yours;
    bool met = false, met_too = false;
    auto meet = [](gate& opened, gate& awaited, bool& result) -> awaitable<void> {
        result = co_await remote([&] {
            opened.open();
            return awaited.wait();
        })();
    };
    caller one(context.get_executor(), meet(mine, yours, met));
    caller other(context.get_executor(), meet(yours, mine, met_too));
    run();
    BOOST_TEST(met);
    BOOST_TEST(met_too);
}

BOOST_AUTO_TEST_CASE(a_generator_may_await_a_job)
{
    use(1);
    run([]() -> awaitable<void> {
        auto numbers = []() -> async_generator<int> {
            for (int i = 1; i <= 3; ++i) {
                int const doubled = co_await remote(twice)(i);
                co_yield doubled;
            }
        }();
        int sum = 0;
        while (auto number = co_await numbers.next())
            sum += *number;
        BOOST_TEST(sum == 12);
    }());
}

BOOST_AUTO_TEST_CASE(without_an_engine_a_function_is_refused)
{
    caller one(context.get_executor(), []() -> awaitable<void> { co_await remote(twice)(1); }());
    run();
    BOOST_TEST(one.was_refused(engine_errc::missing));
}

BOOST_AUTO_TEST_CASE(a_strand_has_the_engine_of_its_context)
{
    use(1);
    auto const strand = asio::make_strand(context);
    bool on_strand = false;
    auto body = [](auto ex, bool& result) -> awaitable<void> {
        co_await remote(where)();
        result = ex.running_in_this_thread();
    };
    caller one(strand, body(strand, on_strand));
    run();
    BOOST_TEST(one.has_value());
    BOOST_TEST(on_strand);
}

BOOST_AUTO_TEST_CASE(two_contexts_share_one_engine)
{
    use(1);
    asio::io_context other(1);
    use_engine(other, *engine);
    std::vector<std::thread::id> seen;
    auto body = [](std::vector<std::thread::id>& ids) -> awaitable<void> {
        auto const there = co_await remote(where)();
        ids.push_back(there);
    };
    caller here(context.get_executor(), body(seen));
    caller there(other.get_executor(), body(seen));
    run();
    other.run_for(20s);
    BOOST_TEST_REQUIRE(seen.size() == 2u);
    BOOST_TEST((seen[0] == seen[1]));
}

BOOST_AUTO_TEST_SUITE_END()
