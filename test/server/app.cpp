// The life of an app: start, refusals, several apps and executors, the end.
#include "sample.hpp"
#include "served.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <future>
#include <vector>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;

namespace {

struct caller {
    static inline plugin_metadata const metadata{.name = "caller",
        .version = "1.0.0",
        .required_remote_apis = {"/api/v1/say", "tool.tool.apply", "tool.tool.join", "tool.tool.many"}};
    explicit caller(plugin_context& context) : context_(context) {}

    awaitable<std::string> native(std::string text)
    {
        auto said = co_await context_.call_plugin_api<std::string>("/api/v1/say", arg("text") = text);
        co_return said;
    }
    awaitable<std::string> wrong_argument()
    {
        auto said = co_await context_.call_plugin_api<std::string>("/api/v1/say", arg("text") = 5);
        co_return said;
    }
    awaitable<int> wrong_result()
    {
        auto said = co_await context_.call_plugin_api<int>("/api/v1/say", arg("text") = "five");
        co_return said;
    }
    async_generator<std::string> wrong_items()
    {
        auto items = co_await context_.call_plugin_api<async_generator<int>>("tool.tool.many");
        while (auto one = co_await items.next())
            co_yield std::to_string(*one);
    }
    awaitable<std::string> several_by_text()
    {
        json::object one{{"name", "n"}};
        json::value number = 7;
        auto joined = co_await context_.call_plugin_api<json::value>(
            "tool.tool.join", arg("one") = std::move(one), arg("any") = std::move(number));
        co_return to_json(joined);
    }
    awaitable<int> apply(int value)
    {
        std::function<int(int)> twice = [](int v) { return 2 * v; };
        auto made =
            co_await context_.call_plugin_api<int>("tool.tool.apply", arg("f") = twice, arg("value") = value);
        co_return made;
    }
    awaitable<std::string> undeclared()
    {
        auto said = co_await context_.call_plugin_api<std::string>("/api/v1/nothing");
        co_return said;
    }
    static void define(api<caller>& api)
    {
        api.get("/native", &caller::native, arg("text"));
        api.get("/wrong_argument", &caller::wrong_argument);
        api.get("/wrong_result", &caller::wrong_result);
        api.get("/wrong_items", &caller::wrong_items);
        api.get("/several_by_text", &caller::several_by_text);
        api.get("/apply", &caller::apply, arg("value"));
        api.get("/undeclared", &caller::undeclared);
    }

private:
    plugin_context& context_;
};

struct tool {
    static inline plugin_metadata const metadata{.name = "tool", .version = "1.0.0"};
    awaitable<int> apply(std::function<int(int)> f, int value) { co_return f(value); }
    awaitable<std::string> join(thing one, json::value any) { co_return one.name + to_json(any); }
    async_generator<thing> many()
    {
        thing one;
        co_yield std::move(one);
    }
    static void define(api<tool>& api)
    {
        api.function("many", &tool::many);
        api.function("apply", &tool::apply, arg("f"), arg("value"));
        api.function("join", &tool::join, arg("one"), arg("any"));
    }
};

struct wanting {
    static inline plugin_metadata const metadata{
        .name = "wanting", .version = "1.0.0", .required_remote_apis = {"/api/v1/sya", "no.Such.func"}};
    static void define(api<wanting>&) {}
};

/// Runs the context until `condition` holds, for a generous time at most.
template <class F>
bool run_until(asio::io_context& context, F condition)
{
    for (int i = 0; i < 2000 && !condition(); ++i)
        context.run_for(5ms);
    return condition();
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps)

BOOST_AUTO_TEST_CASE(plugins_call_each_other_natively_and_by_text)
{
    served<sample, tool, caller> service;
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/native?text=hey"), R"("data":"hey"})"));
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/apply?value=21"), R"("data":42})"));
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/several_by_text"), R"("data":"\"n7\""})"));
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/undeclared"),
        "API /api/v1/nothing is not declared in current plugin remote_apis; add it to "
        "required_remote_apis."));
}

