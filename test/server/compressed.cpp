// Whole answers in the coding that the client prefers, as they travel.
#include "coded.hpp"
#include "served.hpp"

#include <framex/framex.hpp>

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;

namespace {

struct library {
    static inline plugin_metadata const metadata{.name = "library", .version = "1.0.0"};
    awaitable<std::string> text(int size)
    {
        co_await sleep_for(std::chrono::milliseconds(1)); // the request's head is gone
        co_return long_text(static_cast<std::size_t>(size));
    }
    std::string at_once(int size) { return long_text(static_cast<std::size_t>(size)); }
    awaitable<response> page()
    {
        auto made = coded_page({{"ETag", "\"v1\""}, {"Vary", "Cookie"}, {"Content-Length", "7"}});
        co_return made;
    }
    awaitable<response> packed()
    {
        auto made = coded_page({{"Content-Encoding", "gzip"}});
        co_return made;
    }
    awaitable<response> random()
    {
        response made(200, noise(5000));
        made.headers.set("Content-Type", "text/plain");
        co_return made;
    }
    awaitable<response> same()
    {
        response made(304);
        made.headers.set("ETag", "\"v1\"");
        co_return made;
    }
    async_generator<sse_event> events() { co_yield sse_event("long", long_text()); }
    async_generator<std::string> pieces() { co_yield long_text(); }
    static void define(api<library>& api)
    {
        api.get("/text", &library::text, arg("size"));
        api.get("/at_once", &library::at_once, arg("size"));
        api.get("/cached", &library::text, arg("size")).cached();
        api.get("/page", &library::page);
        api.get("/packed", &library::packed);
        api.get("/random", &library::random);
        api.get("/same", &library::same);
        api.get("/events", &library::events);
        api.get("/pieces", &library::pieces);
    }
};

settings compressing()
{
    settings made;
    made.server.compression.enabled = true;
    return made;
}

struct wire_answer {
    std::string head;
    std::string body;
    bool has(std::string_view part) const { return framex::test::has(head, part); }
};

wire_answer ask_for(unsigned short port, std::string_view request, std::string_view accepted)
{
    raw_client client(port);
    std::string head(request);
    head += " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    if (!accepted.empty())
        head.append("Accept-Encoding: ").append(accepted).append("\r\n");
    client.send(head + "\r\n");
    auto const answer = client.to_end();
    return {answer.substr(0, answer.find("\r\n\r\n") + 2), body_of(answer)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(compressed)

BOOST_AUTO_TEST_CASE(nothing_is_coded_unless_it_is_enabled)
{
    served<library> service;
    auto const answer = ask_for(service.port(), "GET /api/v1/text?size=5000", "gzip");
    BOOST_TEST(!answer.has("Content-Encoding"));
    BOOST_TEST(!answer.has("Vary"));
}

BOOST_AUTO_TEST_CASE(values_are_coded_as_the_client_prefers)
{
    served<library> service(compressing());
    for (std::string const path : {"/api/v1/text?size=5000", "/api/v1/at_once?size=5000"})
        for (auto const how : all_codings) {
            BOOST_TEST_INFO(path << " " << name_of(how));
            auto const answer = ask_for(service.port(), "GET " + path, name_of(how));
            BOOST_TEST(answer.has("HTTP/1.1 200 "));
            BOOST_TEST(answer.has("\r\nContent-Encoding: " + std::string(name_of(how)) + "\r\n"));
            BOOST_TEST(answer.has("\r\nVary: Accept-Encoding\r\n"));
            BOOST_TEST(answer.has("\r\nX-FrameX-Cache-Status: BYPASS\r\n"));
            BOOST_TEST(answer.has("\r\nContent-Length: " + std::to_string(answer.body.size()) + "\r\n"));
            BOOST_TEST(has(decoded(how, answer.body), R"("data":")" + long_text()));
        }
    auto const plain = ask_for(service.port(), "GET /api/v1/text?size=5000", "");
    BOOST_TEST(!plain.has("Content-Encoding"));
    BOOST_TEST(plain.has("\r\nVary: Accept-Encoding\r\n"));
    BOOST_TEST(has(plain.body, long_text()));
    auto const small = ask_for(service.port(), "GET /api/v1/text?size=50", "gzip");
    BOOST_TEST(!small.has("Content-Encoding"));
    BOOST_TEST(!small.has("Vary"));
}

BOOST_AUTO_TEST_CASE(a_kept_value_is_coded_for_each_client)
{
    auto wanted = compressing();
    wanted.cache.enabled = true;
    served<library> service(wanted);
    auto const made = ask_for(service.port(), "GET /api/v1/cached?size=5000", "br");
    BOOST_TEST(made.has("\r\nX-FrameX-Cache-Status: MISS\r\n"));
    BOOST_TEST(made.has("\r\nContent-Encoding: br\r\n"));
    auto const kept = ask_for(service.port(), "GET /api/v1/cached?size=5000", "gzip");
    BOOST_TEST(kept.has("\r\nX-FrameX-Cache-Status: HIT\r\n"));
    BOOST_TEST(kept.has("\r\nContent-Encoding: gzip\r\n"));
    BOOST_TEST(has(decoded(coding::gzip, kept.body), long_text()));
    BOOST_TEST(!ask_for(service.port(), "GET /api/v1/cached?size=5000", "").has("Content-Encoding"));
}

BOOST_AUTO_TEST_CASE(responses_keep_their_own_fields)
{
    served<library> service(compressing());
    auto const answer = ask_for(service.port(), "GET /api/v1/page", "gzip, br");
    BOOST_TEST(answer.has("\r\nContent-Encoding: br\r\n"));
    BOOST_TEST(answer.has("\r\nETag: W/\"v1\"\r\n"));
    BOOST_TEST(answer.has("\r\nVary: Cookie, Accept-Encoding\r\n"));
    BOOST_TEST(decoded(coding::br, answer.body) == long_text());
    auto const random = ask_for(service.port(), "GET /api/v1/random", "gzip, br");
    BOOST_TEST(random.body == noise(5000));
    BOOST_TEST(random.has("\r\nVary: Accept-Encoding\r\n"));
    auto const packed = ask_for(service.port(), "GET /api/v1/packed", "br");
    BOOST_TEST(packed.has("\r\nContent-Encoding: gzip\r\n"));
    BOOST_TEST(!packed.has("Vary"));
    auto const same = ask_for(service.port(), "GET /api/v1/same", "br");
    BOOST_TEST(same.has("HTTP/1.1 304 "));
    BOOST_TEST(same.has("\r\nETag: W/\"v1\"\r\n"));
    BOOST_TEST(same.has("\r\nVary: Accept-Encoding\r\n"));
}

BOOST_AUTO_TEST_CASE(head_says_what_get_would)
{
    served<library> service(compressing());
    auto const get = ask_for(service.port(), "GET /api/v1/page", "zstd");
    auto const head = ask_for(service.port(), "HEAD /api/v1/page", "zstd");
    BOOST_TEST(head.body.empty());
    for (std::string const& field : {std::string("\r\nContent-Encoding: zstd\r\n"),
             "\r\nContent-Length: " + std::to_string(get.body.size()) + "\r\n"}) {
        BOOST_TEST(get.has(field));
        BOOST_TEST(head.has(field));
    }
}

BOOST_AUTO_TEST_CASE(streams_and_failures_are_never_coded)
{
    served<library> service(compressing());
    for (std::string const path : {"/api/v1/events", "/api/v1/pieces"}) {
        auto const answer = ask_for(service.port(), "GET " + path, "gzip");
        BOOST_TEST(answer.has("HTTP/1.1 200 "), path);
        BOOST_TEST(!answer.has("Content-Encoding"), path);
        BOOST_TEST(has(answer.body, long_text()), path);
    }
    auto const refused = ask_for(service.port(), "GET /api/v1/text?size=x", "gzip");
    BOOST_TEST(refused.has("HTTP/1.1 422 "));
    BOOST_TEST(!refused.has("Content-Encoding"));
}

BOOST_AUTO_TEST_CASE(requests_of_one_connection_are_told_apart)
{
    auto wanted = compressing();
    wanted.server.cors.origins = {"https://app.example"};
    served<library> service(wanted);
    raw_client client(service.port());
    client.send("GET /api/v1/at_once?size=5000 HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n"
                "GET /api/v1/at_once?size=5000 HTTP/1.1\r\nHost: a\r\n\r\n"
                "GET /api/v1/at_once?size=5 HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
    auto const first = client.answer();
    BOOST_TEST(has(first, "\r\nContent-Encoding: gzip\r\n"));
    BOOST_TEST(has(first, "\r\nVary: Origin, Accept-Encoding\r\n"));
    auto const second = client.answer();
    BOOST_TEST(!has(second, "Content-Encoding"));
    BOOST_TEST(has(second, "\r\nVary: Origin, Accept-Encoding\r\n"));
    BOOST_TEST(has(client.answer(), "\r\nVary: Origin\r\n"));
}

BOOST_AUTO_TEST_CASE(the_settings_choose_codings_and_their_order)
{
    auto wanted = compressing();
    wanted.server.compression.encodings = {"gzip", "br"};
    wanted.server.compression.min_size = size_setting(10);
    served<library> service(wanted);
    BOOST_TEST(ask_for(service.port(), "GET /api/v1/text?size=400", "br, gzip, zstd")
            .has("\r\nContent-Encoding: gzip\r\n"));
    BOOST_TEST(!ask_for(service.port(), "GET /api/v1/text?size=400", "zstd").has("Content-Encoding"));
    wanted.server.compression.encodings = {"gzip", "brotli", "identity"};
    auto const found = issues_of(wanted.server.compression);
    BOOST_TEST_REQUIRE(found.size() == 2u);
    BOOST_TEST(std::get<std::size_t>(found[0].loc.back()) == 1u);
    BOOST_TEST(found[0].msg == R"(should be "zstd", "br" or "gzip")");
    asio::io_context context(1);
    framex::app app(context.get_executor(), wanted);
    BOOST_CHECK_THROW(app.prepare(), validation_error);
}

BOOST_AUTO_TEST_CASE(the_document_is_coded_and_known_again)
{
    served<library> service(compressing());
    auto const first = ask_for(service.port(), "GET /api/v1/openapi.json", "gzip");
    BOOST_TEST(first.has("\r\nContent-Encoding: gzip\r\n"));
    BOOST_TEST(has(decoded(coding::gzip, first.body), R"("openapi":"3.1.0")"));
    auto const at = first.head.find("\r\nETag: W/") + 2;
    auto const tag = first.head.substr(at + 6, first.head.find("\r\n", at) - at - 6);
    auto const again = ask_for(service.port(), "GET /api/v1/openapi.json", "gzip\r\nIf-None-Match: " + tag);
    BOOST_TEST(again.has("HTTP/1.1 304 "));
    BOOST_TEST(again.has("\r\nETag: " + tag + "\r\n"));
    BOOST_TEST(again.has("\r\nVary: Accept-Encoding\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()
