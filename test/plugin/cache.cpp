#include <framex/plugin/plugin.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <utility>

using namespace framex;
using namespace std::chrono_literals;

namespace {

struct part {
    std::string sku;
    int quantity = 1;
    static constexpr auto rules() { return framex::rules(field(&part::quantity, defaulted)); }
};
BOOST_DESCRIBE_STRUCT(part, (), (sku, quantity))

struct sample {
    static inline plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
    awaitable<part> take(std::string note, part body)
    {
        body.sku += note;
        co_return body;
    }
    double halve(double number) { return number / 2; }
};

template <class F>
route made_by(F define, sample& instance)
{
    api<sample> table;
    define(table);
    return std::move(std::move(table).take("id", "Sample", &instance).front());
}

/// The bound call of JSON arguments; issues are left in `call`.
std::unique_ptr<detail::bound_call> bound(
    route const& entry, argument_texts const& arguments, invocation& call)
{
    call.arguments = &arguments;
    return entry.cache->bind(entry, call);
}

std::string run(detail::bound_call& call)
{
    asio::io_context context(1);
    std::string result;
    asio::co_spawn(
        context, call.run(), [&](std::exception_ptr, std::string text) { result = std::move(text); });
    context.run();
    return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cached_routes)

BOOST_AUTO_TEST_CASE(a_route_is_not_cached_unless_it_asks_for_it)
{
    sample plugin;
    auto const plain = made_by([](auto& api) { api.get("/x", &sample::halve, arg("n")); }, plugin);
    BOOST_TEST(!plain.cache);
    auto const cached = made_by([](auto& api) { api.get("/x", &sample::halve, arg("n")).cached(); }, plugin);
    BOOST_TEST_REQUIRE(cached.cache);
    BOOST_TEST(!cached.cache->ttl.has_value());
    BOOST_TEST(!cached.cache->key);
}

BOOST_AUTO_TEST_CASE(options_may_come_in_any_order)
{
    sample plugin;
    auto const sum = [](std::string const& note, part const& body) { return note + body.sku; };
    auto const one = made_by(
        [&](auto& api) {
            api.post("/x", &sample::take, arg("note"), arg("body")).cache_key(sum).cached(3s).tags({"t"});
        },
        plugin);
    BOOST_TEST((one.cache->ttl == 3s));
    BOOST_TEST(one.cache->key);
    auto const other = made_by(
        [&](auto& api) {
            api.post("/x", &sample::take, arg("note"), arg("body")).raw_response().cached(3s).cache_key(sum);
        },
        plugin);
    BOOST_TEST((other.cache->ttl == 3s));
    invocation call;
    auto const made = bound(other, {{"note", "\"n\""}, {"body", R"({"sku":"s"})"}}, call);
    BOOST_TEST(made->key() == "ns");
}

BOOST_AUTO_TEST_CASE(a_bound_call_tells_its_arguments_with_defaults_and_runs_later)
{
    sample plugin;
    auto const entry = made_by(
        [](auto& api) { api.post("/x", &sample::take, arg("note") = "!", arg("body")).cached(); }, plugin);
    std::unique_ptr<detail::bound_call> made;
    {
        argument_texts const arguments{{"body", R"({"sku":"s"})"}};
        invocation call;
        made = bound(entry, arguments, call);
    }
    auto const arguments = made->arguments();
    BOOST_TEST_REQUIRE(arguments.size() == 2U);
    BOOST_TEST(arguments[0].first == "note");
    BOOST_TEST(arguments[0].second == "\"!\"");
    BOOST_TEST(arguments[1].second == R"({"sku":"s","quantity":1})");
    BOOST_TEST(run(*made) == R"({"sku":"s!","quantity":1})");
}

BOOST_AUTO_TEST_CASE(arguments_that_do_not_bind_leave_their_issues)
{
    sample plugin;
    auto const entry = made_by([](auto& api) { api.get("/x", &sample::halve, arg("n")).cached(); }, plugin);
    invocation call;
    BOOST_TEST(!bound(entry, {{"n", "\"x\""}}, call));
    BOOST_TEST(call.issues.size() == 1U);
    invocation right;
    BOOST_TEST(run(*bound(entry, {{"n", "3"}}, right)) == "1.5");
}

BOOST_AUTO_TEST_SUITE_END()
