#include "server/served.hpp"

#include <framex/engine/local_engine.hpp>
#include <framex/framex.hpp>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>

using namespace framex;
using namespace framex::test;

namespace {

std::optional<local_engine> pool; // of one test

struct calculator {
    static inline plugin_metadata const metadata{.name = "calculator", .version = "1.0.0"};

    explicit calculator(plugin_context& context)
    {
        if (pool)
            use_engine(asio::query(context.executor(), asio::execution::context), *pool);
    }
    int square(int x) const { return x * x; }
    awaitable<int> ask(int x) { co_return co_await remote (&calculator::square)(this, x); }

    static void define(api<calculator>& api) { api.get("/square", &calculator::ask, arg("x")); }
};

std::string ask_square()
{
    served<calculator> lab;
    return ask(lab.port(), "GET /api/v1/square?x=7");
}

struct one_pool {
    ~one_pool() { pool.reset(); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(jobs, one_pool)

BOOST_AUTO_TEST_CASE(a_handler_answers_with_what_a_job_gives)
{
    pool.emplace(1);
    BOOST_TEST(has(ask_square(), "\"data\":49"));
}

BOOST_AUTO_TEST_CASE(a_full_queue_is_answered_503_and_asks_to_come_again)
{
    pool.emplace(1, 0);
    auto const answer = ask_square();
    BOOST_TEST(answer.starts_with("HTTP/1.1 503 "));
    BOOST_TEST(has(answer, "\r\nRetry-After: 1\r\n"));
    BOOST_TEST(has(answer, "\"message\":\"too many jobs are waiting\""));
}

BOOST_AUTO_TEST_CASE(a_missing_engine_is_a_fault_of_the_service_and_told_to_its_operator)
{
    std::string told;
    {
        served<calculator> lab({},
            [&](app& service) { service.on_error([&](error_record const& record) { told = record.what; }); });
        BOOST_TEST(ask(lab.port(), "GET /api/v1/square?x=7").starts_with("HTTP/1.1 500 "));
    }
    BOOST_TEST(has(told, "use_engine()"));
}

BOOST_AUTO_TEST_SUITE_END()
