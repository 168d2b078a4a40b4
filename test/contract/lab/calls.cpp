#include "lab.hpp"

#include <boost/json/array.hpp>

#include <functional>

namespace contract {

using framex::arg;
using framex::awaitable;
using framex::json::array;
using framex::json::object;
using framex::json::value;

/// Answers what it was given; `n` of any type reaches it.
awaitable<object> LabPlugin::hidden(Part thing, value n)
{
    object answer;
    answer["kind"] = "Part";
    answer["sku"] = thing.sku;
    answer["n"] = n;
    answer["n_kind"] = "";
    if (n.is_string())
        answer["n_kind"] = "str";
    else if (n.is_int64() || n.is_uint64())
        answer["n_kind"] = "int";
    co_return answer;
}

awaitable<value> LabPlugin::call(std::string kind)
{
    if (kind.starts_with("echo") || kind == "confess")
        co_return co_await call_echo(std::move(kind));
    if (kind.starts_with("alias") || kind.starts_with("hidden"))
        co_return co_await call_lab(std::move(kind));
    co_return co_await call_wrongly(std::move(kind));
}

awaitable<value> LabPlugin::call_echo(std::string kind)
{
    if (kind == "echo_method")
        co_return co_await context_.call_plugin_api("/api/v1/echo", arg("message") = "via self");
    if (kind == "echo_model") {
        object model{{"id", 4}};
        co_return co_await context_.call_plugin_api(
            "/api/v1/echo_model", arg("message") = "m", arg("model") = std::move(model));
    }
    if (kind == "echo_stream")
        co_return co_await call_stream();
    if (kind == "confess") {
        std::function<std::string(std::string)> call_back = [](std::string text) { return text + "!"; };
        std::string answer = co_await context_.call_plugin_api<std::string>(
            "echo.EchoPlugin.confess", arg("message") = "c", arg("call_back") = std::move(call_back));
        co_return value(answer);
    }
    co_return co_await context_.call_plugin_api("/api/v1/echo", arg("message") = "from lab");
}

/// All events of the stream, as they would go over the wire.
awaitable<value> LabPlugin::call_stream()
{
    auto events = co_await context_.call_plugin_api<framex::async_generator<framex::sse_event>>(
        "/api/v1/echo_stream", arg("message") = "empty");
    array all;
    while (auto event = co_await events.next()) {
        std::string text;
        framex::append_event(text, *event);
        all.emplace_back(text);
    }
    co_return value(std::move(all));
}

awaitable<value> LabPlugin::call_lab(std::string kind)
{
    if (kind == "alias_http")
        co_return co_await context_.call_plugin_api("/api/v1/lab/aliased");
    if (kind == "alias_func")
        co_return co_await context_.call_plugin_api("lab.LabPlugin.aliased");
    object thing{{"sku", "zz"}};
    value n = "12";
    if (kind == "hidden_bad_model") {
        thing = object{{"qty", "x"}};
        n = 1;
    }
    co_return co_await context_.call_plugin_api(
        "lab.LabPlugin.hidden", arg("thing") = std::move(thing), arg("n") = std::move(n));
}

awaitable<value> LabPlugin::call_wrongly(std::string kind)
{
    if (kind == "missing_arg")
        co_return co_await context_.call_plugin_api("/api/v1/echo");
    if (kind == "extra_arg")
        co_return co_await context_.call_plugin_api("/api/v1/echo", arg("message") = "m", arg("other") = 1);
    if (kind == "undeclared")
        co_return co_await context_.call_plugin_api("/api/v1/lab/types");
    if (kind == "unknown")
        co_return co_await context_.call_plugin_api("nobody.Nothing.none");
    if (kind == "raises")
        co_return co_await context_.call_plugin_api("/api/v1/lab/fail_value");
    throw framex::public_error("no call " + kind);
}

} // namespace contract
