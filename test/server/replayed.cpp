// A replay behind a route, followed over real connections.
#include "coro/run.hpp"
#include "served.hpp"

#include <framex/client/sse_client.hpp>
#include <framex/http/replay.hpp>

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;

namespace {

struct newspaper {
    static inline plugin_metadata const metadata{
        .name = "newspaper", .version = "1.0.0", .description = "Tells what is new"};

    async_generator<sse_event> news(request asked) { return first_three(follow(asked)); }
    async_generator<sse_event> all_news(request asked) { return follow(asked); }
    async_generator<sse_event> follow(request const& asked)
    {
        return kept.follow(std::string(asked.headers["Last-Event-ID"]));
    }
    static async_generator<sse_event> first_three(async_generator<sse_event> events)
    {
        co_yield retry_at_once();
        for (int i = 0; i < 3; ++i) {
            auto event = co_await events.next();
            if (!event)
                co_return;
            co_yield std::move(*event);
        }
    }
    static sse_event retry_at_once()
    {
        sse_event event;
        event.retry = 1ms;
        return event;
    }
    static void define(api<newspaper>& api)
    {
        api.get("/news", &newspaper::news);
        api.get("/all", &newspaper::all_news);
    }

    static inline replay kept{};
};

/// The data of the next events.
awaitable<void> read(sse_client* events, int count, std::string* seen)
{
    while (count-- > 0) {
        auto event = co_await events->next();
        BOOST_TEST_REQUIRE(event.has_value());
        *seen += event->data;
    }
}

outgoing_request get(unsigned short port, std::string const& path)
{
    return outgoing_request("GET", "http://127.0.0.1:" + std::to_string(port) + "/api/v1" + path);
}

/// Ten events over connections that end after three each, then one more where that has left off.
awaitable<void> follow_twice(unsigned short port, std::string* seen)
{
    sse_client events(get(port, "/news"));
    co_await read(&events, 10, seen);
    auto resumed = get(port, "/all");
    resumed.headers.set("Last-Event-ID", events.last_event_id());
    newspaper::kept.push(sse_event("", "k"));
    sse_client rest(std::move(resumed));
    co_await read(&rest, 1, seen);
}

} // namespace

BOOST_AUTO_TEST_SUITE(replayed)

BOOST_AUTO_TEST_CASE(a_client_that_connects_again_misses_nothing)
{
    served<newspaper> service({}, {}, 2);
    newspaper::kept.push(sse_event("", "a"));
    std::thread editor([] {
        for (char c = 'b'; c <= 'j'; ++c) {
            std::this_thread::sleep_for(2ms);
            newspaper::kept.push(sse_event("", std::string(1, c)));
        }
    });
    std::string seen;
    test_coro::run(follow_twice(service.port(), &seen));
    editor.join();
    BOOST_TEST(seen == "abcdefghijk");
}

BOOST_AUTO_TEST_SUITE_END()