BOOST_AUTO_TEST_CASE(a_call_that_does_not_fit_is_hidden_from_the_client_and_told_to_the_operator)
{
    std::string told; // by the thread that serves, before it answers
    served<sample, tool, caller> service({}, [&](framex::app& app) {
        app.on_error([&](error_record const& record) { told += std::string(record.what) + '\n'; });
    });
    auto const refused = [&](std::string const& path) {
        told.clear();
        return ask(service.port(), "GET /api/v1/" + path);
    };
    auto reply = refused("wrong_argument");
    BOOST_TEST(reply.starts_with("HTTP/1.1 500 "));
    BOOST_TEST(has(reply, R"({"status":500,"message":"Internal Server Error","timestamp":)"));
    BOOST_TEST(told
        == "plugin caller calls the API /api/v1/say of plugin sample: it takes (text: std::string), and the "
           "caller's arguments do not fit: text: Input should be a valid string\n");
    reply = refused("wrong_result");
    BOOST_TEST(reply.starts_with("HTTP/1.1 500 "));
    BOOST_TEST(!has(reply, "integer"));
    BOOST_TEST(told
        == "plugin caller calls the API /api/v1/say of plugin sample: it gives std::string, the caller asks "
           "for int, which does not fit: result: Input should be a valid integer, unable to parse string as "
           "an "
           "integer\n");
    refused("wrong_items");
    BOOST_TEST(has(told, "the API tool.tool.many of plugin tool: it gives a stream of "));
    BOOST_TEST(has(told, "the caller asks for a stream of int, which does not fit: result: "));
    reply = refused("undeclared");
    BOOST_TEST(has(reply, R"("message":"API /api/v1/nothing is not declared)"));
    BOOST_TEST(told.starts_with("plugin caller: API /api/v1/nothing is not declared"));
    BOOST_TEST(refused("apply?value=x").starts_with("HTTP/1.1 422 ")); // of the client's own input
    BOOST_TEST(told == "");
}

BOOST_AUTO_TEST_CASE(missing_apis_are_all_named_with_the_nearest_one)
{
    asio::io_context context;
    app one(context.get_executor());
    one.load<sample>().load<wanting>();
    try {
        one.prepare();
        BOOST_FAIL("started without the APIs it requires");
    } catch (load_error const& error) {
        BOOST_TEST(error.reasons().size() == 2u);
        BOOST_TEST(has(error.what(), "plugin wanting requires the API /api/v1/sya"));
        BOOST_TEST(has(error.what(), "; did you mean /api/v1/say? Else load the plugin that offers it"));
        BOOST_TEST(
            has(error.what(), "no.Such.func, which no loaded plugin offers; load the plugin that offers it"));
    }
}

BOOST_AUTO_TEST_CASE(two_plugins_of_one_id_are_refused)
{
    asio::io_context context;
    app one(context.get_executor());
    one.load<sample>();
    BOOST_CHECK_THROW(one.load<sample>(), load_error);
    BOOST_CHECK_NO_THROW(one.load<sample>("sample2"));
}

BOOST_AUTO_TEST_CASE(an_address_in_use_is_reported_by_serve)
{
    served<sample> service;
    asio::io_context context;
    app other(context.get_executor());
    std::exception_ptr error;
    asio::co_spawn(context, other.serve({asio::ip::address_v4::loopback(), service.port()}),
        [&](std::exception_ptr e) { error = e; });
    context.run();
    BOOST_REQUIRE(error);
    BOOST_CHECK_THROW(std::rethrow_exception(error), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(two_apps_live_in_one_process_and_one_context)
{
    asio::io_context context;
    app first(context.get_executor());
    app second(context.get_executor());
    first.load<sample>();
    second.load<tool>();
    int ended = 0;
    for (auto* each : {&first, &second})
        asio::co_spawn(context, each->serve({asio::ip::address_v4::loopback(), 0}),
            [&](std::exception_ptr error) { ended += error == nullptr; });
    context.poll();
    first.stop(0ms);
    context.poll();
    second.stop(0ms);
    context.run();
    BOOST_TEST(ended == 2);
}

BOOST_AUTO_TEST_CASE(a_stop_answers_what_runs_and_closes_what_is_idle)
{
    served<sample> service;
    seen().waiting = false;
    raw_client idle(service.port());
    idle.send("GET /api/v1/say HTTP/1.1\r\nHost: a\r\n\r\n");
    idle.answer();
    raw_client busy(service.port());
    busy.send("GET /api/v1/wait?ms=2000 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(eventually([] { return seen().waiting.load(); }));
    service.app().stop(10s);
    BOOST_TEST(idle.to_end().empty());
    auto const last = busy.to_end();
    BOOST_TEST(has(last, "\"waited\""));
    BOOST_TEST(has(last, "\r\nConnection: close\r\n"));
    BOOST_TEST(service.has_ended());
    BOOST_TEST(!raw_client(service.port()).connected());
}

BOOST_AUTO_TEST_CASE(what_does_not_end_within_the_grace_is_cancelled)
{
    served<sample> service;
    int const before = seen().unwound;
    raw_client stream(service.port());
    stream.send("GET /api/v1/events?count=9&ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
    stream.until("data: 0\n\n");
    service.app().stop(50ms);
    BOOST_TEST(service.has_ended());
    BOOST_TEST(seen().unwound == before + 1);
    BOOST_TEST(!stream.to_end().ends_with("0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_context_that_dies_takes_everything_with_it)
{
    int const before = seen().unwound;
    int const yielded = seen().yielded;
    seen().waiting = false;
    {
        asio::io_context context(1);
        app service(context.get_executor());
        service.load<sample>();
        unsigned short port = 0;
        serve_options options;
        options.on_listening = [&](asio::ip::tcp::endpoint at) { port = at.port(); };
        asio::co_spawn(context, service.serve({asio::ip::address_v4::loopback(), 0}, options),
            [](std::exception_ptr) {});
        context.poll();
        raw_client waiting(port), streaming(port), half(port);
        waiting.send("GET /api/v1/wait?ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
        streaming.send("GET /api/v1/events?count=9&ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
        half.send("GET /api/v1/say HTTP");
        BOOST_TEST(run_until(context, [&] { return seen().waiting && seen().yielded == yielded + 1; }));
    }
    BOOST_TEST(seen().unwound == before + 2);
}

BOOST_AUTO_TEST_CASE(a_cancelled_serve_ends_its_connections)
{
    int const before = seen().unwound;
    int const yielded = seen().yielded;
    asio::io_context context(1);
    app service(context.get_executor());
    service.load<sample>();
    unsigned short port = 0;
    serve_options options;
    options.on_listening = [&](asio::ip::tcp::endpoint at) { port = at.port(); };
    asio::cancellation_signal signal;
    std::exception_ptr error;
    asio::co_spawn(context, service.serve({asio::ip::address_v4::loopback(), 0}, options),
        asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr e) { error = e; }));
    context.poll();
    raw_client idle(port), streaming(port);
    streaming.send("GET /api/v1/events?count=9&ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(run_until(context, [&] { return seen().yielded == yielded + 1; }));
    signal.emit(asio::cancellation_type::terminal);
    context.run_for(10s);
    BOOST_TEST(context.stopped());
    BOOST_TEST(!error);
    BOOST_TEST(seen().unwound == before + 1);
    BOOST_TEST(idle.to_end().empty());
}

BOOST_AUTO_TEST_SUITE_END()
