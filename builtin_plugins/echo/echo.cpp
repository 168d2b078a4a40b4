#include "echo.hpp"

#include <framex/framex.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace {

using framex::arg;
using namespace std::chrono_literals;

struct EchoModel {
    std::int64_t id = 0;
    std::string name = "echo";

    static constexpr auto rules()
    {
        return framex::rules(framex::field(&EchoModel::name, framex::defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(EchoModel, (), (id, name))

/// One event for each character (a whole UTF-8 sequence), then `finish`.
framex::async_generator<std::string> spell(std::string text)
{
    for (std::size_t at = 0; at < text.size();) {
        std::size_t next = at + 1;
        while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xc0) == 0x80)
            ++next;
        co_yield text.substr(at, next - at);
        at = next;
    }
}

class EchoPlugin {
public:
    static inline framex::plugin_metadata const metadata{.name = "echo",
        .version = framex::version,
        .description = "Answers what it is sent: a first look at routes, models, streams and functions",
        .author = "The framex authors"};

    framex::awaitable<std::string> echo(std::string message) { co_return message; }

    framex::awaitable<std::string> echo_model(std::string message, EchoModel model)
    {
        co_return message + "," + framex::to_json(model);
    }

    framex::async_generator<framex::sse_event> echo_stream(std::string message)
    {
        auto letters = spell("This message is being streamed., " + message);
        while (auto letter = co_await letters.next()) {
            co_yield framex::make_stream_event("message_chunk", *letter);
            co_await framex::sleep_for(100ms);
        }
        co_yield framex::make_stream_event("finish");
    }

    framex::awaitable<std::string> confess(
        std::string message, std::function<std::string(std::string)> call_back)
    {
        co_return "I am calling with message=" + message + ",call_back_result=" + call_back(message);
    }

    static void define(framex::api<EchoPlugin>& api)
    {
        api.get("/echo", &EchoPlugin::echo, arg("message")).summary("Gives the message back");
        api.post("/echo_model", &EchoPlugin::echo_model, arg("message"), arg("model"))
            .summary("Gives the message and the model back");
        api.get("/echo_stream", &EchoPlugin::echo_stream, arg("message"))
            .summary("Spells the message as a stream");
        api.function("confess", &EchoPlugin::confess, arg("message"), arg("call_back"));
    }
};

} // namespace

framex::plugin_entry framex::echo_plugin() { return plugin_entry_of<EchoPlugin>(); }
