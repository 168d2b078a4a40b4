// The plugin of the tests that follow events with real clients: whoever posts makes them, everybody gets each
// of them.
#include <framex/framex.hpp>
#include <framex/plugin/export.hpp>

#include <chrono>
#include <mutex>
#include <string>

namespace {

using framex::arg;

struct made_event {
    std::int64_t number = 0;
    std::int64_t made = 0; ///< milliseconds since 1970, the clock of browsers
};
BOOST_DESCRIBE_STRUCT(made_event, (), (number, made))

std::int64_t now_in_milliseconds()
{
    auto const now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

class feed {
public:
    static inline framex::plugin_metadata const metadata{
        .name = "feed", .version = framex::version, .description = "Events for clients that come back"};

    /// What comes from now on, for any number of clients.
    framex::async_generator<framex::sse_event> live() { return kept_.follow(kept_.last_id()); }

    /// From the client's place on; after `most` events the stream ends in the middle, and the client comes
    /// back.
    framex::async_generator<framex::sse_event> follow(framex::request asked, std::int64_t most)
    {
        auto source = kept_.follow(std::string(asked.headers["Last-Event-ID"]));
        framex::sse_event soon;
        soon.retry = std::chrono::milliseconds(10);
        co_yield std::move(soon);
        for (std::int64_t given = 0; given < most; ++given) {
            auto event = co_await source.next();
            if (!event)
                co_return;
            co_yield std::move(*event);
        }
    }

    /// Makes events number 1 to `count`, one in `interval_ms`.
    framex::awaitable<std::int64_t> make(std::int64_t count, std::int64_t interval_ms)
    {
        for (made_event one{1, 0}; one.number <= count; ++one.number) {
            one.made = now_in_milliseconds();
            kept_.push(framex::sse_event("", framex::to_json(one)));
            if (interval_ms > 0)
                co_await framex::sleep_for(std::chrono::milliseconds(interval_ms));
        }
        co_return count;
    }

    static void define(framex::api<feed>& api)
    {
        api.get("/feed/live", &feed::live);
        api.get("/feed", &feed::follow, arg("most") = 1'000'000);
        api.post("/feed", &feed::make, arg("count"), arg("interval_ms") = 0);
    }

private:
    framex::replay kept_{framex::replay_limits{100'000, 64 << 20}};
};

} // namespace

FRAMEX_EXPORT_PLUGIN(feed)
