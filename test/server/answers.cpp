// What requests are answered: envelope, faults, errors, methods.
#include "sample.hpp"
#include "served.hpp"

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;

BOOST_AUTO_TEST_SUITE(answers)

BOOST_AUTO_TEST_CASE(a_value_goes_into_the_envelope_in_its_order)
{
    served<sample> service;
    auto const reply = ask(service.port(), "GET /api/v1/say?text=hi%20there");
    BOOST_TEST(reply.starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(has(reply, "\r\nContent-Type: application/json\r\n"));
    auto const body = body_of(reply);
    BOOST_TEST(body.starts_with(R"({"status":200,"message":"success","timestamp":")"));
    BOOST_TEST(body.ends_with(R"(","data":"hi there"})"));
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/nothing"), R"("data":null})"));
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/say"), R"("data":"nothing"})"));
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/plain?number=3"), R"("data":"3"})"));
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/plain"), R"("data":"none"})"));
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/item/12"), R"("data":12})"));
}

BOOST_AUTO_TEST_CASE(a_value_says_that_it_does_not_come_from_the_cache)
{
    served<sample> service;
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/say?text=a"), "\r\nX-FrameX-Cache-Status: BYPASS\r\n"));
    BOOST_TEST(!has(ask(service.port(), "GET /api/v1/item/x"), "X-FrameX-Cache"));
}

BOOST_AUTO_TEST_CASE(every_fault_of_a_request_is_told_at_once)
{
    served<sample> service;
    auto const reply = ask(service.port(), "POST /api/v1/take", R"({"size":"x"})");
    BOOST_TEST(reply.starts_with("HTTP/1.1 422 "));
    BOOST_TEST(has(reply, R"("type":"missing","loc":["body","name"])"));
    BOOST_TEST(has(reply, R"("type":"int_parsing","loc":["body","size"])"));
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/item/x"), R"("loc":["path","id"])"));
    BOOST_TEST(has(ask(service.port(), "POST /api/v1/take", R"({"name":"a")"), "json_invalid"));
    BOOST_TEST(has(ask(service.port(), "POST /api/v1/take", R"({"name":"a"} x)"), "json_invalid"));
    BOOST_TEST(has(ask(service.port(), "POST /api/v1/take"), R"("type":"missing","loc":["body"])"));
}

