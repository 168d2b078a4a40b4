// How requests pass middleware: order, changes, answers, failures, streams, clients that leave.
#include "guarded.hpp"
#include "hostile.hpp"
#include "served.hpp"

#include <framex/test/client.hpp>

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;

namespace {

struct misplaced {
    static inline plugin_metadata const metadata{.name = "misplaced", .version = "1.0.0"};
    static void define(api<misplaced>& api)
    {
        api.function("f", [] { return 1; }).use(&turns_away);
    }
};

template <class C>
void with_outer(C& client)
{
    client.app().use(letter('0'));
}

} // namespace

BOOST_AUTO_TEST_SUITE(middleware_passed)

BOOST_AUTO_TEST_CASE(those_of_the_app_the_plugin_and_the_route_are_passed_in_this_order)
{
    test::client<guarded> client;
    with_outer(client);
    auto const reply = client.get("/api/v1/way");
    BOOST_TEST(reply.data() == "0abcd");
    BOOST_TEST(reply.headers["Back"] == "dcba0");
    BOOST_TEST(reply.headers["Passed"] == "1");
    BOOST_TEST(reply.headers["X-FrameX-Cache-Status"] == "BYPASS");
    BOOST_TEST(client.get("/api/v1/way").headers["Passed"] == "2");
    BOOST_TEST(client.get("/api/v1/openapi.json").headers["Back"] == "0");
    BOOST_TEST(client.get("/nowhere").headers.count("Back") == 0U); // it has no route
}

BOOST_AUTO_TEST_CASE(the_answers_are_those_of_the_handlers)
{
    test::client<guarded> client;
    auto const item = client.get("/api/v1/items/a%2Fb");
    BOOST_TEST(item.data() == "a/b");
    BOOST_TEST(item.headers["Content-Type"] == "application/json");
    BOOST_TEST(std::stoul(std::string(item.headers["Content-Length"])) == item.body.size());
    BOOST_TEST(client.post("/api/v1/note", R"({"id":1,"text":"x"})").data().at("text") == "x");
    BOOST_TEST(client.get("/api/v1/raw").body == "6");
    auto const own = client.get("/api/v1/own");
    BOOST_TEST(own.status == 201);
    BOOST_TEST(own.body == "mine");
    BOOST_TEST(client.get("/api/v1/cached").headers["X-FrameX-Cache-Status"] == "DISABLED");
}

BOOST_AUTO_TEST_CASE(a_request_may_be_changed_but_not_its_route)
{
    test::client<guarded> client;
    BOOST_TEST(client.get("/api/v1/name", {{"name", "old"}}).data() == "new name");
    auto const reply = client.post("/api/v1/changed", R"({"id":1,"text":"x"})");
    BOOST_TEST(reply.data().at("text") == "changed");
}

BOOST_AUTO_TEST_CASE(failures_are_answers_too)
{
    std::vector<std::string> told;
    test::client<guarded> client;
    client.app().on_error([&](error_record const& one) { told.emplace_back(one.what); });
    with_outer(client);
    auto const invalid = client.post("/api/v1/note", R"({"id":"x"})");
    BOOST_TEST(invalid.status == 422);
    BOOST_TEST(invalid.headers["Back"] == "ba0");
    BOOST_TEST(invalid.json().at("data").at("detail").as_array().size() == 2U);
    auto const refused = client.get("/api/v1/refuses");
    BOOST_TEST(refused.status == 409);
    BOOST_TEST(refused.headers["Back"] == "ba0");
    BOOST_TEST(refused.json().at("message") == "taken");
    auto const failed = client.get("/api/v1/fails");
    BOOST_TEST(failed.status == 500);
    BOOST_TEST(failed.headers["Back"] == "ba0");
    BOOST_TEST(!has(failed.body, "secret"));
    BOOST_TEST(told == std::vector<std::string>{"a secret"});
    auto const broken = client.get("/api/v1/breaks"); // by an inner middleware
    BOOST_TEST(broken.status == 418);
    BOOST_TEST(broken.headers["Back"] == "eba0");
    auto const away = client.get("/api/v1/away");
    BOOST_TEST(away.status == 403);
    BOOST_TEST(away.body == "not for you");
}

BOOST_AUTO_TEST_CASE(what_the_outermost_throws_is_the_answer)
{
    test::client<guarded> client;
    client.app().use(&breaks);
    auto const reply = client.get("/api/v1/plain");
    BOOST_TEST(reply.status == 418);
    BOOST_TEST(reply.json().at("message") == "no coffee here");
}

BOOST_AUTO_TEST_CASE(old_clients_get_raised_errors_under_200)
{
    settings configuration;
    configuration.server.error_status = "envelope";
    test::client<guarded> client(configuration);
    auto const refused = client.get("/api/v1/refuses");
    BOOST_TEST(refused.status == 200);
    BOOST_TEST(refused.json().at("status") == 409);
}

BOOST_AUTO_TEST_CASE(the_rest_may_be_asked_again)
{
    test::client<guarded> client;
    auto const reply = client.get("/api/v1/twice");
    BOOST_TEST(reply.data() == 6);
    BOOST_TEST(has(std::string(reply.headers["First"]), "\"data\":6"));
}

