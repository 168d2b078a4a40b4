// What start() makes of the plugins: which routes win, what is refused, and that threads may race to it.
#include "sample.hpp"
#include "served.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;

namespace {

struct shop {
    static inline plugin_metadata const metadata{.name = "shop", .version = "1.0.0"};
    awaitable<std::string> item(int id, std::string note) { co_return note + std::to_string(id); }
    awaitable<std::string> change(int number) { co_return "changed " + std::to_string(number); }
    awaitable<response> reply(int status) { co_return response::text("out of stock", status); }
    static void define(api<shop>& api)
    {
        api.get("/items/{id}", &shop::item, arg("id"), arg("note") = "item ");
        api.put("/items/{number}", &shop::change, arg("number"));
        api.get("/reply", &shop::reply, arg("status")).callable_as("reply");
    }
};

struct rival {
    static inline plugin_metadata const metadata{.name = "rival", .version = "1.0.0"};
    awaitable<int> take(int n) { co_return n; }
    static void define(api<rival>& api)
    {
        api.get("/items/{n}", &rival::take, arg("n"));
        api.get("/reply", &rival::take, arg("n"));
        api.post("/reply", &rival::take, arg("n"));
        api.post("/reply", &rival::take, arg("n"));
        api.function("take", &rival::take, arg("n"));
        api.function("take", &rival::take, arg("n"));
    }
};

/// What a function offers may be at a path of its own, too.
struct sharing {
    static inline plugin_metadata const metadata{.name = "sharing", .version = "1.0.0"};
    int n() { return 1; }
    static void define(api<sharing>& api)
    {
        api.get("/n", &sharing::n).callable_as("n");
        api.post("/n", &sharing::n);
        api.get("/sharing.sharing.n", &sharing::n).no_prefix();
    }
};

struct caller {
    static inline plugin_metadata const metadata{.name = "caller",
        .version = "1.0.0",
        .required_remote_apis = {"/api/v1/items/{id}", "PUT /api/v1/items/{id}", "/api/v1/reply"}};
    explicit caller(plugin_context& context) : context_(context) {}
    awaitable<std::string> item(int id)
    {
        auto answer = co_await context_.call_plugin_api<std::string>("/api/v1/items/{id}", arg("id") = id);
        co_return answer;
    }
    awaitable<std::string> change(int id)
    {
        auto answer =
            co_await context_.call_plugin_api<std::string>("PUT /api/v1/items/{id}", arg("number") = id);
        co_return answer;
    }
    awaitable<json::value> reply(int status)
    {
        auto answer = co_await context_.call_plugin_api("/api/v1/reply", arg("status") = status);
        co_return answer;
    }
    static void define(api<caller>& api)
    {
        api.get("/call_item", &caller::item, arg("id"));
        api.get("/call_change", &caller::change, arg("id"));
        api.get("/call_reply", &caller::reply, arg("status"));
    }

private:
    plugin_context& context_;
};

/// Has a word at the paths of the app's own pages.
struct landlord {
    static inline plugin_metadata const metadata{.name = "landlord", .version = "1.0.0"};
    std::string mine() { return "mine"; }
    std::string named(std::string name) { return "mine " + name; }
    static void define(api<landlord>& api)
    {
        for (auto const* path : {"/health", "/ping", "/version", "/docs", "/redoc"})
            api.get(path, &landlord::mine).no_prefix();
        api.get("/docs/assets/{file}", &landlord::named, arg("file")).no_prefix();
        api.get("/openapi.json", &landlord::mine).raw_response();
        api.post("/health", &landlord::mine).no_prefix();
    }
};

template <int Kind>
struct misplaced {
    static inline plugin_metadata const metadata{
        .name = "misplaced" + std::to_string(Kind), .version = "1.0.0"};
    int n() { return 1; }
    static void define(api<misplaced>& api)
    {
        if (Kind == 1)
            api.get("no/slash", &misplaced::n).no_prefix();
        else if (Kind == 2)
            api.get("/x/{open", &misplaced::n);
        else
            api.get("/a%20b", &misplaced::n);
    }
};

/// Fails to be made a few times.
struct shy {
    static inline plugin_metadata const metadata{.name = "shy", .version = "1.0.0"};
    static inline std::atomic<int> alive = 0, made = 0, refusals = 0;
    explicit shy(plugin_context& context) : context_(context)
    {
        if (refusals > 0) {
            --refusals;
            throw std::runtime_error("not yet");
        }
        ++made;
        ++alive;
    }
    ~shy() { alive -= context_.id() == "shy"; } // its context lives as long as it does
    int n() { return 1; }
    static void define(api<shy>& api) { api.get("/n", &shy::n); }

private:
    plugin_context& context_;
};

/// Looks at the app that makes it.
struct curious {
    static inline plugin_metadata const metadata{.name = "curious", .version = "1.0.0"};
    static inline app const* maker = nullptr;
    static inline std::size_t seen = 0;
    curious() { seen = maker->routes().size(); }
    int n() { return 1; }
    static void define(api<curious>& api) { api.get("/n", &curious::n); }
};

template <class... P>
std::vector<std::string> reasons_of()
{
    asio::io_context context;
    app one(context.get_executor());
    (one.load<P>(), ...);
    try {
        one.prepare();
    } catch (load_error const& error) {
        return error.reasons();
    }
    return {};
}

} // namespace

