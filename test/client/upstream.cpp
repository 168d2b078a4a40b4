#include "client/asking.hpp"

#include <framex/client/upstream.hpp>
#include <framex/error.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace framex;
using namespace framex::test;

namespace {

awaitable<void> discard(awaitable<streamed_response> call)
{
    auto const answer = co_await std::move(call);
    BOOST_TEST(answer.status == 200);
}

/// What the upstream at `prefix` gets of the request.
std::string forwarded(request incoming, std::string const& prefix = "", bool behind_proxy = false)
{
    std::string seen;
    scripted server([&](peer& client) {
        seen = client.head();
        if (auto const at = seen.find("Content-Length: "); at != seen.npos)
            seen += client.exactly(std::stoul(seen.substr(at + 16)));
        client.say(with_length("ok"));
    });
    upstream_options options;
    options.behind_proxy = behind_proxy;
    framex::upstream const there(server.url(prefix.empty() ? "/" : prefix), options);
    run(discard(there.forward(std::move(incoming))));
    if (auto const host = seen.find(server.name()); host != seen.npos)
        seen.replace(host, server.name().size(), "UP");
    if (auto const own = seen.find("framex-"); own != seen.npos) // eight digits of chance
        seen.erase(own + 6, seen.find_first_of(",\r", own) - own - 6);
    return seen;
}

std::string const added = "X-Forwarded-Host: shop\r\nX-Forwarded-Proto: http\r\n"
                          "Forwarded: proto=http;host=\"shop\"\r\nVia: 1.1 framex\r\n";

request asked(std::string method, std::string target, std::string body = {})
{
    request made(std::move(method), std::move(target), std::move(body));
    made.headers.insert("Host", "shop");
    return made;
}
bool has(std::string const& text, std::string_view part) { return text.find(part) != text.npos; }
/// The request line's target.
std::string target_of(std::string const& head)
{
    auto const begin = head.find(' ') + 1;
    return head.substr(begin, head.find(' ', begin) - begin);
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_upstream)

BOOST_AUTO_TEST_CASE(a_request_goes_on_with_its_method_target_fields_and_body)
{
    auto incoming = asked("POST", "/a/b?x=1&y=%20", "text");
    incoming.headers.insert("Content-Type", "text/plain");
    incoming.headers.insert("Content-Length", "4");
    incoming.headers.insert("Accept", "a");
    incoming.headers.insert("Accept", "b");
    BOOST_TEST(forwarded(std::move(incoming))
        == "POST /a/b?x=1&y=%20 HTTP/1.1\r\nHost: UP\r\nContent-Type: text/plain\r\nAccept: a\r\nAccept: "
           "b\r\n"
            + added + "Content-Length: 4\r\n\r\ntext");
}

BOOST_AUTO_TEST_CASE(fields_of_the_connection_stay_behind)
{
    auto incoming = asked("GET", "/");
    for (char const* name :
        {"TE", "Upgrade", "Keep-Alive", "Proxy-Authorization", "X-Named", "Expect", "Trailer"})
        incoming.headers.insert(name, "x");
    incoming.headers.insert("Connection", "x-named, close");
    BOOST_TEST(forwarded(std::move(incoming)) == "GET / HTTP/1.1\r\nHost: UP\r\n" + added + "\r\n");
}

BOOST_AUTO_TEST_CASE(what_a_client_claims_about_its_way_is_believed_behind_a_proxy_only)
{
    auto const claims = [] {
        auto incoming = asked("GET", "/");
        incoming.peer = "127.0.0.9";
        incoming.headers.insert("Forwarded", "for=6.6.6.6");
        incoming.headers.insert("X-Forwarded-For", "6.6.6.6");
        incoming.headers.insert("X-Forwarded-Proto", "https");
        incoming.headers.insert("Via", "1.0 old");
        return incoming;
    };
    BOOST_TEST(forwarded(claims())
        == "GET / HTTP/1.1\r\nHost: UP\r\nVia: 1.0 old, 1.1 framex\r\nX-Forwarded-For: 127.0.0.9\r\n"
           "X-Forwarded-Host: shop\r\nX-Forwarded-Proto: http\r\n"
           "Forwarded: for=127.0.0.9;proto=http;host=\"shop\"\r\n\r\n");
    BOOST_TEST(forwarded(claims(), "", true)
        == "GET / HTTP/1.1\r\nHost: UP\r\n"
           "Forwarded: for=6.6.6.6, for=127.0.0.9;proto=http;host=\"shop\"\r\n"
           "X-Forwarded-For: 6.6.6.6, 127.0.0.9\r\nX-Forwarded-Proto: https\r\n"
           "Via: 1.0 old, 1.1 framex\r\nX-Forwarded-Host: shop\r\n\r\n");
    auto v6 = asked("GET", "/");
    v6.peer = "::1";
    BOOST_TEST(has(forwarded(std::move(v6)), "\r\nForwarded: for=\"[::1]\";proto=http;host=\"shop\"\r\n"));
}

BOOST_AUTO_TEST_CASE(a_request_that_has_passed_this_process_is_not_sent_again)
{
    std::string via;
    scripted server([&](peer& client) {
        auto const head = client.head();
        auto const at = head.find("Via: ") + 5;
        via = head.substr(at, head.find('\r', at) - at);
        client.say(with_length("ok"));
    });
    framex::upstream const there(server.url("/"));
    run(discard(there.forward(asked("GET", "/"))));
    auto again = asked("GET", "/");
    again.headers.insert("Via", "1.1 other");
    again.headers.insert("Via", via + ", 1.1 other");
    auto const is_loop = [](http_error const& error) { return error.status() == 508; };
    BOOST_CHECK_EXCEPTION(run(discard(there.forward(std::move(again)))), http_error, is_loop);
}

BOOST_AUTO_TEST_CASE(a_body_goes_on_in_the_framing_in_which_it_comes)
{
    auto const sent = [](char const* field, char const* value) {
        std::string seen;
        scripted server([&](peer& client) {
            seen = client.head();
            seen += client.exactly(seen.find("chunked") == seen.npos ? 4 : 19);
            client.say(with_length("ok"));
        });
        auto incoming = asked("POST", "/");
        incoming.headers.insert(field, value);
        auto pieces = []() -> async_generator<std::string> {
            co_yield "ab";
            co_yield "cd";
        };
        framex::upstream const there(server.url("/"));
        run(discard(there.forward(std::move(incoming), body_reader(pieces()))));
        return seen;
    };
    BOOST_TEST(has(sent("Content-Length", "4"), "\r\nContent-Length: 4\r\n\r\nabcd"));
    BOOST_TEST(has(sent("Transfer-Encoding", "chunked"),
        "\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(the_path_is_the_one_that_was_routed)
{
    auto const target = [](std::string sent, std::string const& prefix = "") {
        return target_of(forwarded(asked("GET", std::move(sent)), prefix));
    };
    BOOST_TEST(target("/a/../b/./c") == "/b/c");
    BOOST_TEST(target("/%61%20%C3%A9%2f%25%3F%23?%61") == "/a%20%C3%A9%2F%25%3F%23?%61");
    BOOST_TEST(target("/x[1]|^") == "/x%5B1%5D%7C%5E");
    BOOST_TEST(target("/a?b", "/base/") == "/base/a?b");
    BOOST_TEST(target("/", "/base") == "/base/");
}

BOOST_AUTO_TEST_CASE(the_answer_comes_with_its_status_and_fields)
{
    scripted server(
        answers("HTTP/1.1 418 Teapot\r\nX-A: b\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                "2\r\nok\r\n0\r\n\r\n"));
    framex::upstream const there(server.url());
    BOOST_TEST(there.name() == server.name());
    run([](framex::upstream const* up) -> awaitable<void> {
        auto answer = co_await up->forward(asked("GET", "/"));
        BOOST_TEST(answer.status == 418);
        BOOST_TEST(answer.headers["x-a"] == "b");
        BOOST_TEST(answer.headers.count("connection") + answer.headers.count("transfer-encoding") == 0U);
        auto piece = co_await answer.body.next();
        BOOST_TEST(piece.value() == "ok");
    }(&there));
}

BOOST_AUTO_TEST_CASE(a_base_url_that_is_none_is_refused)
{
    for (char const* url : {"ftp://a", "a", "http://a?b"})
        BOOST_CHECK_THROW(framex::upstream{url}, std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
