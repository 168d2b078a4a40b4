// The life of the plugins: constructed and started in the order of what they require, stopped in reverse.
#include "coro/run.hpp"
#include "sample.hpp"
#include "served.hpp"

#include <framex/coro/sleep.hpp>

#include <boost/test/unit_test.hpp>

#include <latch>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;
using framex::test_coro::code_of;

namespace {

/// What has happened, in order.
class diary {
public:
    void note(std::string what)
    {
        std::lock_guard const guard(guard_);
        entries_.push_back(std::move(what));
    }
    std::string take()
    {
        std::lock_guard const guard(guard_);
        std::string all;
        for (auto const& entry : std::exchange(entries_, {}))
            all += (all.empty() ? "" : ", ") + entry;
        return all;
    }

private:
    std::mutex guard_;
    std::vector<std::string> entries_;
};

diary happened;

/// What the hooks of `store` do.
enum class mood { well, fails, hangs };
mood on_starting = mood::well, on_stopping = mood::well;

awaitable<> behave(mood how)
{
    if (how == mood::fails)
        throw std::runtime_error("no stock");
    co_await sleep_for(how == mood::hangs ? 1h : 1ms);
}

struct store {
    static inline plugin_metadata const metadata{.name = "store", .version = "1.0.0"};
    explicit store(plugin_context& context) : context_(context) { happened.note("make store"); }
    awaitable<> on_start()
    {
        co_await behave(on_starting);
        context_.log(log_level::info, "open");
        happened.note("start store");
    }
    awaitable<> on_stop()
    {
        co_await behave(on_stopping);
        happened.note("stop store");
    }
    int count() { return 7; }
    static void define(api<store>& api) { api.get("/count", &store::count).callable_as("count"); }

private:
    plugin_context& context_;
};

struct seller {
    static inline plugin_metadata const metadata{
        .name = "seller", .version = "1.0.0", .required_remote_apis = {"/api/v1/count", "/health"}};
    explicit seller(plugin_context& context) : context_(context) { happened.note("make seller"); }
    awaitable<> on_start()
    {
        auto const count = co_await context_.call_plugin_api<int>("/api/v1/count");
        happened.note("start seller with " + std::to_string(count));
    }
    awaitable<> on_stop()
    {
        happened.note("stop seller");
        co_return;
    }
    static void define(api<seller>& api) { api.get("/sell", &seller::sell); }
    int sell() { return 1; }

private:
    plugin_context& context_;
};

struct opener : store {
    static inline plugin_metadata const metadata{.name = "opener", .version = "1.0.0"};
    explicit opener(plugin_context& context) : store(context) {}
    awaitable<> on_start()
    {
        happened.note("start opener");
        co_return;
    }
    awaitable<> on_stop()
    {
        happened.note("stop opener");
        co_return;
    }
    int n() { return 1; }
    static void define(api<opener>& api) { api.get("/opener", &opener::n); }
};

template <int Id, int Needs>
struct link_of_chain {
    static inline plugin_metadata const metadata{.name = "link" + std::to_string(Id),
        .version = "1.0.0",
        .required_remote_apis = {"/api/v1/link" + std::to_string(Needs)}};
    int n() { return Id; }
    static void define(api<link_of_chain>& api) { api.get("/link" + std::to_string(Id), &link_of_chain::n); }
};

std::exception_ptr outcome_of(asio::io_context& context, awaitable<> body)
{
    std::exception_ptr error;
    asio::co_spawn(context, std::move(body), [&](std::exception_ptr e) { error = e; });
    context.restart();
    context.run();
    return error;
}

std::string text_of(std::exception_ptr const& error)
{
    try {
        if (error)
            std::rethrow_exception(error);
        return {};
    } catch (std::exception const& e) {
        return e.what();
    }
}

struct fresh_diary {
    fresh_diary()
    {
        happened.take();
        on_starting = on_stopping = mood::well;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(life, fresh_diary)

BOOST_AUTO_TEST_CASE(whoever_is_required_is_made_and_started_first_and_stopped_last)
{
    {
        served<seller, store> service;
        BOOST_TEST(happened.take() == "make store, make seller, start store, start seller with 7");
        BOOST_TEST(has(ask(service.port(), "GET /readyz"), "200 OK"));
        BOOST_TEST(body_of(ask(service.port(), "GET /healthz")) == "\"ok\"");
        service.app().stop(0ms);
        BOOST_TEST(service.has_ended());
        BOOST_TEST(happened.take() == "stop seller, stop store");
    }
    BOOST_TEST(happened.take() == "");
}

BOOST_AUTO_TEST_CASE(plugins_that_require_each_other_are_named_in_their_order)
{
    asio::io_context context;
    app one(context.get_executor());
    one.load<link_of_chain<1, 2>>().load<link_of_chain<2, 3>>().load<link_of_chain<3, 1>>();
    one.load<link_of_chain<4, 4>>(); // its own API is no reason to wait
    BOOST_CHECK_EXCEPTION(one.prepare(), load_error, [](load_error const& error) {
        return error.reasons()
            == std::vector<std::string>{
                "the plugins link1 -> link2 -> link3 -> link1 require each other's APIs in a circle, so "
                "none can be started first: link3 requires /api/v1/link1 of link1; move that API to a "
                "plugin of its own"};
    });
}

BOOST_AUTO_TEST_CASE(it_is_not_ready_before_and_after)
{
    asio::io_context context;
    app one(context.get_executor());
    one.load<store>().prepare();
    auto const routes = one.routes();
    auto const ready = std::ranges::find(routes, "/readyz", &route::path);
    BOOST_TEST_REQUIRE((ready != routes.end()));
    auto const status = [&] {
        invocation call;
        ready->now(*ready, call);
        return std::get<response>(call.result).status;
    };
    BOOST_TEST(status() == 503);
    BOOST_TEST(!outcome_of(context, one.start()));
    BOOST_TEST(status() == 200);
    one.stop(1s);
    BOOST_TEST(status() == 503);
    BOOST_TEST(!outcome_of(context, one.finish()));
    BOOST_TEST(happened.take() == "make store, start store, stop store");
    BOOST_TEST(!outcome_of(context, one.finish()));
    BOOST_TEST(happened.take() == "");
}

BOOST_AUTO_TEST_CASE(one_that_does_not_start_stops_those_that_have)
{
    asio::io_context context;
    app one(context.get_executor());
    one.load<opener>().load<seller>().load<store>();
    on_starting = mood::fails;
    auto const error = outcome_of(context, one.serve({asio::ip::address_v4::loopback(), 0}));
    BOOST_TEST(text_of(error) == "plugin store: on_start failed: no stock");
    BOOST_CHECK_THROW(std::rethrow_exception(error), plugin_failure);
    BOOST_TEST(happened.take() == "make store, make store, make seller, start opener, stop opener");

    on_starting = mood::well;
    BOOST_TEST(!outcome_of(context, one.start()));
    BOOST_TEST(happened.take() == "start opener, start store, start seller with 7");
    BOOST_TEST(!outcome_of(context, one.finish()));
}

BOOST_AUTO_TEST_CASE(a_start_that_is_cancelled_ends_at_once)
{
    asio::io_context context;
    app one(context.get_executor());
    one.load<store>();
    on_starting = mood::hangs;
    asio::cancellation_signal cancel;
    std::exception_ptr error;
    asio::co_spawn(context, one.start(),
        asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr e) { error = e; }));
    context.poll();
    BOOST_TEST(!error);
    cancel.emit(asio::cancellation_type::terminal);
    context.run();
    BOOST_TEST(has(text_of(error), "plugin store: on_start failed: "));
    BOOST_TEST(happened.take() == "make store");
}

BOOST_AUTO_TEST_CASE(several_that_start_it_wait_for_the_one_that_does)
{
    asio::io_context context;
    app one(context.get_executor());
    one.load<store>().load<seller>();
    int ended = 0;
    for (int i = 0; i < 3; ++i)
        asio::co_spawn(context, one.start(), [&](std::exception_ptr error) { ended += !error; });
    context.run();
    BOOST_TEST(ended == 3);
    BOOST_TEST(happened.take() == "make store, make seller, start store, start seller with 7");

    app broken(context.get_executor());
    broken.load<store>();
    on_starting = mood::fails;
    for (int i = 0; i < 3; ++i)
        asio::co_spawn(context, broken.start(), [&](std::exception_ptr error) { ended -= !!error; });
    context.restart();
    context.run();
    BOOST_TEST(ended == 0);
}

BOOST_AUTO_TEST_CASE(a_stop_that_fails_or_hangs_is_logged_and_the_others_are_stopped)
{
    for (auto const how : {mood::fails, mood::hangs}) {
        asio::io_context context;
        settings configuration;
        configuration.server.limits.shutdown_grace = 20ms;
        app one(context.get_executor(), configuration);
        std::vector<std::string> lines;
        one.on_log([&](log_record const& record) {
            lines.push_back(std::string(record.plugin) + " "
                + boost::describe::enum_to_string(record.level, "") + " " + std::string(record.text));
        });
        one.load<seller>().load<store>();
        BOOST_TEST(!outcome_of(context, one.start()));
        happened.take();
        on_stopping = how;
        BOOST_TEST(!outcome_of(context, one.finish()));
        BOOST_TEST(happened.take() == "stop seller");
        BOOST_TEST_REQUIRE(lines.size() == 2u);
        BOOST_TEST(lines[0] == "store info open");
        BOOST_TEST(lines[1].starts_with("store error on_stop failed: "));
        BOOST_TEST(has(lines[1], how == mood::fails ? "no stock" : "timed out"), lines[1]);
        on_stopping = mood::well;
    }
}

BOOST_AUTO_TEST_CASE(the_last_of_several_that_serve_stops_the_plugins)
{
    asio::io_context own(1), other(1);
    app one(own.get_executor());
    one.load<store>();
    std::atomic<int> listening = 0, failed = 0;
    asio::cancellation_signal first;
    serve_options options;
    options.on_listening = [&](asio::ip::tcp::endpoint) { ++listening; };
    auto const ended = [&](std::exception_ptr error) { failed += error != nullptr; };
    auto const keeps = asio::make_work_guard(own); // the hooks run here, whoever is the last
    asio::co_spawn(own, one.serve({asio::ip::address_v4::loopback(), 0}, options),
        asio::bind_cancellation_slot(first.slot(), ended));
    asio::co_spawn(
        other, one.serve({asio::ip::address_v4::loopback(), 0}, options), [&](std::exception_ptr error) {
            ended(error);
            own.stop();
        });
    std::thread running([&] { other.run(); });
    while (listening < 2)
        own.run_one_for(10ms);
    BOOST_TEST(happened.take() == "make store, start store");
    first.emit(asio::cancellation_type::terminal);
    own.run_for(50ms);
    BOOST_TEST(happened.take() == "");
    one.stop(0ms);
    own.run_for(10s);
    running.join();
    BOOST_TEST(happened.take() == "stop store");
    BOOST_TEST(failed == 0);
}

BOOST_AUTO_TEST_SUITE_END()
