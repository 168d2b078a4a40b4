// Bodies that a handler pulls: framing, deadlines, clients that leave.
#include "hostile.hpp"
#include "sample.hpp"
#include "served.hpp"

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;

namespace {

std::string form(std::size_t file_size)
{
    return "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n"
        + std::string(file_size, 'f') + "\r\n--B--\r\n";
}
std::string form_head(std::string_view path, std::string_view framing)
{
    return "POST /api/v1/" + std::string(path)
        + " HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=B\r\n" + std::string(framing)
        + "\r\n\r\n";
}

/// Takes any body as it comes.
struct taker {
    static inline plugin_metadata const metadata{.name = "taker", .version = "1.0.0"};

    awaitable<std::string> take(request asked, std::string name, body_reader body)
    {
        std::size_t octets = 0, chunks = 0;
        while (auto chunk = co_await body.next()) {
            octets += chunk->size();
            ++chunks;
        }
        co_return name + " " + std::to_string(octets) + (chunks > 1 ? " in chunks " : " at once ")
            + asked.body;
    }
    static void define(api<taker>& api) { api.post("/take", &taker::take, arg("name")); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(uploads)

BOOST_AUTO_TEST_CASE(a_body_of_any_type_is_pulled_as_it_comes)
{
    served<taker> service;
    raw_client client(service.port());
    std::string const head = "POST /api/v1/take?name=n HTTP/1.1\r\nHost: a\r\nContent-Type: x/y\r\n";
    client.send(head + "Content-Length: 3\r\n\r\nabc");
    BOOST_TEST(has(client.answer(), "\"n 3 at once \""));
    client.send(head + "\r\n");
    BOOST_TEST(has(client.answer(), "\"n 0 at once \""));
    client.send(head + "Content-Length: 20000000\r\n\r\n"); // over the limit of whole bodies
    client.send(std::string(20'000'000, 'x'));
    BOOST_TEST(has(client.answer(), "\"n 20000000 in chunks \""));
    client.send(head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    client.send("2\r\nde\r\n0\r\n\r\n");
    BOOST_TEST(has(client.answer(), "\"n 5 "));
    client.send(head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nx");
    BOOST_TEST(client.to_end().starts_with("HTTP/1.1 400 "));
}

BOOST_AUTO_TEST_CASE(uploads_are_pulled_with_length_and_in_chunks)
{
    served<sample> service;
    auto const body = form(1'000'000);
    raw_client client(service.port());
    client.send(form_head("upload", "Content-Length: " + std::to_string(body.size())));
    client.send(body);
    BOOST_TEST(has(client.answer(), "\"data\":1000000}"));
    client.send(form_head("upload", "Transfer-Encoding: chunked\r\nExpect: 100-continue"));
    BOOST_TEST(client.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    for (std::size_t at = 0; at < body.size(); at += 70000) {
        auto const piece = body.substr(at, 70000);
        char size[16];
        std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
        client.send(size + piece + "\r\n");
    }
    client.send("0\r\n\r\n");
    BOOST_TEST(has(client.answer(), "\"data\":1000000}"));
}

BOOST_AUTO_TEST_CASE(a_small_upload_split_at_every_octet_arrives)
{
    served<sample> service;
    auto const body = form(5);
    auto const request = form_head("upload", "Content-Length: " + std::to_string(body.size())) + body;
    raw_client client(service.port());
    for (std::size_t at = 1; at < request.size(); ++at) {
        client.send(request.substr(0, at));
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        client.send(request.substr(at));
        auto const reply = client.answer();
        BOOST_REQUIRE_MESSAGE(has(reply, "\"data\":5}"), at << ": " << reply);
    }
}

BOOST_AUTO_TEST_CASE(an_upload_that_drips_is_cut_however_often_it_is_pulled)
{
    settings configuration;
    configuration.server.limits.body_timeout = 300ms;
    configuration.server.limits.body_rate = size_setting(1000);
    served<sample> service(configuration);
    raw_client client(service.port());
    client.send(form_head("upload", "Content-Length: 100000") + form(0).substr(0, 70));
    std::string got;
    for (int i = 0; i < 1000 && got.empty(); ++i) { // 100 octets a second, each of them pulled
        client.send("x");
        std::this_thread::sleep_for(10ms);
        got = client.at_hand();
    }
    BOOST_TEST(got.starts_with("HTTP/1.1 408 "));
}

BOOST_AUTO_TEST_CASE(a_handler_that_stops_reading_is_answered_and_the_connection_closed)
{
    served<sample> service;
    raw_client client(service.port());
    client.send(form_head("first_part", "Content-Length: 100000000"));
    client.send(form(100000).substr(0, 50000));
    auto const all = client.to_end();
    BOOST_TEST(has(all, "\"data\":\"file\"}"));
    BOOST_TEST(has(all, "\r\nConnection: close\r\n"));
}

BOOST_AUTO_TEST_CASE(broken_forms_are_told)
{
    served<sample> service;
    raw_client client(service.port());
    client.send(form_head("upload", "Content-Length: 3") + "abc");
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 400 "));
    BOOST_TEST(ask(service.port(), "POST /api/v1/upload", "{}").starts_with("HTTP/1.1 415 "));
    BOOST_TEST(ask(service.port(), "POST /api/v1/upload").starts_with("HTTP/1.1 415 "));
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_after_its_upload_cancels_the_handler)
{
    served<sample, hostile> service;
    int const before = seen().unwound;
    seen().waiting = false;
    raw_client client(service.port());
    auto const body = form(5);
    client.send(form_head("digest", "Content-Length: " + std::to_string(body.size())) + body);
    BOOST_TEST(eventually([] { return seen().waiting.load(); }));
    client.leave();
    BOOST_TEST(eventually([&] { return seen().unwound == before + 1; }));
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_in_the_middle_of_its_upload_is_noticed_between_two_pulls)
{
    served<sample, hostile> service;
    for (auto const* route : {"preview", "preview_events"}) {
        int const before = seen().unwound;
        seen().waiting = false;
        raw_client client(service.port());
        client.send(form_head(route, "Content-Length: 100000") + form(0).substr(0, 70));
        BOOST_TEST(eventually([] { return seen().waiting.load(); }), route);
        client.send(std::string(1000, 'f')); // lies in the socket
        client.leave();
        BOOST_TEST(eventually([&] { return seen().unwound == before + 1; }), route);
    }
}

BOOST_AUTO_TEST_CASE(the_time_of_a_handler_is_all_that_it_takes_between_its_pulls)
{
    settings configuration;
    configuration.server.limits.handler_timeout = 500ms;
    served<sample, hostile> service(configuration);
    raw_client client(service.port());
    client.send(form_head("sip?ms=100", "Content-Length: 100000") + form(0).substr(0, 70));
    std::string got;
    for (int i = 0; i < 1000 && got.empty(); ++i) {
        client.send("x");
        std::this_thread::sleep_for(10ms);
        got = client.at_hand();
    }
    BOOST_TEST(got.starts_with("HTTP/1.1 504 "));
}

BOOST_AUTO_TEST_CASE(the_time_of_a_handler_stands_still_while_it_waits_for_its_body)
{
    settings configuration;
    configuration.server.limits.handler_timeout = 2s;
    served<sample, hostile> service(configuration);
    auto const body = form(5);
    auto const part = body.substr(0, body.size() - 12); // without the last octets of its file
    raw_client client(service.port());
    client.send(form_head("sip?ms=300", "Content-Length: " + std::to_string(body.size())) + part);
    std::this_thread::sleep_for(2500ms); // longer than the handler has for itself
    client.send(body.substr(part.size()));
    BOOST_TEST(client.answer().starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(a_request_behind_a_chunked_upload_is_answered)
{
    served<sample> service;
    auto const body = form(5);
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", body.size());
    auto const request = form_head("upload", "Transfer-Encoding: chunked") + size + body
        + "\r\n0\r\n\r\nGET /api/v1/say?text=behind HTTP/1.1\r\nHost: a\r\n\r\n";
    raw_client client(service.port());
    for (std::size_t at = 1; at < request.size(); ++at) {
        client.send(request.substr(0, at));
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        client.send(request.substr(at));
        auto const first = client.answer();
        BOOST_REQUIRE_MESSAGE(has(first, "\"data\":5}"), at << ": " << first);
        auto const second = client.answer();
        BOOST_REQUIRE_MESSAGE(has(second, "\"behind\"}"), at << ": " << second);
    }
}

BOOST_AUTO_TEST_CASE(a_stream_pulls_the_body_of_its_request)
{
    served<sample, hostile> service;
    auto const body = form(200'000);
    for (std::size_t const at : {std::size_t(0), std::size_t(10), std::size_t(1000), body.size()}) {
        raw_client client(service.port());
        client.send(
            form_head("progress", "Content-Length: " + std::to_string(body.size())) + body.substr(0, at));
        std::this_thread::sleep_for(10ms);
        client.send(body.substr(at));
        auto const all = client.until("0\r\n\r\n");
        BOOST_TEST(has(all, "event: size\ndata: 200000\n\n"), at << ": " << all);
    }
}

BOOST_AUTO_TEST_CASE(a_stream_that_waits_for_more_of_its_body_sends_each_item_once)
{
    served<hostile> service;
    raw_client client(service.port());
    std::string const begin = "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\nabc";
    std::string const end = "\r\n--B--\r\n";
    client.send(
        form_head("steps", "Content-Length: " + std::to_string(begin.size() + end.size() + 2)) + begin);
    auto all = client.until("data: 3\n\n\r\n"); // the stream goes on to wait for the rest
    client.send("de" + end);
    all += client.to_end();
    std::size_t count = 0;
    for (auto at = all.find("data: 3\n"); at != all.npos; at = all.find("data: 3\n", at + 1))
        ++count;
    BOOST_TEST(count == 1U, all);
    BOOST_TEST(has(all, "data: 5\n\n"));
}

BOOST_AUTO_TEST_CASE(a_form_that_is_refused_for_want_of_room_ends_the_connection)
{
    settings configuration;
    configuration.server.limits.requests_in_flight = 1;
    served<sample> service(configuration);
    seen().waiting = false;
    raw_client first(service.port());
    first.send("GET /api/v1/wait?ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(eventually([] { return seen().waiting.load(); }));
    raw_client second(service.port());
    second.send(form_head("upload", "Content-Length: 1000"));
    auto const refused = second.to_end();
    BOOST_TEST(refused.starts_with("HTTP/1.1 503 "));
    BOOST_TEST(has(refused, "\r\nConnection: close\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()
