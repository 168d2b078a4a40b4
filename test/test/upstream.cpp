#include <framex/client/http_client.hpp>
#include <framex/plugin/api.hpp>
#include <framex/test/client.hpp>
#include <framex/test/upstream.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace framex;
using namespace std::chrono_literals;

namespace {

/// What a plugin of a shop calls out with.
struct buyer {
    static inline plugin_metadata const metadata{.name = "buyer", .version = "1.0.0"};

    awaitable<response> ask(std::string method, std::string url, std::string body)
    {
        outgoing_request asked(method, url, body);
        asked.headers.set("X-Shop", "here");
        auto answer = co_await client_.send(std::move(asked));
        co_return answer;
    }
    static void define(api<buyer>& api)
    {
        api.get("/ask", &buyer::ask, arg("method"), arg("url"), arg("body") = "");
    }

private:
    http_client client_;
};

async_generator<std::string> three_pieces()
{
    for (auto const* piece : {"one, ", "two, ", "three"})
        co_yield piece;
}

int connected_to(std::string const& name)
{
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(static_cast<unsigned short>(std::stoi(name.substr(name.find(':') + 1))));
    int const socket = ::socket(AF_INET, SOCK_STREAM, 0);
    BOOST_REQUIRE(::connect(socket, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
    return socket;
}

struct fixture {
    test::upstream there;
    test::client<buyer> client;

    test::reply ask(std::string method, std::string target, std::string body = {})
    {
        return client.get(
            "/api/v1/ask", {{"method", std::move(method)}, {"url", there.url(target)}, {"body", body}});
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(test_upstream, fixture)

BOOST_AUTO_TEST_CASE(it_answers_by_method_and_path)
{
    there.on("GET", "/price").answer(200, R"({"price":7})");
    there.on("PUT", "/price").answer(201, "put", {{"content-type", "text/plain"}, {"X-Up", "1"}});
    auto const got = ask("GET", "/price?sku=1");
    BOOST_TEST(got.status == 200);
    BOOST_TEST(got.json().at("price") == 7);
    BOOST_TEST(got.headers["Content-Type"] == "application/json");
    auto const put = ask("PUT", "/price");
    BOOST_TEST(put.status == 201);
    BOOST_TEST(put.headers["Content-Type"] == "text/plain");
    BOOST_TEST(put.headers["X-Up"] == "1");
    auto const unknown = ask("DELETE", "/price");
    BOOST_TEST(unknown.status == 404);
    BOOST_TEST(unknown.body == "no script for DELETE /price");
    BOOST_TEST(there.connections() == 1);
}

BOOST_AUTO_TEST_CASE(answers_come_one_after_another_and_the_last_one_stays)
{
    there.on("GET", "/").answer(503).answer(200, "1");
    there.on("GET", "/").answer(404);
    for (int const status : {503, 200, 404, 404})
        BOOST_TEST(ask("GET", "/").status == status);
}

BOOST_AUTO_TEST_CASE(it_keeps_what_it_was_asked)
{
    there.on("POST", "/orders").answer(204);
    BOOST_TEST(ask("POST", "/orders?urgent=yes", "seven pieces").status == 204);
    BOOST_TEST(ask("GET", "/unknown").status == 404);
    auto const asked = there.requests();
    BOOST_TEST_REQUIRE(asked.size() == 2u);
    BOOST_TEST(asked[0].method == "POST");
    BOOST_TEST(asked[0].target == "/orders?urgent=yes");
    BOOST_TEST(asked[0].query_value("urgent").value() == "yes");
    BOOST_TEST(asked[0].body == "seven pieces");
    BOOST_TEST(asked[0].headers["X-Shop"] == "here");
    BOOST_TEST(asked[0].headers["Host"] == there.name());
    BOOST_TEST(asked[1].target == "/unknown");
}

BOOST_AUTO_TEST_CASE(a_body_in_chunks_is_kept_as_a_whole)
{
    there.on("PUT", "/up").answer(201);
    outgoing_request asked("PUT", there.url("/up"), three_pieces());
    http_client const sender;
    int status = 0;
    asio::co_spawn(client.context(), sender.send(std::move(asked)),
        [&](std::exception_ptr, response answer) { status = answer.status; });
    client.context().restart();
    while (status == 0 && client.context().run_one_for(30s)) {}
    BOOST_TEST(status == 201);
    BOOST_TEST_REQUIRE(there.requests().size() == 1u);
    BOOST_TEST(there.requests()[0].body == "one, two, three");
    BOOST_TEST(there.requests()[0].headers["Transfer-Encoding"] == "chunked");
}

BOOST_AUTO_TEST_CASE(a_request_that_breaks_off_is_not_kept)
{
    for (std::string const begin : {"GET / HTT", "PUT / HTTP/1.1\r\nContent-Length: 4\r\n\r\nabc",
             "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"}) {
        int const socket = connected_to(there.name());
        test::peer broken(socket);
        BOOST_TEST(broken.say(begin));
        ::shutdown(socket, SHUT_WR);
        BOOST_TEST(broken.client_leaves()); // the upstream, here
    }
    BOOST_TEST(there.requests().empty());
    BOOST_TEST(there.connections() == 3);
}

BOOST_AUTO_TEST_CASE(a_stream_comes_in_pieces)
{
    there.on("GET", "/ticks").stream({"data: 1\n\n", "data: 2\n\n"}, 5ms);
    there.on("GET", "/text").stream({"a", "b"}, {}, {{"Content-Type", "text/plain"}});
    auto const ticks = ask("GET", "/ticks");
    BOOST_TEST(ticks.headers["Content-Type"] == "text/event-stream");
    BOOST_TEST(ticks.events().size() == 2u);
    BOOST_TEST(ask("GET", "/text").body == "ab");
    BOOST_TEST(ask("GET", "/text").headers["Content-Type"] == "text/plain");
}

BOOST_AUTO_TEST_CASE(it_breaks_off_hangs_up_and_refuses)
{
    there.on("GET", "/cut").cut("{\"price\":");
    there.on("GET", "/gone").hang_up();
    BOOST_TEST(ask("GET", "/cut").status == 502);
    BOOST_TEST(ask("GET", "/gone").status == 502);
    BOOST_TEST(there.requests().size() >= 2u);
    there.refuse();
    BOOST_TEST(ask("GET", "/cut").status == 502);
    BOOST_TEST(there.name().starts_with("127.0.0.1:"));
}

BOOST_AUTO_TEST_CASE(one_that_stalls_or_pauses_ends_with_the_test)
{
    there.on("GET", "/stall").stall();
    there.on("GET", "/pause").stream({"a", "b"}, 1h);
    http_client const sender;
    for (std::size_t count = 1; auto const* path : {"/stall", "/pause"}) {
        outgoing_request asked("GET", there.url(path));
        asio::cancellation_signal leave;
        bool ended = false;
        asio::co_spawn(client.context(), sender.send(std::move(asked)),
            asio::bind_cancellation_slot(
                leave.slot(), [&](std::exception_ptr error, response) { ended = error != nullptr; }));
        client.context().restart();
        for (int i = 0; i < 10'000 && there.requests().size() < count; ++i)
            client.context().run_for(1ms);
        BOOST_TEST(there.requests().size() == count++);
        BOOST_TEST(!ended);
        leave.emit(asio::cancellation_type::terminal);
        client.context().run_for(30s);
        BOOST_TEST(ended);
    }
}

BOOST_AUTO_TEST_CASE(a_script_decides_every_octet)
{
    test::upstream raw([](test::peer& asking) {
        asking.head();
        asking.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    });
    auto const answer = client.get("/api/v1/ask", {{"method", "GET"}, {"url", raw.url("/x")}});
    BOOST_TEST(answer.body == "hi");
    BOOST_TEST(raw.connections() == 1);
    BOOST_TEST(raw.requests().empty());
}

BOOST_AUTO_TEST_SUITE_END()
