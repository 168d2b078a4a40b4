// Routes that a plugin publishes while it runs: requests and calls find them, changes cut nothing.
#include "served.hpp"

#include <framex/framex.hpp>
#include <framex/server/app.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <mutex>
#include <tuple>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;

namespace {

awaitable<streamed_response> tell(request asked, body_reader body)
{
    auto const text = co_await read_all(std::move(body), 1 << 20);
    std::string told = asked.method + " " + asked.path + " from " + asked.peer;
    for (auto const& [name, value] : asked.path_parameters)
        told += " " + name + "=" + value;
    co_return response::text(told + " " + std::to_string(text.size()));
}

async_generator<std::string> ticks(std::string text, int count)
{
    for (int i = 0; i < count; ++i) {
        co_yield "data: " + text + std::to_string(i) + "\n\n";
        co_await sleep_for(20ms);
    }
}

awaitable<streamed_response> answer_call(json::object arguments)
{
    co_await asio::this_coro::executor;
    if (auto const* count = arguments.if_contains("count")) {
        streamed_response made(200, ticks("n", static_cast<int>(count->as_int64())));
        made.headers.set("Content-Type", "text/event-stream");
        co_return made;
    }
    if (auto const* text = arguments.if_contains("text"))
        co_return response::json(" " + json::serialize(*text));
    if (arguments.contains("fail"))
        co_return response::json(R"({"detail":"no"})", 404);
    std::string const status = arguments.contains("refuse") ? "403" : "200";
    co_return response::json(R"({"status":)" + status + R"(,"message":"m","timestamp":"t","data":)"
        + json::serialize(arguments) + "}");
}

published_route route_to(std::string method, std::string path)
{
    published_route made;
    made.method = std::move(method);
    made.path = std::move(path);
    made.tags = {"far"};
    made.operation = json::parse(R"({"summary":"Far away","responses":{"200":{"description":"ok","content":
        {"application/json":{"schema":{"$ref":"#/components/schemas/thing"}}}}}})")
                         .as_object();
    made.relay = tell;
    made.call = answer_call;
    return made;
}

/// Publishes what the test wants.
struct gatherer {
    static inline plugin_metadata const metadata{.name = "gatherer", .version = "1.0.0", .publishes = true};

    explicit gatherer(plugin_context& context) : context_(context) {}
    awaitable<> on_start()
    {
        published_routes all;
        all.routes.push_back(route_to("GET", "/api/v1/far/{id}"));
        all.routes.push_back(route_to("POST", "/api/v1/far"));
        all.routes.push_back(route_to("GET", "/api/v1/near"));
        all.routes.push_back(route_to("GET", "/api/v1/a/../b"));
        all.schemas["thing"] = json::object{{"type", "string"}};
        left_out = context_.publish(std::move(all));
        co_return;
    }
    awaitable<std::string> change(std::string path)
    {
        published_routes all;
        auto made = route_to("GET", std::move(path));
        made.relay = [](request, body_reader) -> awaitable<streamed_response> {
            co_return streamed_response(200, ticks("t", 10));
        };
        all.routes.push_back(std::move(made));
        context_.publish(std::move(all));
        co_return "changed";
    }
    std::string near() { return "local"; }
    static void define(api<gatherer>& api)
    {
        api.get("/near", &gatherer::near);
        api.get("/change", &gatherer::change, arg("path"));
    }

    static inline std::vector<left_out_route> left_out;

private:
    plugin_context& context_;
};

struct thing {
    int size = 0;
};
BOOST_DESCRIBE_STRUCT(thing, (), (size))

struct caller {
    static inline plugin_metadata const metadata{.name = "caller",
        .version = "1.0.0",
        .required_remote_apis = {"/api/v1/far/{id}", "POST /api/v1/far", "/api/v1/near", "/api/v1/nowhere"}};

    explicit caller(plugin_context& context) : context_(context) {}

