// Calls of APIs that are not here: they go through the proxy to an upstream.
#include "contract_plugins.hpp"

#include <framex/framex.hpp>

#include <boost/json/array.hpp>

#include <string>

namespace {

using framex::arg;
using framex::awaitable;
using framex::json::array;
using framex::json::object;
using framex::json::value;

class CallerPlugin {
public:
    static inline framex::plugin_metadata const metadata{.name = "caller",
        .version = "0.9",
        .required_remote_apis = {"/api/v1/u/info", "/api/v1/u/query", "/api/v1/u/json", "/api/v1/u/stream",
            "/api/v1/u/status", "/api/v1/u/nowhere", "/api/v1/echo", "/api/v1/echo_model",
            "/api/v1/echo_stream", "/api/v1/u/enveloped", "/api/v1/lab/special/route"}};

    explicit CallerPlugin(framex::plugin_context& context) : context_(context) {}

    static void define(framex::api<CallerPlugin>& api)
    {
        api.get("/caller/call", &CallerPlugin::call, arg("kind"));
    }

private:
    awaitable<value> call(std::string kind)
    {
        if (kind.starts_with("echo"))
            return call_echo(std::move(kind));
        if (kind.starts_with("enveloped_"))
            return context_.call_plugin_api("/api/v1/u/enveloped",
                arg("code") = kind == "enveloped_ok" ? 200 : std::stoi(kind.substr(10)));
        return call_upstream(std::move(kind));
    }

    awaitable<value> call_echo(std::string kind)
    {
        if (kind == "echo_model") {
            object model{{"id", 3}, {"name", "n"}};
            return context_.call_plugin_api(
                "/api/v1/echo_model", arg("message") = "m", arg("model") = std::move(model));
        }
        if (kind == "echo_stream")
            return all_of(context_.call_plugin_api<framex::async_generator<std::string>>(
                "/api/v1/echo_stream", arg("message") = "empty"));
        return context_.call_plugin_api(
            "/api/v1/echo", arg("message") = kind == "echo_method" ? "method form" : "over the wire");
    }

    awaitable<value> call_upstream(std::string kind)
    {
        if (kind == "query")
            return context_.call_plugin_api(
                "/api/v1/u/query", arg("name") = "n", arg("count") = 2, arg("flag") = true);
        if (kind == "missing")
            return context_.call_plugin_api("/api/v1/u/query", arg("name") = "n");
        if (kind == "json") {
            object model{{"id", 1}, {"label", "L"}};
            return context_.call_plugin_api("/api/v1/u/json", arg("model") = std::move(model));
        }
        if (kind == "stream")
            return all_of(context_.call_plugin_api<framex::async_generator<std::string>>(
                "/api/v1/u/stream", arg("n") = 2));
        if (kind == "status500")
            return context_.call_plugin_api("/api/v1/u/status", arg("code") = 500);
        if (kind == "undeclared")
            return context_.call_plugin_api("/api/v1/u/other");
        if (kind == "special")
            return context_.call_plugin_api("/api/v1/lab/special/route");
        return context_.call_plugin_api("/api/v1/u/" + kind);
    }

    /// All events of a stream, as they go over the wire.
    static awaitable<value> all_of(awaitable<framex::async_generator<std::string>> call)
    {
        auto events = co_await std::move(call);
        array all;
        while (auto text = co_await events.next())
            all.emplace_back(*text);
        co_return value(std::move(all));
    }

    framex::plugin_context& context_;
};

/// Functions that are called by name. Here they run where they are.
class LabFnPlugin {
public:
    static inline framex::plugin_metadata const metadata{.name = "labfn",
        .version = "0.1.0",
        .description = "proxy functions",
        .author = "lab team",
        .url = "https://example.com/labfn"};

    static void define(framex::api<LabFnPlugin>& api)
    {
        api.get("/labfn/run", &LabFnPlugin::run, arg("name"), arg("kind"));
        api.get("/labfn/positional", &LabFnPlugin::positional);
    }

private:
    awaitable<object> run(std::string name, std::string kind)
    {
        if (name != "add")
            throw framex::public_error(kind);
        object answer;
        answer["result"] = 20 + 22;
        co_return answer;
    }
    std::string positional()
    {
        throw framex::public_error("The proxy function 'add' only supports keyword arguments.");
    }
};

} // namespace

framex::plugin_entry contract::caller_plugin() { return framex::plugin_entry_of<CallerPlugin>("caller"); }
framex::plugin_entry contract::labfn_plugin() { return framex::plugin_entry_of<LabFnPlugin>("labfn"); }