BOOST_AUTO_TEST_CASE(calls_between_plugins_do_not_pass)
{
    test::client<guarded> client;
    auto const reply = client.get("/api/v1/call");
    BOOST_TEST(reply.data() == 5);
    BOOST_TEST(reply.headers["Passed"] == "1");
}

BOOST_AUTO_TEST_CASE(events_pass_one_by_one)
{
    served<guarded> service;
    raw_client client(service.port());
    client.send("GET /api/v1/loud?count=2&ms=100000 HTTP/1.1\r\nHost: a\r\n\r\n");
    auto const head = client.until("\r\n\r\n");
    BOOST_TEST(has(head, "\r\nContent-Type: text/event-stream; charset=utf-8\r\n"));
    BOOST_TEST(has(head, "\r\nCache-Control: no-store\r\n"));
    BOOST_TEST(has(head, "\r\nX-Accel-Buffering: no\r\n"));
    BOOST_TEST(has(head, "\r\nBack: ba\r\n"));
    BOOST_TEST(client.until("\n\n\r\n")
        == "00000015\r\nEVENT: TICK\nDATA: 0\n\n\r\n"); // before the next one is made
}

BOOST_AUTO_TEST_CASE(a_failure_of_a_stream_is_told_as_without_middleware)
{
    served<guarded> service;
    auto const events = ask(service.port(), "GET /api/v1/broken_events");
    BOOST_TEST(has(events, "event: tick\ndata: 0\n\n"));
    BOOST_TEST(has(events, "event: error\ndata: {\"status\": 403, \"message\": \"stop here\"}\n\n"));
    BOOST_TEST(events.ends_with("0\r\n\r\n"));
    auto const text = ask(service.port(), "GET /api/v1/broken_text");
    BOOST_TEST(has(text, "half"));
    BOOST_TEST(!text.ends_with("0\r\n\r\n"));
    BOOST_TEST(!has(text, "secret"));
}

BOOST_AUTO_TEST_CASE(a_silent_event_stream_says_that_it_lives)
{
    settings configuration;
    configuration.server.limits.stream_keep_alive = 100ms;
    served<guarded> service(configuration);
    raw_client client(service.port());
    client.send("GET /api/v1/events?count=1&ms=100000 HTTP/1.1\r\nHost: a\r\n\r\n");
    client.until("data: 0\n\n\r\n");
    BOOST_TEST(client.until("\n\n\r\n") == "0000000e\r\n: keep-alive\n\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_ends_all_of_it)
{
    served<guarded> service;
    int const before = ended();
    {
        raw_client waiting(service.port());
        waiting.send("GET /api/v1/waits HTTP/1.1\r\nHost: a\r\n\r\n");
        raw_client following(service.port());
        following.send("GET /api/v1/events?count=2&ms=100000 HTTP/1.1\r\nHost: a\r\n\r\n");
        following.until("data: 0\n\n\r\n");
    }
    BOOST_TEST(eventually([&] { return ended() == before + 3; }));
}

BOOST_AUTO_TEST_CASE(an_upload_goes_past_and_a_head_has_no_body)
{
    served<guarded> service;
    std::string const form = "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n"
        + std::string(200'000, 'z') + "\r\n--x--\r\n";
    raw_client client(service.port());
    client.send("POST /api/v1/upload HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; "
                "boundary=x\r\nContent-Length: "
        + std::to_string(form.size()) + "\r\n\r\n" + form);
    BOOST_TEST(has(client.answer(), "\"data\":200000"));
    auto const head = ask(service.port(), "HEAD /api/v1/plain");
    BOOST_TEST(has(head, "\r\nBack: ba\r\n"));
    BOOST_TEST(body_of(head).empty());
}

BOOST_AUTO_TEST_CASE(a_stream_goes_on_to_pull_its_body)
{
    served<sample, hostile> service({}, [](app& one) { one.use(letter('0')); });
    raw_client client(service.port());
    std::string const begin = "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\nabc";
    std::string const end = "de\r\n--x--\r\n";
    client.send("POST /api/v1/steps HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\n"
                "Content-Length: "
        + std::to_string(begin.size() + end.size()) + "\r\n\r\n" + begin);
    client.until("data: 3\n\n\r\n");
    client.send(end);
    BOOST_TEST(client.until("0\r\n\r\n") == "00000015\r\nevent: size\ndata: 5\n\n\r\n0\r\n\r\n");
    client.send("GET /api/v1/say HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(a_field_too_many_is_an_answer)
{
    test::client<guarded> client;
    request asked("GET", "/api/v1/way");
    for (int i = 0; i < 99; ++i) // and Host
        asked.headers.insert("X-" + std::to_string(i), "1");
    auto const reply = client.send(std::move(asked));
    BOOST_TEST(reply.status == 431);
    BOOST_TEST(reply.headers["Back"] == "dcba");
}

BOOST_AUTO_TEST_CASE(a_function_has_none)
{
    test::client<misplaced> client;
    BOOST_CHECK_EXCEPTION(client.get("/"), load_error, [](load_error const& e) {
        return has(e.what(), "plugin misplaced: the function misplaced.misplaced.f has middleware");
    });
}

BOOST_AUTO_TEST_SUITE_END()
