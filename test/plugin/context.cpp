#include <framex/plugin/plugin.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <optional>

using namespace framex;

namespace {

struct knobs {
    std::string name = "none";
    int level = 1;
    static constexpr auto rules()
    {
        return framex::rules(field(&knobs::name, defaulted), field(&knobs::level, defaulted, range{0, 9}));
    }
};
BOOST_DESCRIBE_STRUCT(knobs, (), (name, level))

struct callee {
    awaitable<std::string> join(std::string a, int b) { co_return a + std::to_string(b); }
    int twice(int n) { return 2 * n; }
    awaitable<int> apply(std::function<int(int)> f, int n) { co_return f(n); }
    awaitable<std::unique_ptr<int>> own(std::unique_ptr<int> given) { co_return given; }
    async_generator<std::string> letters(std::string text)
    {
        for (char c : text)
            co_yield std::string(1, c);
    }
    awaitable<int> fail()
    {
        throw http_error(418, "teapot");
        co_return 1;
    }
};

/// A context that may call everything of one callee.
struct fixture {
    asio::io_context context{1};
    callee target;
    std::vector<route> routes;
    std::optional<plugin_context> caller;

    fixture()
    {
        api<callee> table;
        table.get("/join", &callee::join, arg("a"), arg("b") = 7).callable_as("join");
        table.function("twice", &callee::twice, arg("n"));
        table.function("apply", &callee::apply, arg("f"), arg("n"));
        table.function("own", &callee::own, arg("given"));
        table.function("letters", &callee::letters, arg("text"));
        table.function("fail", &callee::fail);
        routes = std::move(table).take("c", "C", &target);
        caller.emplace(context.get_executor(), "caller", "{}");
        for (auto const& one : routes) {
            caller->declare(one.function, one);
            if (!one.path.empty())
                caller->declare(one.path, one);
        }
    }
    template <class T>
    T run(awaitable<T> call)
    {
        std::optional<T> result;
        std::exception_ptr error;
        asio::co_spawn(context, std::move(call), [&](std::exception_ptr e, T value) {
            error = e;
            result = std::move(value);
        });
        context.restart();
        context.run();
        if (error)
            std::rethrow_exception(error);
        return std::move(*result);
    }
};

awaitable<std::string> drain(plugin_context& caller)
{
    auto letters =
        co_await caller.call_plugin_api<async_generator<std::string>>("c.C.letters", arg("text") = "abc");
    std::string all;
    while (auto letter = co_await letters.next())
        all += *letter;
    co_return all;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(contexts, fixture)

BOOST_AUTO_TEST_CASE(settings_are_read_as_a_model_and_unknown_keys_refused)
{
    plugin_context sound(context.get_executor(), "p", R"({"level":3})");
    BOOST_TEST(sound.config<knobs>().level == 3);
    BOOST_TEST(sound.config<knobs>().name == "none");
    plugin_context wrong(context.get_executor(), "p", R"({"level":30,"nmae":"x"})");
    BOOST_CHECK_EXCEPTION(wrong.config<knobs>(), validation_error,
        [](auto const& error) { return error.issues().size() == 2; });
}

BOOST_AUTO_TEST_CASE(values_move_natively_by_name_in_any_order)
{
    BOOST_TEST(run(caller->call_plugin_api<std::string>("c.C.join", arg("a") = "x", arg("b") = 1)) == "x1");
    BOOST_TEST(
        run(caller->call_plugin_api<std::string>("/api/v1/join", arg("b") = 1, arg("a") = "x")) == "x1");
    BOOST_TEST(run(caller->call_plugin_api<int>("c.C.twice", arg("n") = 21)) == 42);
    std::function<int(int)> plus = [](int n) { return n + 1; };
    BOOST_TEST(run(caller->call_plugin_api<int>("c.C.apply", arg("f") = plus, arg("n") = 1)) == 2);
    auto const back = run(
        caller->call_plugin_api<std::unique_ptr<int>>("c.C.own", arg("given") = std::make_unique<int>(5)));
    BOOST_TEST(*back == 5);
}

BOOST_AUTO_TEST_CASE(other_types_go_through_json_with_defaults_and_checks)
{
    BOOST_TEST(run(caller->call_plugin_api<std::string>("c.C.join", arg("a") = "x")) == "x7");
    BOOST_TEST(run(caller->call_plugin_api<std::string>("c.C.join", arg("a") = "x", arg("b") = 3L)) == "x3");
    BOOST_CHECK_THROW(run(caller->call_plugin_api<std::string>("c.C.join", arg("a") = 1)), call_error);
    BOOST_CHECK_THROW(run(caller->call_plugin_api<std::string>("c.C.join")), call_error);
    BOOST_CHECK_THROW(run(caller->call_plugin_api<std::string>("c.C.join", arg("z") = 1)), call_error);
}

BOOST_AUTO_TEST_CASE(streams_come_back_as_generators)
{
    BOOST_TEST(run(drain(*caller)) == "abc");
    BOOST_CHECK_THROW(static_cast<void>(run(caller->call_plugin_api<async_generator<sse_event>>(
                          "c.C.letters", arg("text") = "a"))),
        call_error);
}

BOOST_AUTO_TEST_CASE(errors_keep_their_type_and_undeclared_names_are_refused)
{
    BOOST_CHECK_EXCEPTION(static_cast<void>(run(caller->call_plugin_api<int>("c.C.fail"))), http_error,
        [](auto const& error) { return error.status() == 418; });
    BOOST_CHECK_THROW(run(caller->call_plugin_api<int>("c.C.nobody")), call_error);
}

BOOST_AUTO_TEST_SUITE_END()