BOOST_AUTO_TEST_CASE(a_body_of_another_type_is_shown_only_as_a_text_of_moderate_size)
{
    served<sample> service;
    auto const refusal = [&](std::string const& body) {
        raw_client client(service.port());
        client.send("POST /api/v1/take HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: "
            + std::to_string(body.size()) + "\r\n\r\n" + body);
        return client.answer();
    };
    BOOST_TEST(has(refusal("a\"\xc3\xa9"), "\"input\":\"a\\\"\xc3\xa9\"}]"));
    for (auto const& body : {std::string("\xff\xfe"), std::string("\xed\xa0\x80"), std::string(100'000, 'a'),
             std::string(100'000, '\0')}) {
        auto const reply = refusal(body);
        BOOST_TEST(reply.starts_with("HTTP/1.1 422 "));
        BOOST_TEST(has(reply, "\"type\":\"model_attributes_type\",\"loc\":[\"body\"]"));
        BOOST_TEST(has(reply, "\"input\":null}]"));
    }
}

BOOST_AUTO_TEST_CASE(raised_errors_keep_status_message_and_fields)
{
    served<sample> service;
    auto const reply = ask(service.port(), "GET /api/v1/fail?kind=http");
    BOOST_TEST(reply.starts_with("HTTP/1.1 418 "));
    BOOST_TEST(has(reply, R"({"status":418,"message":"teapot","timestamp":")"));
    BOOST_TEST(has(reply, "\r\nX-Why: because\r\n"));
    BOOST_TEST(!has(reply, "X-Bad"));
    BOOST_TEST(
        has(ask(service.port(), "GET /api/v1/fail?kind=json"), R"("status":409,"message":{"code":7})"));
    BOOST_TEST(has(ask(service.port(), "GET /fail_outside?kind=http"),
        R"({"status":418,"message":"teapot","is_middleware_error":true})"));
}

BOOST_AUTO_TEST_CASE(texts_of_other_exceptions_stay_in_the_house)
{
    served<sample> service;
    auto const reply = ask(service.port(), "GET /api/v1/fail?kind=other");
    BOOST_TEST(reply.starts_with("HTTP/1.1 500 "));
    BOOST_TEST(has(reply, "Internal Server Error"));
    BOOST_TEST(!has(reply, "secret"));
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/fail?kind=public"), R"("message":"may be read")"));
}

BOOST_AUTO_TEST_CASE(envelope_mode_hides_raised_errors_in_200_and_nothing_else)
{
    settings configuration;
    configuration.server.error_status = "envelope";
    served<sample> service(configuration);
    BOOST_TEST(ask(service.port(), "GET /api/v1/fail?kind=http").starts_with("HTTP/1.1 200 "));
    BOOST_TEST(ask(service.port(), "GET /api/v1/nope").starts_with("HTTP/1.1 200 "));
    BOOST_TEST(ask(service.port(), "POST /api/v1/say").starts_with("HTTP/1.1 200 "));
    BOOST_TEST(ask(service.port(), "GET /nope").starts_with("HTTP/1.1 404 "));
    BOOST_TEST(ask(service.port(), "GET /api/v1/fail?kind=other").starts_with("HTTP/1.1 500 "));
    BOOST_TEST(ask(service.port(), "GET /api/v1/item/x").starts_with("HTTP/1.1 422 "));
    BOOST_TEST(ask(service.port(), "GET /a b").starts_with("HTTP/1.1 400 "));
}

BOOST_AUTO_TEST_CASE(excluded_paths_have_no_envelope)
{
    settings configuration;
    configuration.server.excluded_log_paths = {"/api/v1/say", "/api/v1/fail"};
    served<sample> service(configuration);
    BOOST_TEST(body_of(ask(service.port(), "GET /api/v1/say")) == "\"nothing\"");
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/fail?kind=http"), "is_middleware_error"));
}

BOOST_AUTO_TEST_CASE(methods_are_told_apart)
{
    served<sample> service;
    auto const head = ask(service.port(), "HEAD /api/v1/say");
    BOOST_TEST(head.starts_with("HTTP/1.1 200 "));
    BOOST_TEST(body_of(head).empty());
    BOOST_TEST(!has(head, "Content-Length: 0"));
    auto const wrong = ask(service.port(), "DELETE /api/v1/say");
    BOOST_TEST(wrong.starts_with("HTTP/1.1 405 "));
    BOOST_TEST(has(wrong, "\r\nAllow: GET, HEAD, OPTIONS\r\n"));
    auto const options = ask(service.port(), "OPTIONS /api/v1/take");
    BOOST_TEST(options.starts_with("HTTP/1.1 204 "));
    BOOST_TEST(has(options, "\r\nAllow: POST, OPTIONS\r\n"));
    BOOST_TEST(ask(service.port(), "OPTIONS *").starts_with("HTTP/1.1 204 "));
    BOOST_TEST(ask(service.port(), "OPTIONS /api/v1/nope").starts_with("HTTP/1.1 404 "));
    BOOST_TEST(ask(service.port(), "FLY /api/v1/say").starts_with("HTTP/1.1 501 "));
    BOOST_TEST(ask(service.port(), "GET /api/v1/say/").starts_with("HTTP/1.1 404 "));
    BOOST_TEST(ask(service.port(), "GET //api/v1/say").starts_with("HTTP/1.1 404 "));
    BOOST_TEST(ask(service.port(), "GET /api/v1/%73ay").starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(own_responses_pass_but_cannot_frame_the_message)
{
    served<sample> service;
    auto const reply = ask(service.port(), "GET /api/v1/own");
    BOOST_TEST(reply.starts_with("HTTP/1.1 202 "));
    BOOST_TEST(has(reply, "\r\nX-Own: yes\r\n"));
    BOOST_TEST(has(reply, "\r\nContent-Length: 8\r\n"));
    BOOST_TEST(!has(reply, "999"));
    BOOST_TEST(body_of(reply) == "own body");
}

BOOST_AUTO_TEST_CASE(a_request_parameter_carries_everything)
{
    served<sample> service;
    BOOST_TEST(
        has(ask(service.port(), "PUT /api/v1/whole?x=1", "body"), R"("data":"PUT /api/v1/whole body")"));
}

BOOST_AUTO_TEST_CASE(rules_ask_for_a_key_before_anything_else_is_looked_at)
{
    settings configuration;
    configuration.auth.rules = {{"/api/v1/say", {"say-key"}}, {"/api/v1/item/*", {"item-key"}},
        {"/api/v1/take", {"t"}}, {"/docs", {"docs-key"}}};
    served<sample> service(configuration);
    auto const with = [&](std::string_view target, std::string_view field) {
        raw_client client(service.port());
        client.send("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(field)
            + "Connection: close\r\n\r\n");
        return client.to_end();
    };
    auto const refused = with("/api/v1/say", "");
    BOOST_TEST(refused.starts_with("HTTP/1.1 401 "));
    BOOST_TEST(has(refused, "\r\nWWW-Authenticate: Bearer"));
    BOOST_TEST(has(refused, "Invalid API Key for API(/api/v1/say)"));
    BOOST_TEST(with("/api/v1/say", "Authorization: say-key\r\n").starts_with("HTTP/1.1 200 "));
    BOOST_TEST(with("/api/v1/%73ay", "").starts_with("HTTP/1.1 401 "));
    BOOST_TEST(with("/api/v1/item/../say", "").starts_with("HTTP/1.1 401 "));
    BOOST_TEST(
        with("/api/v1/say", "Authorization: no\r\nAuthorization: say-key\r\n").starts_with("HTTP/1.1 401 "));
    BOOST_TEST(with("/api/v1/item/x", "").starts_with("HTTP/1.1 401 "));
    BOOST_TEST(with("/api/v1/item/x", "authorization: Bearer item-key\r\n").starts_with("HTTP/1.1 422 "));
    BOOST_TEST(with("/docs", "").starts_with("HTTP/1.1 401 "));
    BOOST_TEST(with("/health", "").starts_with("HTTP/1.1 200 "));
    raw_client client(service.port());
    client.send("POST /api/v1/take HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n");
    BOOST_TEST(client.to_end().starts_with("HTTP/1.1 401 ")); // the body is not even asked for
}

namespace {
struct twins {
    static inline plugin_metadata const metadata{.name = "twins", .version = "1.0.0"};
    awaitable<std::string> give(std::string id) { co_return id; }
    static void define(api<twins>& api)
    {
        api.get("/files/{id}", &twins::give, arg("id"));
        api.post("/files/{name}", [](std::string name) { return name; }, arg("name"));
        api.get("/own/{id}", &twins::give, arg("id")).auth_keys({"own-key"});
        api.get("/closed", [] { return 1; }).auth_keys({});
    }
};
} // namespace

BOOST_AUTO_TEST_CASE(the_keys_of_a_route_count_instead_of_the_rules)
{
    settings configuration;
    configuration.auth.rules = {{"/api/v1/own/*", {"k"}}};
    served<twins> service(configuration);
    auto const with = [&](std::string_view path, std::string_view key) {
        raw_client client(service.port());
        client.send("GET /api/v1/" + std::string(path)
            + " HTTP/1.1\r\nHost: a\r\nAuthorization: " + std::string(key) + "\r\nConnection: close\r\n\r\n");
        return client.to_end();
    };
    BOOST_TEST(with("own/1", "own-key").starts_with("HTTP/1.1 200 "));
    BOOST_TEST(with("own/1", "Bearer own-key").starts_with("HTTP/1.1 200 "));
    BOOST_TEST(with("own/1", "k").starts_with("HTTP/1.1 401 "));
    BOOST_TEST(with("closed", "k").starts_with("HTTP/1.1 401 "));
    auto const document = ask(service.port(), "GET /api/v1/openapi.json");
    BOOST_TEST(has(document, R"("security":[{"key":[]}])"));
}

BOOST_AUTO_TEST_CASE(a_rule_on_one_route_counts_for_each_spelling_of_its_pattern)
{
    settings configuration;
    configuration.auth.rules = {{"/api/v1/files/{id}", {"k"}}};
    served<twins> service(configuration);
    BOOST_TEST(ask(service.port(), "GET /api/v1/files/1").starts_with("HTTP/1.1 401 "));
    BOOST_TEST(ask(service.port(), "POST /api/v1/files/1").starts_with("HTTP/1.1 401 "));
}

BOOST_AUTO_TEST_CASE(the_system_pages_answer_outside_the_envelope)
{
    served<> service;
    BOOST_TEST(body_of(ask(service.port(), "GET /health")) == "\"ok\"");
    BOOST_TEST(body_of(ask(service.port(), "GET /ping")) == "\"pong\"");
    BOOST_TEST(body_of(ask(service.port(), "GET /version")) == std::string("\"") + framex::version + "\"");
}

BOOST_AUTO_TEST_SUITE_END()
