/// gateway: a reverse proxy is a handler that forwards a request and filters a stream. GET /api/v1/chat
#pragma once

#include <framex/framex.hpp>

struct gateway_config {
    std::string legacy = "http://127.0.0.1:9000";

    static constexpr auto rules()
    {
        return framex::rules(framex::field(&gateway_config::legacy, framex::defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(gateway_config, (), (legacy))

/// The pieces of an event stream without their keep-alive comments.
struct without_comments {
    framex::sse_parser parser;

    std::string operator()(std::string piece)
    {
        std::string kept;
        parser.feed(piece, [&](framex::sse_event event) { framex::append_event(kept, event); });
        return kept;
    }
};

class gateway {
public:
    static inline framex::plugin_metadata const metadata{.name = "gateway", .version = "1.0.0"};

    explicit gateway(framex::plugin_context& context) : legacy_(context.config<gateway_config>().legacy) {}

    framex::awaitable<framex::streamed_response> forward(framex::request incoming)
    {
        incoming.headers.erase("authorization");
        auto reply = co_await legacy_.forward(std::move(incoming));
        reply.body = framex::transform(std::move(reply.body), without_comments());
        co_return reply;
    }

    static void define(framex::api<gateway>& api) { api.get("/chat", &gateway::forward); }

private:
    framex::upstream legacy_;
};