    awaitable<json::value> value()
    {
        thing model;
        model.size = 3;
        auto asking = context_.call_plugin_api<json::value>(
            "POST /api/v1/far", arg("model") = model, arg("name") = std::string("n"));
        co_return co_await std::move(asking);
    }
    awaitable<std::string> whole()
    {
        auto asking = context_.call_plugin_api<response>("/api/v1/far/{id}", arg("id") = 7);
        auto const got = co_await std::move(asking);
        co_return std::to_string(got.status) + got.body;
    }
    async_generator<sse_event> events()
    {
        auto asking =
            context_.call_plugin_api<async_generator<sse_event>>("/api/v1/far/{id}", arg("count") = 3);
        auto got = co_await std::move(asking);
        while (auto event = co_await got.next())
            co_yield std::move(*event);
    }
    awaitable<std::string> fails(bool refuse)
    {
        auto asking = refuse ? context_.call_plugin_api<json::value>("/api/v1/far/{id}", arg("refuse") = true)
                             : context_.call_plugin_api<json::value>("/api/v1/far/{id}", arg("fail") = true);
        std::string told;
        try {
            co_await std::move(asking);
        } catch (http_error const& error) {
            told = std::to_string(error.status()) + error.what();
        }
        co_return told;
    }
    awaitable<std::string> text()
    {
        auto asking =
            context_.call_plugin_api<std::string>("/api/v1/far/{id}", arg("text") = std::string("a\"b"));
        auto told = co_await std::move(asking);
        auto number = context_.call_plugin_api<std::string>("/api/v1/far/{id}", arg("half") = 0.5);
        told += co_await std::move(number);
        co_return told;
    }
    awaitable<std::string> local() { return context_.call_plugin_api<std::string>("/api/v1/near"); }
    awaitable<std::string> nowhere() { return context_.call_plugin_api<std::string>("/api/v1/nowhere"); }
    static void define(api<caller>& api)
    {
        api.get("/value", &caller::value);
        api.get("/whole", &caller::whole);
        api.get("/events", &caller::events);
        api.get("/fails", &caller::fails, arg("refuse"));
        api.get("/text", &caller::text);
        api.get("/local", &caller::local);
        api.get("/lost", &caller::nowhere);
    }

private:
    plugin_context& context_;
};

struct other {
    struct nested {
        int id = 0;
    };
    static inline plugin_metadata const metadata{.name = "other", .version = "1.0.0"};
    static thing give() { return {}; }
    static void define(api<other>& api) { api.get("/thing", &other::give); }
};

