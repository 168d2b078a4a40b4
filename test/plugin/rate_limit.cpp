#include <framex/coro/sleep.hpp>
#include <framex/plugin/rate_limit.hpp>
#include <framex/test/client.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <limits>

using namespace framex;
using namespace std::chrono_literals;

namespace {

/// What the clocks of these tests show, in milliseconds.
std::atomic<std::int64_t>& present()
{
    static std::atomic<std::int64_t> now{0};
    return now;
}
std::chrono::steady_clock::time_point now()
{
    return std::chrono::steady_clock::time_point(present().load() * 1ms);
}

struct limited {
    static inline plugin_metadata const metadata{.name = "limited", .version = "1.0.0"};

    async_generator<std::string> slow()
    {
        co_yield std::string("a");
        co_await sleep_for(1h);
        co_yield std::string("b");
    }

    static std::string who(request const& asked) { return std::string(asked.headers["Authorization"]); }

    static void define(api<limited>& api)
    {
        api.get("/all", [] { return 1; }).use(rate_limit(0.5, 2, &now));
        api.get("/each", [] { return 2; }).use(rate_limit(1, 1, &who, &now));
        api.get("/one", &limited::slow).use(in_flight_limit(1));
        api.get("/none", [] { return 3; }).use(in_flight_limit(0));
    }
};

int status_for(test::app_client& client, std::string const& key)
{
    request asked("GET", "/api/v1/each");
    asked.headers.set("Authorization", key);
    return client.send(std::move(asked)).status;
}

} // namespace

BOOST_AUTO_TEST_SUITE(rate_limits)

BOOST_AUTO_TEST_CASE(a_burst_passes_and_then_the_rate)
{
    test::client<limited> client;
    present() = 0;
    BOOST_TEST(client.get("/api/v1/all").status == 200);
    BOOST_TEST(client.get("/api/v1/all").status == 200);
    auto const refused = client.get("/api/v1/all");
    BOOST_TEST(refused.status == 429);
    BOOST_TEST(refused.headers["Retry-After"] == "2");
    BOOST_TEST(refused.json().at("message") == "too many requests in a short time");
    present() = 1'999;
    BOOST_TEST(client.get("/api/v1/all").headers["Retry-After"] == "1");
    present() = 2'000;
    BOOST_TEST(client.get("/api/v1/all").status == 200);
    BOOST_TEST(client.get("/api/v1/all").status == 429);
    present() = 3'600'000; // no more than the burst, however long the pause
    BOOST_TEST(client.get("/api/v1/all").status == 200);
    BOOST_TEST(client.get("/api/v1/all").status == 200);
    BOOST_TEST(client.get("/api/v1/all").status == 429);
}

BOOST_AUTO_TEST_CASE(each_key_has_a_bucket_of_its_own)
{
    test::client<limited> client;
    present() = 0;
    BOOST_TEST(status_for(client, "a") == 200);
    BOOST_TEST(status_for(client, "a") == 429);
    BOOST_TEST(status_for(client, "b") == 200);
}

BOOST_AUTO_TEST_CASE(too_many_keys_share_a_bucket_until_others_are_full_again)
{
    test::client<limited> client;
    present() = 10'000;
    for (int key = 0; key < 10'000; ++key)
        if (status_for(client, std::to_string(key)) != 200)
            BOOST_FAIL("the key " << key << " has no bucket");
    BOOST_TEST(status_for(client, "new") == 200); // the shared one
    BOOST_TEST(status_for(client, "newer") == 429);
    BOOST_TEST(status_for(client, "0") == 429);
    present() = 11'000;
    BOOST_TEST(status_for(client, "newer") == 200);
    BOOST_TEST(status_for(client, "newest") == 200);
}

BOOST_AUTO_TEST_CASE(a_rate_is_more_than_nothing)
{
    double const no_number = std::numeric_limits<double>::quiet_NaN();
    BOOST_CHECK_THROW(rate_limit(0, 1), std::invalid_argument);
    BOOST_CHECK_THROW(rate_limit(-1, 1), std::invalid_argument);
    BOOST_CHECK_THROW(rate_limit(1, 0.5), std::invalid_argument);
    BOOST_CHECK_THROW(rate_limit(no_number, 1), std::invalid_argument);
    BOOST_CHECK_THROW(rate_limit(1, no_number), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_stream_counts_until_its_end)
{
    test::client<limited> client;
    {
        auto open = client.open(request("GET", "/api/v1/one"));
        BOOST_TEST(open.status() == 200);
        BOOST_TEST(open.next().value() == "a");
        auto const refused = client.get("/api/v1/one");
        BOOST_TEST(refused.status == 429);
        BOOST_TEST(refused.headers["Retry-After"] == "1");
    } // its client leaves
    client.clock();
    BOOST_TEST(client.get("/api/v1/one").body == "ab");
    BOOST_TEST(client.get("/api/v1/one").body == "ab");
    BOOST_TEST(client.get("/api/v1/none").status == 429);
}

BOOST_AUTO_TEST_SUITE_END()
