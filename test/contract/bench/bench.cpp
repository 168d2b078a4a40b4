#include "contract_plugins.hpp"

#include <framex/framex.hpp>

#include <chrono>

namespace {

using framex::arg;

struct BenchItem {
    std::string sku;
    std::int64_t qty = 0;
    double price = 0;
    bool ok = false;
};
BOOST_DESCRIBE_STRUCT(BenchItem, (), (sku, qty, price, ok))

struct BenchOrder {
    std::int64_t id = 0;
    std::string name;
    std::vector<std::string> tags;
    std::vector<BenchItem> items;
};
BOOST_DESCRIBE_STRUCT(BenchOrder, (), (id, name, tags, items))

struct Tick {
    std::int64_t i = 0; ///< which event
    std::int64_t t = 0; ///< when it was made: nanoseconds since 1970
};
BOOST_DESCRIBE_STRUCT(Tick, (), (i, t))

struct Received {
    std::int64_t files = 0;
    std::uint64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(Received, (), (files, bytes))

std::int64_t unix_nanoseconds()
{
    auto const now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

/// The workloads of the benchmark beside `echo`.
class BenchPlugin {
public:
    static inline framex::plugin_metadata const metadata{.name = "bench",
        .version = framex::version,
        .description = "The workloads of the benchmark",
        .author = "The framex authors"};

    static BenchOrder model(BenchOrder order) { return order; }

    framex::async_generator<framex::sse_event> stream(std::int64_t count, std::int64_t interval_ms)
    {
        auto const interval = std::chrono::milliseconds(interval_ms);
        for (Tick tick; tick.i < count; ++tick.i) {
            tick.t = unix_nanoseconds();
            co_yield framex::sse_event("message_chunk", framex::to_json(tick));
            if (interval_ms > 0)
                co_await framex::sleep_for(interval);
        }
        co_yield framex::sse_event("finish", "{}");
    }

    framex::awaitable<Received> upload(framex::multipart_reader form)
    {
        Received got;
        while (auto part = co_await form.next()) {
            if (!part->is_file())
                continue;
            ++got.files;
            while (auto piece = co_await part->next())
                got.bytes += piece->size();
        }
        co_return got;
    }

    static void define(framex::api<BenchPlugin>& api)
    {
        api.post("/bench/model", &BenchPlugin::model, arg("order"));
        api.get("/bench/stream", &BenchPlugin::stream, arg("count"), arg("interval_ms"));
        api.post("/bench/upload", &BenchPlugin::upload);
    }
};

} // namespace

framex::plugin_entry contract::bench_plugin() { return framex::plugin_entry_of<BenchPlugin>(); }