settings proxied()
{
    settings made;
    made.server.enable_proxy = true;
    return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(published)

BOOST_AUTO_TEST_CASE(requests_find_published_routes_and_local_ones_go_first)
{
    served<gatherer> service(proxied());
    BOOST_TEST(body_of(ask(service.port(), "GET /api/v1/far/a%20b"))
        == "GET /api/v1/far/a b from 127.0.0.1 id=a b 0");
    BOOST_TEST(body_of(ask(service.port(), "POST /api/v1/far", std::string(100'000, '1')))
        == "POST /api/v1/far from 127.0.0.1 100000");
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/near"), "\"data\":\"local\"}"));
    BOOST_TEST(ask(service.port(), "GET /api/v1/far").starts_with("HTTP/1.1 405 "));
    auto const routes = service.app().routes();
    BOOST_TEST(std::ranges::count(routes, "/api/v1/near", &route::path) == 1);
    BOOST_TEST_REQUIRE(gatherer::left_out.size() == 2u);
    auto const& [odd, taken] = std::tie(gatherer::left_out[0], gatherer::left_out[1]);
    BOOST_TEST(odd.method + " " + odd.path == "GET /api/v1/a/../b");
    BOOST_TEST(odd.reason == "the path is not normalised, so no request ever has it");
    BOOST_TEST(odd.offered_by == "");
    BOOST_TEST(taken.method + " " + taken.path == "GET /api/v1/near");
    BOOST_TEST(taken.reason == "plugin gatherer offers GET /api/v1/near, which goes first");
    BOOST_TEST(taken.offered_by == "gatherer");
}

BOOST_AUTO_TEST_CASE(what_is_published_later_takes_the_place_and_cuts_nothing)
{
    served<gatherer> service(proxied());
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/change?path=/api/v1/one"), "changed"));
    raw_client client(service.port());
    client.send("GET /api/v1/one HTTP/1.1\r\nHost: a\r\n\r\n");
    auto got = client.until("t0\n\n");
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/change?path=/api/v1/two"), "changed"));
    BOOST_TEST(ask(service.port(), "GET /api/v1/one").starts_with("HTTP/1.1 404 "));
    BOOST_TEST(ask(service.port(), "GET /api/v1/far/1").starts_with("HTTP/1.1 404 "));
    BOOST_TEST(has(client.until("\r\n0\r\n\r\n"), "t9\n\n")); // the first stream goes on to its end
    client.send("GET /api/v1/one HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 404 ")); // and its connection has the new routes
}

BOOST_AUTO_TEST_CASE(plugins_call_published_routes)
{
    served<gatherer, caller> service(proxied());
    auto const ask_for = [&](std::string const& name) { return ask(service.port(), "GET /api/v1/" + name); };
    BOOST_TEST(has(ask_for("value"), R"("data":{"model":{"size":3},"name":"n"}})"));
    BOOST_TEST(has(ask_for("whole"), R"(\"timestamp\":\"t\",\"data\":{\"id\":7}}")"));
    BOOST_TEST(has(ask_for("events"), "data: n0\n\n"));
    BOOST_TEST(has(ask_for("events"), "data: n2\n\n"));
    BOOST_TEST(has(ask_for("fails?refuse=false"), R"(404{\"detail\":\"no\"})"));
    BOOST_TEST(has(ask_for("fails?refuse=true"), "403Proxy API /api/v1/far/{id} returned status 403: m"));
    BOOST_TEST(has(ask_for("text"), R"("data":"a\"b{\"half\":0.5}"})"));
    BOOST_TEST(has(ask_for("local"), R"("data":"local"})"));
    BOOST_TEST(has(ask_for("lost"), "api(/api/v1/nowhere) not found"));
}

BOOST_AUTO_TEST_CASE(without_the_fallback_a_missing_api_is_refused)
{
    asio::io_context context;
    app service(context.get_executor());
    service.load<gatherer>().load<caller>();
    BOOST_CHECK_THROW(service.prepare(), load_error);
}

BOOST_AUTO_TEST_CASE(the_document_tells_of_published_operations)
{
    served<gatherer, other> service(proxied());
    auto const document = json::parse(body_of(ask(service.port(), "GET /api/v1/openapi.json"))).as_object();
    auto const& operation = document.at("paths").at("/api/v1/far/{id}").at("get").as_object();
    BOOST_TEST(operation.at("summary").as_string() == "Far away");
    BOOST_TEST(operation.at("operationId").as_string() == "route_handler_api_v1_far__id__get");
    BOOST_TEST(operation.at("tags").as_array().at(0).as_string() == "far");
    auto const& near = document.at("paths").at("/api/v1/near").at("get").as_object();
    BOOST_TEST(
        near.at("tags").as_array().at(0).as_string() == "gatherer"); // what is served, not what is left out
    auto const& content = operation.at("responses").at("200").at("content").at("application/json");
    BOOST_TEST(content.at("schema").at("$ref").as_string() == "#/components/schemas/thing_2");
    auto const& schemas = document.at("components").at("schemas");
    BOOST_TEST(schemas.at("thing").at("type").as_string() == "object"); // the one of plugin other
    BOOST_TEST(schemas.at("thing_2").at("type").as_string() == "string");
}

BOOST_AUTO_TEST_SUITE_END()
