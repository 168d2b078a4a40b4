// Also the tests of app::dispatch(), through which the client asks.
#include <framex/coro/sleep.hpp>
#include <framex/plugin/api.hpp>
#include <framex/test/client.hpp>

#include <boost/describe/class.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace framex;
using namespace std::chrono_literals;

struct parcel {
    std::string to;
    int weight = 1;
    parcel() = default;
    explicit parcel(std::string whom) : to(std::move(whom)) {}
};
BOOST_DESCRIBE_STRUCT(parcel, (), (to, weight))

namespace {

struct post_office {
    static inline plugin_metadata const metadata{.name = "post", .version = "1.0.0"};
    static inline int open_streams = 0;
    static inline bool stopped = false;

    awaitable<> on_stop()
    {
        stopped = true;
        co_return;
    }
    awaitable<std::string> greet(std::string name)
    {
        co_await sleep_for(1ms);
        co_return "Hello, " + name + "!";
    }
    awaitable<parcel> send(parcel what)
    {
        if (what.weight > 30)
            throw http_error(409, "too heavy");
        if (what.weight < 0)
            throw std::runtime_error("a secret");
        co_return what;
    }
    async_generator<sse_event> follow(int count)
    {
        for (int i = 1; i <= count; ++i) {
            co_await sleep_for(1ms);
            co_yield {"stop", std::to_string(i)};
        }
        if (count == 3)
            throw public_error("lost");
    }
    async_generator<std::string> breaks()
    {
        co_yield "half";
        throw std::runtime_error("broken");
    }
    async_generator<std::string> endless()
    {
        struct counted {
            counted() { ++open_streams; }
            ~counted() { --open_streams; }
        } const here;
        for (;;) {
            co_yield "tick";
            co_await sleep_for(1ms);
        }
    }
    async_generator<parcel> list()
    {
        co_yield parcel("a");
        co_yield parcel("b");
    }
    awaitable<std::size_t> weigh(multipart_reader form)
    {
        std::size_t octets = 0;
        while (auto part = co_await form.next())
            while (auto piece = co_await part->next())
                octets += piece->size();
        co_return octets;
    }
    response echo(request asked)
    {
        response made(201, asked.body);
        made.headers.set("X-Was", std::string(asked.headers["X-Is"]));
        return made;
    }
    static void define(api<post_office>& api)
    {
        api.get("/greet", &post_office::greet, arg("name") = "world");
        api.post("/send", &post_office::send, arg("what"));
        api.get("/follow", &post_office::follow, arg("count"));
        api.get("/breaks", &post_office::breaks);
        api.get("/endless", &post_office::endless);
        api.get("/list", &post_office::list);
        api.post("/weigh", &post_office::weigh);
        api.put("/echo", &post_office::echo);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(test_client)

BOOST_AUTO_TEST_CASE(it_asks_and_gets_the_data_of_the_envelope)
{
    test::client<post_office> client;
    BOOST_TEST(client.get("/api/v1/greet").data() == "Hello, world!");
    BOOST_TEST(client.get("/api/v1/greet", {{"name", "A & ü?"}}).data() == "Hello, A & ü?!");
    BOOST_TEST(client.get("/api/v1/greet").headers["Content-Type"] == "application/json");
    BOOST_TEST(client.get("/health").json() == "ok");
}

BOOST_AUTO_TEST_CASE(a_body_is_a_model_a_value_or_a_text)
{
    test::client<post_office> client;
    parcel heavy("Ada");
    heavy.weight = 7;
    auto const expected = json::value{{"to", "Ada"}, {"weight", 7}};
    BOOST_TEST(client.post("/api/v1/send", heavy).data() == expected);
    BOOST_TEST(client.post("/api/v1/send", expected).data() == expected);
    BOOST_TEST(client.post("/api/v1/send", R"({"to":"Ada","weight":7})").data() == expected);
    BOOST_TEST(client.put("/api/v1/echo", "raw").body == "raw");
}

BOOST_AUTO_TEST_CASE(what_goes_wrong_is_answered_as_over_http)
{
    test::client<post_office> client;
    BOOST_TEST(client.get("/api/v1/nothing").status == 404);
    BOOST_TEST(client.del("/api/v1/greet").status == 405);
    BOOST_TEST(client.del("/api/v1/greet").headers["Allow"] == "GET, HEAD, OPTIONS");
    auto const invalid = client.post("/api/v1/send", R"({"weight":"x"})");
    BOOST_TEST(invalid.status == 422);
    BOOST_TEST(invalid.data().at("detail").as_array().size() == 2u);
    auto const refused = client.post("/api/v1/send", R"({"to":"a","weight":31})");
    BOOST_TEST(refused.status == 409);
    BOOST_TEST(refused.json().at("message") == "too heavy");
    auto const hidden = client.post("/api/v1/send", R"({"to":"a","weight":-1})");
    BOOST_TEST(hidden.status == 500);
    BOOST_TEST(hidden.body.find("secret") == hidden.body.npos);
    BOOST_CHECK_EXCEPTION(refused.data(), std::logic_error, [](std::logic_error const& error) {
        return std::string(error.what()).find("409") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(rules_and_limits_hold_without_a_socket)
{
    settings configuration;
    configuration.auth.rules = {{"/api/v1/greet", {"key"}}};
    configuration.server.limits.body_size.bytes = 100;
    test::client<post_office> client(configuration);
    BOOST_TEST(client.get("/api/v1/greet").status == 401);
    request asked("GET", "/api/v1/greet");
    asked.headers.set("Authorization", "key");
    BOOST_TEST(client.send(asked).status == 200);
    BOOST_TEST(client.post("/api/v1/send", std::string(101, ' ')).status == 413);
    BOOST_CHECK_THROW(client.send(request("GET", "/a b")), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(streams_come_whole)
{
    test::client<post_office> client;
    auto const events = client.get("/api/v1/follow", {{"count", "2"}}).events();
    BOOST_TEST_REQUIRE(events.size() == 2u);
    BOOST_TEST(events[1].event == "stop");
    BOOST_TEST(events[1].data == "2");
    auto const failed = client.get("/api/v1/follow", {{"count", "3"}}).events();
    BOOST_TEST_REQUIRE(failed.size() == 4u);
    BOOST_TEST(failed[3].event == "error");
    auto const lines = client.get("/api/v1/list").lines();
    BOOST_TEST_REQUIRE(lines.size() == 2u);
    BOOST_TEST(lines[1].at("to") == "b");
    BOOST_CHECK_THROW(client.get("/api/v1/breaks"), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(an_open_stream_is_pulled_and_left)
{
    test::client<post_office> client;
    {
        auto stream = client.open(request("GET", "/api/v1/endless"));
        BOOST_TEST(stream.status() == 200);
        BOOST_TEST(stream.next().value() == "tick");
        BOOST_TEST(stream.next().value() == "tick");
        BOOST_TEST(post_office::open_streams == 1);
    }
    BOOST_TEST(post_office::open_streams == 0);
    BOOST_TEST(client.get("/api/v1/greet").status == 200);
}

BOOST_AUTO_TEST_CASE(forms_and_raw_requests_arrive_as_they_are)
{
    test::client<post_office> client;
    request form("POST", "/api/v1/weigh",
        "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n12345\r\n--b--\r\n");
    form.headers.set("Content-Type", "multipart/form-data; boundary=b");
    BOOST_TEST(client.send(form).data() == 5);
    request raw("PUT", "/api/v1/echo?x=1", "content");
    raw.headers.set("X-Is", "there");
    auto const echoed = client.send(raw);
    BOOST_TEST(echoed.status == 201);
    BOOST_TEST(echoed.body == "content");
    BOOST_TEST(echoed.headers["X-Was"] == "there");
    request head("HEAD", "/api/v1/greet");
    auto const only_head = client.send(head);
    BOOST_TEST(only_head.status == 200);
    BOOST_TEST(only_head.body.empty());
}

BOOST_AUTO_TEST_CASE(plugins_are_stopped_at_its_end)
{
    post_office::stopped = false;
    {
        test::client<post_office> client;
        BOOST_TEST(client.get("/readyz").status == 200);
        BOOST_TEST(!post_office::stopped);
    }
    BOOST_TEST(post_office::stopped);
}

BOOST_AUTO_TEST_SUITE_END()
