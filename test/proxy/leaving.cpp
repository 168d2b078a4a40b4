// How soon the connection to an upstream is free once the client has left.
#include "proxied.hpp"

#include <framex/test/upstream.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <future>
#include <string>
#include <vector>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;
using moment = std::chrono::steady_clock::time_point;

namespace {

constexpr int tries = 5; // the best counts: whatever else runs on the machine delays some of them
constexpr std::chrono::milliseconds bound = 100ms;

std::string document()
{
    std::string const text = R"({"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{
        "/wait":{"get":{"responses":{"200":{"description":"d"}}}},
        "/take":{"post":{"requestBody":{"content":{"application/octet-stream":{}}},
            "responses":{"200":{"description":"d"}}}},
        "/tell":{"get":{"responses":{"200":{"description":"d","content":{"text/event-stream":{}}}}}}}})";
    return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(text.size())
        + "\r\n\r\n" + text;
}

/// One connection of the upstream, seen from there.
struct exchange {
    std::promise<bool> reached{}; ///< the point at which the client is to leave
    std::promise<moment> ended{};
};

/// The shortest time from the client's close to the end that its upstream sees. `talk` is the upstream's part
/// up to the point at which the client leaves, `ask` the client's.
std::chrono::milliseconds soonest(bool (*talk)(peer&), void (*ask)(raw_client&))
{
    std::vector<exchange> all(tries);
    std::vector<framex::test::upstream::script> scripts{[](peer& to) {
        to.head();
        to.say(document());
    }};
    for (auto& one : all)
        scripts.emplace_back([&one, talk](peer& from) {
            one.reached.set_value(talk(from));
            bool const left = from.client_leaves();
            one.ended.set_value(left ? std::chrono::steady_clock::now() : moment::max());
        });
    framex::test::upstream far(std::move(scripts));
    front here({{far.url(), json::object{{"docs_path", "/openapi.json"}}}});
    auto best = std::chrono::steady_clock::duration::max();
    for (auto& one : all) {
        raw_client client(here.port());
        ask(client);
        BOOST_TEST_REQUIRE(one.reached.get_future().get());
        auto const began = std::chrono::steady_clock::now();
        client.leave();
        auto const ended = one.ended.get_future().get();
        BOOST_TEST_REQUIRE((ended != moment::max())); // within the 5 s of a script
        best = std::min(best, ended - began);
    }
    BOOST_TEST_MESSAGE(std::chrono::ceil<std::chrono::microseconds>(best).count() << " us");
    return std::chrono::ceil<std::chrono::milliseconds>(best);
}

} // namespace

BOOST_AUTO_TEST_SUITE(leaving)

BOOST_AUTO_TEST_CASE(in_the_middle_of_an_upload_frees_the_upstream_at_once)
{
    auto const time =
        soonest([](peer& from) { return !from.head().empty() && from.exactly(100'000).size() == 100'000; },
            [](raw_client& client) {
                client.send("POST /take HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\n"
                            "Content-Length: 1000000\r\n\r\n"
                    + std::string(100'000, 'x'));
            });
    BOOST_TEST(time <= bound);
}

BOOST_AUTO_TEST_CASE(while_it_waits_for_the_head_frees_the_upstream_at_once)
{
    auto const time = soonest([](peer& from) { return !from.head().empty(); },
        [](raw_client& client) { client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n"); });
    BOOST_TEST(time <= bound);
}

BOOST_AUTO_TEST_CASE(in_the_middle_of_a_stream_frees_the_upstream_at_once)
{
    auto const time = soonest(
        [](peer& from) {
            return !from.head().empty()
                && from.say("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
        },
        [](raw_client& client) {
            client.send("GET /tell HTTP/1.1\r\nHost: a\r\n\r\n");
            BOOST_TEST(client.until("data: 1\n\n").ends_with("data: 1\n\n"));
        });
    BOOST_TEST(time <= bound);
}

BOOST_AUTO_TEST_SUITE_END()
