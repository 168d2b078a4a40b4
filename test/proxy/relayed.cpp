// The proxy in front of real services: requests, uploads, streams, failures.
#include "client/scripted.hpp"
#include "proxied.hpp"
#include "server/sample.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <set>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;

namespace {

/// What an upstream tells of a request.
struct far {
    static inline plugin_metadata const metadata{.name = "far", .version = "1.0.0"};

    awaitable<response> tell(request asked, std::string id)
    {
        std::string told = asked.method + " " + asked.target + " " + id + "\n";
        for (auto const& field : asked.headers)
            told += std::string(field.name_string()) + ": " + std::string(field.value()) + "\n";
        response made(asked.method == "PUT" ? 201 : 404, told + asked.body);
        made.headers.set("Content-Type", "text/plain");
        made.headers.set("X-Far", "away");
        co_return made;
    }
    awaitable<std::size_t> count(multipart_reader form)
    {
        std::size_t octets = 0;
        while (auto part = co_await form.next())
            while (auto piece = co_await part->next())
                octets += piece->size();
        co_return octets;
    }
    async_generator<sse_event> ticks(int count, int ms)
    {
        unwinding here;
        for (int i = 0; i < count; ++i) {
            co_yield sse_event("tick", std::to_string(i));
            co_await sleep_for(std::chrono::milliseconds(ms));
        }
    }
    awaitable<std::string> wait()
    {
        unwinding here;
        seen().waiting = true;
        co_await sleep_for(1min);
        co_return "late";
    }
    static void define(api<far>& api)
    {
        api.get("/far/{id}", &far::tell, arg("id"));
        api.put("/far/{id}", &far::tell, arg("id"));
        api.post("/far/count", &far::count);
        api.get("/far/ticks", &far::ticks, arg("count"), arg("ms"));
        api.get("/far/wait", &far::wait);
        api.get("/hidden/{id}", &far::tell, arg("id"));
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(relayed)

BOOST_AUTO_TEST_CASE(a_request_goes_on_and_its_answer_comes_back_as_it_is)
{
    served<far> upstream;
    front here({{url_of(upstream.port()), json::object{{"disable", json::array{"/api/v1/hidden/*"}}}}});
    raw_client client(here.port());
    client.send(
        "PUT /api/v1/far/a%20b?x=%31 HTTP/1.1\r\nHost: front\r\nAuthorization: mine\r\nCookie: c=1\r\n"
        "X-Own: kept\r\nConnection: x-gone\r\nX-Gone: 1\r\nContent-Length: 4\r\n\r\nbody");
    auto const answer = client.answer();
    BOOST_TEST(answer.starts_with("HTTP/1.1 201 Created\r\n"));
    BOOST_TEST(has(answer, "\r\nX-Far: away\r\n"));
    BOOST_TEST(has(answer, "PUT /api/v1/far/a%20b?x=%31 a b\n"));
    BOOST_TEST(has(answer, "\nX-Own: kept\n"));
    BOOST_TEST(has(answer, "\nX-Forwarded-For: 127.0.0.1\n"));
    BOOST_TEST(has(answer, "\nX-Forwarded-Host: front\n"));
    BOOST_TEST(answer.ends_with("\nbody"));
    for (char const* kept_back : {"mine", "c=1", "X-Gone"})
        BOOST_TEST(!has(answer, kept_back));
    BOOST_TEST(ask(here.port(), "GET /api/v1/far/1").starts_with("HTTP/1.1 404 "));
    BOOST_TEST(has(ask(here.port(), "GET /api/v1/far/1"), "\r\nX-Far: away\r\n"));
    BOOST_TEST(has(ask(here.port(), "GET /api/v1/hidden/1"), "Not Found"));
    BOOST_TEST(ask(here.port(), "DELETE /api/v1/far/1").starts_with("HTTP/1.1 405 "));
}

BOOST_AUTO_TEST_CASE(what_both_services_have_of_their_own_is_told_in_one_line)
{
    served<far> upstream;
    front here({{url_of(upstream.port()), json::object()}});
    auto const log = here.log();
    auto const line = log.find("3 operations are left out, since this service has its own: ");
    BOOST_TEST_REQUIRE(line != log.npos);
    for (char const* each : {"GET /health", "GET /ping", "GET /version"})
        BOOST_TEST(log.substr(line, log.find('\n', line) - line).find(each) != log.npos, each);
    BOOST_TEST(!has(log, "goes first"));
}

BOOST_AUTO_TEST_CASE(uploads_go_through_and_forms_that_could_be_read_in_two_ways_do_not)
{
    served<far> upstream;
    front here({{url_of(upstream.port()), json::object()}});
    auto const form = [](std::size_t size, std::string_view type) {
        return "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\nContent-Type: "
            + std::string(type) + "\r\n\r\n" + std::string(size, 'x') + "\r\n--B--\r\n";
    };
    auto const post = [&](std::string const& body, bool chunked) {
        raw_client client(here.port());
        std::string const head = "POST /api/v1/far/count HTTP/1.1\r\nHost: a\r\nContent-Type: "
                                 "multipart/form-data; boundary=B\r\n";
        if (!chunked) {
            client.send(head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
            return client.answer();
        }
        client.send(head + "Transfer-Encoding: chunked\r\n\r\n");
        for (std::size_t at = 0; at < body.size(); at += 50'000) {
            char size[16];
            auto const piece = body.substr(at, 50'000);
            std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
            client.send(size + piece + "\r\n");
        }
        client.send("0\r\n\r\n");
        return client.answer();
    };
    for (bool const chunked : {false, true}) {
        BOOST_TEST(has(post(form(3, "a/b"), chunked), "\"data\":3}"));
        BOOST_TEST(has(post(form(3'000'000, "a/b"), chunked), "\"data\":3000000}"));
        BOOST_TEST(post(form(3, "a/b\x0bX: 1"), chunked).starts_with("HTTP/1.1 400 "));
        BOOST_TEST(post(form(3'000'000, "a/b\x0bX: 1"), chunked).starts_with("HTTP/1.1 400 "));
    }
}

BOOST_AUTO_TEST_CASE(events_come_when_they_are_made_and_a_client_that_leaves_ends_their_source)
{
    served<far> upstream;
    front here({{url_of(upstream.port()), json::object()}});
    int const before = seen().unwound;
    raw_client client(here.port());
    client.send("GET /api/v1/far/ticks?count=2&ms=20 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(has(client.until("\r\n0\r\n\r\n"), "event: tick\ndata: 1\n\n"));
    client.send("GET /api/v1/far/ticks?count=1000&ms=100 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(has(client.until("data: 1\n\n"), "text/event-stream"));
    client.leave();
    for (int i = 0; i < 1000 && seen().unwound < before + 2; ++i)
        std::this_thread::sleep_for(10ms);
    BOOST_TEST(seen().unwound == before + 2);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_while_it_waits_frees_the_upstream)
{
    served<far> upstream;
    front here({{url_of(upstream.port()), json::object()}});
    int const before = seen().unwound;
    seen().waiting = false;
    raw_client client(here.port());
    client.send("GET /api/v1/far/wait HTTP/1.1\r\nHost: a\r\n\r\n");
    for (int i = 0; i < 1000 && !seen().waiting; ++i)
        std::this_thread::sleep_for(10ms);
    client.leave();
    for (int i = 0; i < 1000 && seen().unwound == before; ++i)
        std::this_thread::sleep_for(10ms);
    BOOST_TEST(seen().unwound == before + 1);
}

BOOST_AUTO_TEST_CASE(a_stream_that_breaks_between_events_says_so_and_is_cut)
{
    for (std::string const sent : {"data: 1\n\n", "data: 1\n\ndata: ha"}) {
        scripted_upstream upstream(
            R"({"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/api/v1/s":
            {"get":{"responses":{"200":{"description":"d","content":{"text/event-stream":{}}}}}}}})",
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 1000\r\n\r\n" + sent);
        front here({{url_of(upstream.port()), json::object()}});
        raw_client client(here.port());
        client.send("GET /api/v1/s HTTP/1.1\r\nHost: a\r\n\r\n");
        auto const answer = client.to_end();
        BOOST_TEST(has(answer, sent));
        BOOST_TEST(has(answer, "event: error\ndata: {\"status\": 502") == sent.ends_with("\n\n"));
        BOOST_TEST(body_of(answer).size() < 1000u); // of 1000 that were announced
    }
}

BOOST_AUTO_TEST_CASE(an_upstream_that_has_gone_is_502_and_one_that_never_came_has_no_routes)
{
    auto upstream = std::make_unique<served<far>>();
    auto const url = url_of(upstream->port());
    front here({{url, json::object()}});
    BOOST_TEST(has(ask(here.port(), "GET /api/v1/far/1"), "X-Far"));
    upstream.reset();
    auto const answer = ask(here.port(), "GET /api/v1/far/1");
    BOOST_TEST(answer.starts_with("HTTP/1.1 502 "));
    BOOST_TEST(has(answer, url.substr(7))); // it is named
    front later({{url, json::object()}});
    BOOST_TEST(ask(later.port(), "GET /api/v1/far/1").starts_with("HTTP/1.1 404 "));
    BOOST_TEST(has(later.log(), "upstream " + url + ": it cannot be reached: "));
}

BOOST_AUTO_TEST_CASE(no_spelling_of_a_path_gets_around_disable_or_a_key)
{
    served<far> upstream;
    auto const url = url_of(upstream.port());
    settings guarded;
    guarded.auth.rules = {{"/api/v1/far/locked/*", {"key"}}};
    json::array const disabled{"/api/v1/far/secret/*", "/api/v1/far/{id}/own"};
    front here({{url, json::object{{"disable", disabled}}}}, {}, guarded);
    BOOST_TEST(has(ask(here.port(), "GET /api/v1/far/a%2Fb"), "X-Far"));
    for (char const* path :
        {"far/secret%2Fx", "far/secret%2fx", "far/secret%5Cx", "far/x%2F..%2Fsecret%2Fx", "far/7%2Fown"})
        BOOST_TEST(has(ask(here.port(), "GET /api/v1/" + std::string(path)), "Not Found"), path);
    for (char const* path : {"far/locked%2Fx", "far/locked%5Cx", "far/x%2F..%2Flocked%2Fx"})
        BOOST_TEST(ask(here.port(), "GET /api/v1/" + std::string(path)).starts_with("HTTP/1.1 401 "), path);
}

BOOST_AUTO_TEST_CASE(what_two_upstreams_offer_is_balanced_and_one_of_them_may_go)
{
    auto second = std::make_unique<served<far>>();
    served<far> first;
    auto const urls =
        json::object{{url_of(first.port()), json::object()}, {url_of(second->port()), json::object()}};
    front here(urls);
    auto const hosts = [&] {
        std::set<std::string> seen_hosts;
        for (int i = 0; i < 6; ++i) {
            auto const answer = ask(here.port(), "GET /api/v1/far/1");
            BOOST_TEST(has(answer, "X-Far"));
            auto const at = answer.find("\nHost: ");
            seen_hosts.insert(answer.substr(at, answer.find('\n', at + 1) - at));
        }
        return seen_hosts.size();
    };
    BOOST_TEST(hosts() == 2u);
    second.reset();
    BOOST_TEST(hosts() == 1u); // a request that found nobody has gone to the other
}

BOOST_AUTO_TEST_CASE(the_document_of_a_plain_fastapi_service_is_found)
{
    scripted_upstream upstream(R"({"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/items":
        {"get":{"responses":{"200":{"description":"d"}}}}}})",
        "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "GET /openapi.json ");
    front here({{url_of(upstream.port()), json::object()}});
    BOOST_TEST(has(here.log(), "1 of 1 operations taken"));
}

BOOST_AUTO_TEST_CASE(a_document_that_is_not_there_is_told_with_what_would_help)
{
    auto const answering = [](std::string status) {
        return [status = std::move(status)](peer& client) {
            for (auto head = client.head(); !head.empty(); head = client.head())
                client.say("HTTP/1.1 " + (head.starts_with("GET /openapi.json ") ? status : "404 Not Found")
                    + "\r\nContent-Length: 0\r\n\r\n");
        };
    };
    scripted locked(answering("401 Unauthorized")), empty(answering("404 Not Found"));
    json::object const urls{{locked.url(), json::object()}, {empty.url(), json::object()}};
    front here(urls);
    BOOST_TEST(has(here.log(),
        "is not there: /openapi.json answers 401; give the key in [plugins.proxy.auth] rules under that "
        "path"));
    BOOST_TEST(has(here.log(),
        "is not there: /api/v1/openapi.json, as /openapi.json does, answers 404; give the right docs_path"));
    json::object const rules{{"/openapi.json", json::array{"wrong"}}};
    front wrong(urls, {{"auth", json::object{{"rules", rules}}}});
    BOOST_TEST(has(wrong.log(), "the key that [plugins.proxy.auth] rules have for that path was refused"));
}

BOOST_AUTO_TEST_CASE(a_key_is_sent_where_a_rule_names_one)
{
    settings guarded;
    guarded.auth.rules = {{"/api/v1/far/*", {"k1"}}, {"/api/v1/openapi.json", {"docs"}}};
    served<far> upstream(guarded);
    json::object const rules{
        {"/api/v1/far/*", json::array{"k1"}}, {"/api/v1/openapi.json", json::array{"docs"}}};
    front here({{url_of(upstream.port()), json::object()}}, {{"auth", json::object{{"rules", rules}}}});
    BOOST_TEST(has(ask(here.port(), "GET /api/v1/far/1"), "\nAuthorization: k1\n"));
    front without({{url_of(upstream.port()), json::object()}});
    BOOST_TEST(ask(without.port(), "GET /api/v1/far/1").starts_with("HTTP/1.1 404 "));
    BOOST_TEST(has(without.log(), "answers 401; give the key in [plugins.proxy.auth] rules"));
}

BOOST_AUTO_TEST_SUITE_END()