BOOST_AUTO_TEST_SUITE(starts)

BOOST_AUTO_TEST_CASE(every_route_and_function_that_is_there_twice_is_named_with_its_plugins)
{
    std::vector<std::string> const expected{
        "GET /api/v1/items/{id} of plugin shop and GET /api/v1/items/{n} of plugin rival match the same "
        "requests; give one of them another path",
        "GET /api/v1/reply is offered by plugin shop and by plugin rival; give one of them another path",
        "plugin rival offers POST /api/v1/reply twice; give one of them another path",
        "plugin rival offers rival.rival.take twice; give one of them another name"};
    BOOST_TEST((reasons_of<shop, rival>() == expected));
}

BOOST_AUTO_TEST_CASE(a_route_a_function_and_another_method_may_share_what_they_are_called)
{
    BOOST_TEST(reasons_of<sharing>().empty());
    BOOST_TEST(reasons_of<shop>().empty());
}

BOOST_AUTO_TEST_CASE(paths_that_are_none_are_all_named_with_their_plugins)
{
    auto const reasons = reasons_of<misplaced<1>, shop, misplaced<2>, misplaced<3>>();
    BOOST_TEST_REQUIRE(reasons.size() == 3u);
    BOOST_TEST(
        reasons[0] == "plugin misplaced1: the path no/slash must begin with /; mend it in its define()");
    BOOST_TEST(has(reasons[1], "plugin misplaced2: "));
    BOOST_TEST(has(reasons[1], "/api/v1/x/{open"));
    BOOST_TEST(reasons[2]
        == "plugin misplaced3: the path /api/v1/a%20b is not normalised, so no request ever has it: write "
           "/api/v1/a b; mend it in its define()");
}

BOOST_AUTO_TEST_CASE(a_plugins_route_replaces_the_apps_own_one)
{
    served<landlord> service;
    for (std::string const path : {"/health", "/ping", "/version", "/docs", "/redoc", "/api/v1/openapi.json"})
        BOOST_TEST(body_of(ask(service.port(), "GET " + path)) == "\"mine\"", path);
    BOOST_TEST(body_of(ask(service.port(), "POST /health")) == "\"mine\"");
    BOOST_TEST(body_of(ask(service.port(), "GET /docs/assets/x.css")) == "\"mine x.css\"");
    BOOST_TEST(has(ask(service.port(), "GET /docs/plugin-release"), "\r\n\r\n{"));
    auto const& routes = service.app().routes();
    BOOST_TEST(std::ranges::count(routes, "/health", &route::path) == 2);
}

BOOST_AUTO_TEST_CASE(an_app_keeps_its_own_pages_beside_other_plugins)
{
    served<shop> service;
    BOOST_TEST(body_of(ask(service.port(), "GET /health")) == "\"ok\"");
    BOOST_TEST(body_of(ask(service.port(), "GET /ping")) == "\"pong\"");
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/openapi.json"), R"("openapi":"3.1.0")"));
}

