// The plugin whose handlers run out of memory: one of each way to answer.
#include <framex/framex.hpp>
#include <framex/plugin/export.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace {

using framex::arg;

struct order_item {
    std::string sku;
    std::int64_t qty = 0;
    double price = 0;
};
BOOST_DESCRIBE_STRUCT(order_item, (), (sku, qty, price))

struct order {
    std::int64_t id = 0;
    std::string name;
    std::vector<std::string> tags;
    std::vector<order_item> items;
};
BOOST_DESCRIBE_STRUCT(order, (), (id, name, tags, items))

std::string doubled(std::string text) { return text + text; }

class hardship {
public:
    static inline framex::plugin_metadata const metadata{
        .name = "hardship", .version = framex::version, .description = "Handlers that run out of memory"};

    static order model(order given) { return given; }

    framex::async_generator<framex::sse_event> stream(std::int64_t count, std::int64_t interval_ms)
    {
        for (std::int64_t i = 0; i < count; ++i) {
            co_yield framex::sse_event("tick", std::to_string(i));
            co_await framex::sleep_for(std::chrono::milliseconds(interval_ms));
        }
    }

    framex::awaitable<std::uint64_t> upload(framex::multipart_reader form)
    {
        std::uint64_t octets = 0;
        while (auto part = co_await form.next())
            while (auto piece = co_await part->next())
                octets += piece->size();
        co_return octets;
    }

    /// The whole answer of an upstream.
    framex::awaitable<std::string> asked(std::string url)
    {
        framex::outgoing_request asks("GET", url);
        auto answer = co_await client_.send(std::move(asks));
        co_return answer.body;
    }

    /// An upstream's answer as it comes.
    framex::awaitable<framex::streamed_response> relayed(std::string url)
    {
        framex::outgoing_request asks("GET", url);
        co_return co_await client_.stream(std::move(asks));
    }

    framex::awaitable<std::string> job(std::string text)
    {
        co_return co_await framex::remote(doubled)(std::move(text));
    }

    static void define(framex::api<hardship>& api)
    {
        api.post("/model", &hardship::model, arg("given"));
        api.get("/stream", &hardship::stream, arg("count"), arg("interval_ms"));
        api.post("/upload", &hardship::upload);
        api.get("/asked", &hardship::asked, arg("url"));
        api.get("/relayed", &hardship::relayed, arg("url"));
        api.get("/job", &hardship::job, arg("text"));
    }

private:
    framex::http_client client_;
};

} // namespace

FRAMEX_EXPORT_PLUGIN(hardship)
