// Answers to pages of other origins, as [server.cors] allows them.
#include "server/cors.hpp"

#include "sample.hpp"
#include "served.hpp"

#include <framex/http/syntax.hpp>

#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;

namespace {

constexpr std::string_view app_page = "https://app.example";

settings sharing(std::vector<std::string> origins)
{
    settings made;
    made.server.cors.origins = std::move(origins);
    return made;
}

struct shares {
    static inline plugin_metadata const metadata{.name = "shares", .version = "1.0.0"};
    awaitable<response> own()
    {
        response made(200, "own");
        made.headers.set("Access-Control-Allow-Origin", "https://other.example");
        made.headers.set("access-control-allow-credentials", "true");
        made.headers.insert("Vary", "Accept-Language");
        made.headers.insert("vary", "Cookie, origin");
        co_return made;
    }
    awaitable<std::string> refuse()
    {
        throw http_error(
            409, "taken", {{"Access-Control-Allow-Origin", "*"}, {"Vary", "Cookie"}, {"X-Why", "because"}});
        co_return "";
    }
    awaitable<streamed_response> pieces()
    {
        streamed_response made(200);
        made.headers.set("Access-Control-Allow-Origin", "*");
        made.headers.set("Content-Type", "text/plain");
        made.body = piece();
        co_return made;
    }
    static async_generator<std::string> piece() { co_yield std::string("piece"); }
    static void define(api<shares>& api)
    {
        api.get("/own", &shares::own);
        api.get("/refuse", &shares::refuse);
        api.get("/pieces", &shares::pieces);
    }
};

std::size_t count(std::string const& text, std::string_view part)
{
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

/// Field lines in lower case, so that a second spelling is found.
std::string head_of(std::string answer)
{
    answer.resize(std::min(answer.size(), answer.find("\r\n\r\n") + 2));
    std::ranges::transform(answer, answer.begin(), to_lower);
    return answer;
}

bool is_shared_with(std::string const& answer, std::string_view origin)
{
    auto const head = head_of(answer);
    return count(head, "access-control-allow-origin:") == 1 && count(head, "\r\nvary:") == 1
        && has(head, "\r\naccess-control-allow-origin: " + std::string(origin) + "\r\n");
}

std::string from(unsigned short port, std::string_view request, std::string_view origin,
    std::string_view fields = {}, std::string_view body = {})
{
    std::string head(request);
    head.append(" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n").append(fields);
    if (!origin.empty())
        head.append("Origin: ").append(origin).append("\r\n");
    if (!body.empty())
        head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    raw_client client(port);
    client.send(head.append("\r\n").append(body));
    return client.to_end();
}

std::string preflight(unsigned short port, std::string_view path, std::string_view origin,
    std::string_view method = "PUT", std::string_view fields = {})
{
    return from(port, "OPTIONS " + std::string(path), origin,
        "Access-Control-Request-Method: " + std::string(method) + "\r\n" + std::string(fields));
}

std::vector<std::string> faults(cors_settings const& wanted)
{
    std::vector<std::string> found;
    for (auto const& each : issues_of(wanted)) {
        std::string place;
        for (auto const& part : each.loc)
            place += std::holds_alternative<std::string>(part) ? std::get<std::string>(part) + '.'
                                                               : std::to_string(std::get<std::size_t>(part));
        found.push_back(each.type + " " + place + " " + each.msg);
    }
    return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cors)

BOOST_AUTO_TEST_CASE(without_origins_nothing_is_said)
{
    served<sample> service;
    auto const head = head_of(from(service.port(), "GET /api/v1/say", app_page));
    BOOST_TEST(!has(head, "access-control"));
    BOOST_TEST(!has(head, "vary"));
    auto const options = preflight(service.port(), "/api/v1/say", app_page);
    BOOST_TEST(options.starts_with("HTTP/1.1 204 "));
    BOOST_TEST(!has(head_of(options), "access-control"));
}

BOOST_AUTO_TEST_CASE(every_answer_carries_it_whatever_its_status)
{
    auto wanted = sharing({std::string(app_page)});
    wanted.auth.rules = {{"/api/v1/own", {"k"}}};
    wanted.server.limits.body_size = size_setting(100);
    served<sample> service(wanted);
    auto const answers = [&](std::string_view request, std::string_view status, std::string_view body = {},
                             std::string_view fields = {}) {
        auto const answer = from(service.port(), request, app_page, fields, body);
        BOOST_TEST_INFO(request << " gave " << answer);
        BOOST_TEST(answer.starts_with("HTTP/1.1 " + std::string(status)));
        BOOST_TEST_INFO(answer);
        BOOST_TEST(is_shared_with(answer, app_page));
    };
    answers("GET /api/v1/say", "200");
    answers("HEAD /api/v1/say", "200");
    answers("GET /api/v1/plain", "200");
    answers("GET /health", "200");
    answers("GET /docs", "200");
    answers("GET /api/v1/events?count=1", "200");
    answers("GET /api/v1/things?count=1", "200");
    answers("GET /api/v1/a%00b", "400");
    answers("GET /api/v1/own", "401");
    answers("GET /api/v1/nope", "404");
    answers("DELETE /api/v1/say", "405");
    answers("POST /api/v1/take", "413", std::string(200, 'x'));
    answers("GET /api/v1/fail?kind=http", "418");
    answers("GET /api/v1/item/x", "422");
    answers("GET /api/v1/fail?kind=other", "500");
    answers("FLY /api/v1/say", "501");
    answers("OPTIONS /api/v1/say", "204");
}

BOOST_AUTO_TEST_CASE(an_answer_that_comes_too_late_carries_it_too)
{
    auto wanted = sharing({std::string(app_page)});
    wanted.server.limits.body_timeout = std::chrono::milliseconds(100);
    wanted.server.limits.handler_timeout = std::chrono::milliseconds(100);
    served<sample> service(wanted);
    raw_client silent(service.port());
    silent.send("POST /api/v1/take HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example\r\n"
                "Content-Length: 9\r\n\r\n{");
    auto const late = silent.to_end();
    BOOST_TEST(late.starts_with("HTTP/1.1 408 "));
    BOOST_TEST(is_shared_with(late, app_page));
    auto const slow = from(service.port(), "GET /api/v1/wait?ms=60000", app_page);
    BOOST_TEST(slow.starts_with("HTTP/1.1 504 "));
    BOOST_TEST(is_shared_with(slow, app_page));
}

BOOST_AUTO_TEST_CASE(other_origins_get_nothing_but_the_hint_for_caches)
{
    served<sample> service(sharing({std::string(app_page), "http://localhost:3000"}));
    for (std::string_view const origin : {"https://app.example.evil", "http://app.example", "null", "",
             "https://app.example:8443", "https://evil-app.example", "https://APP.example"}) {
        BOOST_TEST_INFO(origin);
        auto const head = head_of(from(service.port(), "GET /api/v1/say", origin));
        BOOST_TEST(head.starts_with("http/1.1 200 "));
        BOOST_TEST(!has(head, "access-control"));
        BOOST_TEST(has(head, "\r\nvary: origin\r\n"));
    }
    BOOST_TEST(is_shared_with(
        from(service.port(), "GET /api/v1/say", "http://localhost:3000"), "http://localhost:3000"));
}

BOOST_AUTO_TEST_CASE(a_connection_tells_one_request_from_the_next)
{
    served<sample> service(sharing({std::string(app_page)}));
    raw_client client(service.port());
    client.send("GET /api/v1/say HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example\r\n\r\n"
                "GET /api/v1/say HTTP/1.1\r\nHost: a\r\n\r\n"
                "not HTTP at all\r\n\r\n");
    BOOST_TEST(is_shared_with(client.answer(), app_page));
    BOOST_TEST(!has(head_of(client.answer()), "access-control"));
    auto const refused = client.answer();
    BOOST_TEST(refused.starts_with("HTTP/1.1 400 "));
    BOOST_TEST(!has(head_of(refused), "access-control"));
    BOOST_TEST(has(head_of(refused), "\r\nvary: origin\r\n"));
}

BOOST_AUTO_TEST_CASE(names_below_a_domain_are_matched_by_whole_labels)
{
    cors_settings wanted;
    wanted.origins = {"https://*.example.com", "http://*.dev.example:8080"};
    cors_policy const policy(wanted);
    auto const allows = [&](std::string_view origin) {
        request_head head;
        head.fields[0] = {"Origin", origin};
        head.field_count = 1;
        added_fields answer;
        policy.mark(&head, answer);
        BOOST_TEST(answer.by_origin);
        return !answer.sharing.empty();
    };
    for (std::string_view const origin :
        {"https://a.example.com", "https://a.b-1.example.com", "http://x.dev.example:8080"})
        BOOST_TEST(allows(origin), origin);
    for (std::string_view const origin :
        {"https://example.com", "https://.example.com", "https://aexample.com", "http://a.example.com",
            "https://a.example.com:444", "https://a.example.com.evil", "https://evil/.example.com",
            "https://evil#.example.com", "https://a@b.example.com", "https://a..example.com",
            "https://evil:80.example.com", "http://x.dev.example", "null", ""})
        BOOST_TEST(!allows(origin), origin);
}

BOOST_AUTO_TEST_CASE(every_origin_is_one_answer_for_all)
{
    auto wanted = sharing({"*"});
    wanted.server.cors.expose = {"X-Total", "X-Request-ID"};
    served<sample> service(wanted);
    for (std::string_view const origin : {"https://anybody.example", ""}) {
        auto const answer = from(service.port(), "GET /api/v1/say", origin);
        BOOST_TEST(has(answer,
            "\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: X-Total, "
            "X-Request-ID\r\n"));
        BOOST_TEST(!has(answer, "Vary"));
        BOOST_TEST(!has(answer, "Credentials"));
    }
}

BOOST_AUTO_TEST_CASE(a_preflight_is_told_what_the_path_has_and_what_it_asks_for)
{
    served<sample> service(sharing({std::string(app_page)}));
    auto const answer = preflight(service.port(), "/api/v1/whole", app_page, "PUT",
        "Access-Control-Request-Headers: authorization, x-trace\r\n");
    BOOST_TEST(answer.starts_with("HTTP/1.1 204 "));
    BOOST_TEST(is_shared_with(answer, app_page));
    BOOST_TEST(has(answer, "\r\nAllow: PUT, OPTIONS\r\n"));
    BOOST_TEST(has(answer, "\r\nAccess-Control-Allow-Methods: PUT, OPTIONS\r\n"));
    BOOST_TEST(has(answer, "\r\nAccess-Control-Allow-Headers: authorization, x-trace\r\n"));
    BOOST_TEST(has(answer, "\r\nAccess-Control-Max-Age: 600\r\n"));
    BOOST_TEST(!has(answer, "Credentials"));
    auto const odd = preflight(
        service.port(), "/api/v1/whole", app_page, "PUT", "Access-Control-Request-Headers: a b, c\r\n");
    BOOST_TEST(odd.starts_with("HTTP/1.1 204 "));
    BOOST_TEST(!has(odd, "Allow-Headers"));
}

BOOST_AUTO_TEST_CASE(a_preflight_is_told_what_the_settings_name)
{
    auto wanted = sharing({std::string(app_page)});
    wanted.server.cors.methods = {"GET", "PUT"};
    wanted.server.cors.headers = {"Authorization"};
    wanted.server.cors.credentials = true;
    wanted.server.cors.max_age = std::chrono::hours(1);
    served<sample> service(wanted);
    auto const answer = preflight(
        service.port(), "/api/v1/whole", app_page, "PUT", "Access-Control-Request-Headers: x-other\r\n");
    BOOST_TEST(has(answer, "\r\nAccess-Control-Allow-Credentials: true\r\n"));
    BOOST_TEST(has(answer, "\r\nAccess-Control-Allow-Methods: GET, PUT\r\n"));
    BOOST_TEST(has(answer, "\r\nAccess-Control-Allow-Headers: Authorization\r\n"));
    BOOST_TEST(has(answer, "\r\nAccess-Control-Max-Age: 3600\r\n"));
    BOOST_TEST(
        has(from(service.port(), "GET /api/v1/say", app_page), "Access-Control-Allow-Credentials: true"));
}

BOOST_AUTO_TEST_CASE(a_preflight_needs_no_key)
{
    auto wanted = sharing({std::string(app_page)});
    wanted.auth.rules = {{"/api/*", {"k"}}};
    served<sample> service(wanted);
    BOOST_TEST(preflight(service.port(), "/api/v1/say", app_page, "GET").starts_with("HTTP/1.1 204 "));
    BOOST_TEST(from(service.port(), "GET /api/v1/say", app_page).starts_with("HTTP/1.1 401 "));
}

BOOST_AUTO_TEST_CASE(a_preflight_of_another_origin_is_a_plain_options)
{
    served<sample> service(sharing({std::string(app_page)}));
    auto const plain = from(service.port(), "OPTIONS /api/v1/say", "");
    auto const other = preflight(service.port(), "/api/v1/say", "https://evil.example");
    BOOST_TEST(plain.starts_with("HTTP/1.1 204 "));
    BOOST_TEST(other.starts_with("HTTP/1.1 204 "));
    BOOST_TEST(!has(head_of(other), "access-control"));
    auto const unknown = preflight(service.port(), "/api/v1/nope", app_page);
    BOOST_TEST(unknown.starts_with("HTTP/1.1 404 "));
    BOOST_TEST(is_shared_with(unknown, app_page));
}

BOOST_AUTO_TEST_CASE(what_a_handler_says_of_sharing_gives_way)
{
    served<shares> service(sharing({std::string(app_page)}));
    for (std::string_view const path : {"/api/v1/own", "/api/v1/refuse", "/api/v1/pieces"}) {
        BOOST_TEST_INFO(path);
        BOOST_TEST(is_shared_with(from(service.port(), "GET " + std::string(path), app_page), app_page));
        auto const other = head_of(from(service.port(), "GET " + std::string(path), "https://evil.example"));
        BOOST_TEST_INFO(path);
        BOOST_TEST(!has(other, "access-control"));
    }
    auto const own = from(service.port(), "GET /api/v1/own", app_page);
    BOOST_TEST(has(own, "\r\nVary: Accept-Language, Cookie, origin\r\n"));
    auto const refused = from(service.port(), "GET /api/v1/refuse", app_page);
    BOOST_TEST(has(refused, "\r\nVary: Cookie, Origin\r\n"));
    BOOST_TEST(has(refused, "\r\nX-Why: because\r\n"));
}

BOOST_AUTO_TEST_CASE(handlers_speak_for_themselves_while_it_is_off)
{
    served<shares> service;
    auto const own = from(service.port(), "GET /api/v1/own", app_page);
    BOOST_TEST(has(own, "Access-Control-Allow-Origin: https://other.example\r\n"));
}

BOOST_AUTO_TEST_CASE(it_goes_along_with_request_ids)
{
    served<sample> service(sharing({std::string(app_page)}),
        [](framex::app& app) { app.on_access([](access_record const&) {}); });
    auto const answer = from(service.port(), "GET /api/v1/say", app_page, "X-Request-ID: order-7\r\n");
    BOOST_TEST(has(answer, "\r\nX-Request-ID: order-7\r\n"));
    BOOST_TEST(is_shared_with(answer, app_page));
}

BOOST_AUTO_TEST_CASE(a_request_without_a_socket_is_answered_alike)
{
    served<sample> service(sharing({std::string(app_page)}));
    request asked("GET", "/api/v1/say");
    asked.headers.set("Origin", app_page);
    auto dispatched =
        asio::co_spawn(service.executor(), service.app().dispatch(std::move(asked)), asio::use_future);
    BOOST_TEST(dispatched.get().headers.count("Access-Control-Allow-Origin") == 1u);
}

BOOST_AUTO_TEST_CASE(settings_that_no_browser_agrees_with_are_refused)
{
    auto const fault_of = [](std::string origin) {
        cors_settings wanted;
        wanted.origins = {"https://right.example", std::move(origin)};
        auto found = faults(wanted);
        return found.empty() ? std::string() : found.front();
    };
    for (std::string const origin : {"https://app.example", "http://localhost:3000", "http://[::1]:3000",
             "capacitor://localhost", "https://*.example.com:8443", "http://app.example:443"})
        BOOST_TEST(fault_of(origin) == "", origin);
    BOOST_TEST(fault_of("https://app.example/")
        == "value_error server.cors.origins.1 should end after host and port: browsers send neither path nor "
           "final \"/\"");
    BOOST_TEST(has(fault_of("app.example"), "scheme"));
    BOOST_TEST(has(fault_of("null"), "scheme"));
    BOOST_TEST(has(fault_of("https://App.example"), "lower case"));
    BOOST_TEST(has(fault_of("https://app.example:443"), "own port"));
    BOOST_TEST(has(fault_of("http://app.example:80"), "own port"));
    for (std::string const origin :
        {"https://", "https://a b", "https://user@app.example", "https://*.", "https://.a"})
        BOOST_TEST(has(fault_of(origin), "should name a host"), origin);
    for (std::string const origin : {"https://*", "https://a.*.example", "https://*a.example"})
        BOOST_TEST(has(fault_of(origin), "first label"), origin);
    BOOST_TEST(has(fault_of("*"), "contradiction server.cors.origins.1 should be the only origin"));
}

BOOST_AUTO_TEST_CASE(credentials_for_everybody_are_refused)
{
    cors_settings wanted;
    wanted.origins = {"*"};
    wanted.credentials = true;
    wanted.methods = {"*"};
    wanted.headers = {"a b"};
    auto const found = faults(wanted);
    BOOST_TEST_REQUIRE(found.size() == 3u);
    BOOST_TEST(
        found[0].starts_with("contradiction server.cors.credentials. should be false while origins is"));
    BOOST_TEST(found[1].starts_with("contradiction server.cors.methods.0 should be a name"));
    BOOST_TEST(found[2] == "value_error server.cors.headers.0 should be one name");
    settings whole;
    whole.server.cors = wanted;
    asio::io_context context(1);
    framex::app app(context.get_executor(), whole);
    BOOST_CHECK_THROW(app.prepare(), validation_error);
}

BOOST_AUTO_TEST_SUITE_END()