BOOST_AUTO_TEST_CASE(calls_bind_the_parameters_of_a_template_by_name)
{
    served<shop, caller> service;
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/call_item?id=7"), R"("data":"item 7"})"));
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/call_change?id=8"), R"("data":"changed 8"})"));
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/items/9"), R"("data":"item 9"})"));
    BOOST_TEST(has(ask(service.port(), "PUT /api/v1/items/9"), R"("data":"changed 9"})"));
}

BOOST_AUTO_TEST_CASE(the_error_status_of_a_called_response_reaches_the_client)
{
    served<shop, caller> service;
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/call_reply?status=200"), R"("data":"out of stock"})"));
    auto const refused = ask(service.port(), "GET /api/v1/call_reply?status=409");
    BOOST_TEST(refused.starts_with("HTTP/1.1 409 "));
    BOOST_TEST(has(refused, R"("message":"out of stock")"));
}

BOOST_AUTO_TEST_CASE(a_start_that_failed_leaves_nothing_and_may_be_tried_again)
{
    shy::alive = shy::made = 0;
    shy::refusals = 2;
    asio::io_context context;
    {
        app service(context.get_executor());
        service.load<shop>().load<shy>();
        BOOST_CHECK_THROW(service.prepare(), std::runtime_error);
        BOOST_CHECK_THROW(service.prepare(), std::runtime_error);
        BOOST_TEST(service.routes().empty());
        BOOST_CHECK_NO_THROW(service.prepare());
        BOOST_TEST(shy::alive == 1);
        BOOST_CHECK_NO_THROW(service.prepare());
        BOOST_TEST(shy::made == 1);
    }
    BOOST_TEST(shy::alive == 0);

    app broken(context.get_executor());
    broken.load<shy>().load<misplaced<1>>();
    BOOST_CHECK_THROW(broken.prepare(), load_error);
    BOOST_TEST(shy::alive == 0);
}

BOOST_AUTO_TEST_CASE(a_plugin_that_is_being_made_sees_no_routes_yet)
{
    asio::io_context context;
    app service(context.get_executor());
    curious::maker = &service;
    curious::seen = 99;
    service.load<curious>().prepare();
    BOOST_TEST(curious::seen == 0u);
    BOOST_TEST(service.routes().size() > 1u);
}

BOOST_AUTO_TEST_CASE(threads_that_serve_one_app_race_to_its_start)
{
    shy::alive = shy::made = shy::refusals = 0;
    constexpr std::ptrdiff_t count = 4;
    asio::io_context own;
    app service(own.get_executor());
    service.load<shop>().load<shy>();
    std::latch all_ready(count);
    std::atomic<int> listening = 0, failed = 0;
    std::vector<std::thread> threads;
    for (std::ptrdiff_t i = 0; i < count; ++i)
        threads.emplace_back([&] {
            asio::io_context context(1);
            serve_options options;
            options.on_listening = [&](asio::ip::tcp::endpoint) { ++listening; };
            all_ready.arrive_and_wait();
            asio::co_spawn(context, service.serve({asio::ip::address_v4::loopback(), 0}, options),
                [&](std::exception_ptr error) { failed += error != nullptr; });
            context.run();
        });
    BOOST_TEST(eventually([&] { return listening + failed == count; }));
    service.stop(0ms);
    for (auto& thread : threads)
        thread.join();
    BOOST_TEST(failed == 0);
    BOOST_TEST(shy::made == 1);
    BOOST_TEST(service.routes().size() > 4u);
}

BOOST_AUTO_TEST_CASE(an_acceptor_of_the_programs_own_is_served)
{
    asio::io_context context;
    app service(context.get_executor());
    service.load<shop>();
    asio::ip::tcp::acceptor own(context, {asio::ip::address_v4::loopback(), 0});
    auto const port = own.local_endpoint().port();
    std::exception_ptr error;
    asio::co_spawn(
        context, service.serve(std::move(own)), [&](std::exception_ptr thrown) { error = thrown; });
    std::thread running([&] { context.run(); });
    BOOST_TEST(has(ask(port, "GET /api/v1/items/9"), R"("data":"item 9"})"));
    service.stop(0ms);
    running.join();
    BOOST_TEST(!error);
    BOOST_TEST(!raw_client(port).connected());
}

BOOST_AUTO_TEST_SUITE_END()
