/// A plugin that calls the plugin `source`, which another compiler may have built.
#include "number.hpp"

#include <framex/coro/timeout.hpp>
#include <framex/plugin/export.hpp>

#include <boost/system/system_error.hpp>

using framex::arg;

struct sink {
    static inline framex::plugin_metadata const metadata{.name = "sink",
        .version = "1.0.0",
        .required_remote_apis = {"/api/v1/source/numbers", "/api/v1/source/refuse", "/api/v1/source/hello"}};
    framex::plugin_context& context;

    explicit sink(framex::plugin_context& given) : context(given) {}

    framex::awaitable<std::string> hello(std::string name)
    {
        co_return co_await context.call_plugin_api<std::string>("/api/v1/source/hello", arg("name") = name);
    }

    framex::awaitable<int> sum(int count)
    {
        auto stream = co_await context.call_plugin_api<framex::async_generator<number>>(
            "/api/v1/source/numbers", arg("count") = count);
        int total = 0;
        while (auto next = co_await stream.next())
            total += next->value;
        co_return total;
    }

    framex::awaitable<int> refused(int status)
    {
        try {
            co_await context.call_plugin_api<number>("/api/v1/source/refuse", arg("status") = status);
        } catch (framex::http_error const& error) {
            co_return error.status();
        }
        co_return 0;
    }

    /// Gives up before the stream ends.
    framex::awaitable<std::string> impatient()
    {
        try {
            co_await framex::with_timeout(sum(1'000'000), std::chrono::milliseconds(20));
        } catch (boost::system::system_error const& error) {
            co_return error.code().message();
        }
        co_return "it ended";
    }

    static void define(framex::api<sink>& api)
    {
        api.get("/sink/hello", &sink::hello, arg("name"));
        api.get("/sink/sum", &sink::sum, arg("count"));
        api.get("/sink/refused", &sink::refused, arg("status"));
        api.get("/sink/impatient", &sink::impatient);
    }
};

FRAMEX_EXPORT_PLUGIN(sink)
