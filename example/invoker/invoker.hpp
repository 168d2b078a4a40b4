/// invoker: calls another plugin's API, wherever that plugin runs. GET /api/v1/relay?name=Ada
#pragma once

#include <framex/framex.hpp>

using framex::arg;

struct invoker_config {
    std::string greeting = "relayed";

    static constexpr auto rules()
    {
        return framex::rules(framex::field(&invoker_config::greeting, framex::defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(invoker_config, (), (greeting))

class invoker {
public:
    static inline framex::plugin_metadata const metadata{
        .name = "invoker", .version = "1.0.0", .required_remote_apis = {"/api/v1/hello"}};

    explicit invoker(framex::plugin_context& context)
        : context_(context), config_(context.config<invoker_config>())
    {
    }

    framex::awaitable<std::string> relay(std::string name)
    {
        auto text = co_await context_.call_plugin_api<std::string>("/api/v1/hello", arg("name") = name);
        co_return config_.greeting + ": " + text;
    }

    static void define(framex::api<invoker>& api) { api.get("/relay", &invoker::relay, arg("name")); }

private:
    framex::plugin_context& context_;
    invoker_config config_;
};
