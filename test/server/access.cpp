#include "server/sample.hpp"
#include "server/served.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <mutex>

using namespace framex;
using namespace framex::test;

namespace {

/// A record that outlives its call.
struct kept {
    std::string method, route, path, request_id;
    access_record rest;
    explicit kept(access_record const& r)
        : method(r.method), route(r.route), path(r.path), request_id(r.request_id), rest(r)
    {
    }
};

struct kept_error {
    std::string method, route, request_id, what;
    explicit kept_error(error_record const& r)
        : method(r.method), route(r.route), request_id(r.request_id), what(r.what)
    {
    }
};

class sinks {
public:
    void add(access_record const& r)
    {
        std::lock_guard const guard(guard_);
        records_.emplace_back(r);
    }
    void add(error_record const& r)
    {
        std::lock_guard const guard(guard_);
        errors_.emplace_back(r);
    }
    std::size_t size()
    {
        std::lock_guard const guard(guard_);
        return records_.size();
    }
    /// The only record, once it has come.
    kept only()
    {
        BOOST_TEST_REQUIRE(eventually([&] { return size() > 0; }));
        std::lock_guard const guard(guard_);
        BOOST_TEST(records_.size() == 1U);
        return records_.front();
    }
    std::vector<kept_error> errors()
    {
        std::lock_guard const guard(guard_);
        return errors_;
    }

private:
    std::mutex guard_;
    std::vector<kept> records_;
    std::vector<kept_error> errors_;
};

/// Tells what a handler sees of the request's id.
struct teller {
    static inline plugin_metadata const metadata{.name = "teller", .version = "1.0.0"};
    static std::string tell(request asked)
    {
        std::string told = std::to_string(asked.headers.count("X-Request-ID"));
        return told + " " + std::string(asked.headers["X-Request-ID"]);
    }
    static void define(api<teller>& api) { api.get("/tell", &teller::tell); }
};

/// The sample plugin with both sinks.
struct observed : sinks, served<sample> {
    explicit observed(settings configuration = {})
        : served<sample>(std::move(configuration), [this](framex::app& service) {
              service.on_access([this](access_record const& r) { add(r); });
              service.on_error([this](error_record const& r) { add(r); });
          })
    {
    }
};

std::string id_in(std::string const& answer)
{
    std::string_view constexpr name = "X-Request-ID: ";
    auto const at = answer.find(name);
    return at == answer.npos ? std::string()
                             : answer.substr(at + name.size(), answer.find('\r', at) - at - name.size());
}

bool is_new_id(std::string const& id)
{
    return id.size() == 32
        && std::ranges::all_of(id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string ask_with_id(unsigned short port, std::string const& id)
{
    raw_client client(port);
    client.send(
        "GET /api/v1/say HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Request-ID: " + id + "\r\n\r\n");
    return client.to_end();
}

} // namespace

BOOST_AUTO_TEST_SUITE(access_records)

BOOST_AUTO_TEST_CASE(a_value_is_told_with_its_route_status_and_octets)
{
    observed service;
    auto const answer = ask(service.port(), "GET /api/v1/item/7?x=secret");
    auto const one = service.only();
    BOOST_TEST(one.method == "GET");
    BOOST_TEST(one.route == "/api/v1/item/{id}");
    BOOST_TEST(one.path == "/api/v1/item/7");
    BOOST_TEST(one.rest.status == 200);
    BOOST_TEST(one.rest.bytes == answer.size());
    BOOST_TEST(one.rest.duration.count() > 0);
    BOOST_TEST((one.rest.end == request_end::finished));
    BOOST_TEST(!one.rest.stream.has_value());
    BOOST_TEST(one.rest.peer.address().is_loopback());
    BOOST_TEST(one.rest.peer.port() != 0);
    BOOST_TEST(is_new_id(one.request_id));
    BOOST_TEST(one.request_id == id_in(answer));
}

BOOST_AUTO_TEST_CASE(a_path_without_a_route_is_told_as_a_dash)
{
    observed service;
    auto const answer = ask(service.port(), "GET /wp-login.php");
    auto const one = service.only();
    BOOST_TEST(one.route == "-");
    BOOST_TEST(one.rest.status == 404);
    BOOST_TEST(one.request_id == id_in(answer));
}

BOOST_AUTO_TEST_CASE(a_wrong_method_is_told_with_the_route_of_its_path)
{
    observed service;
    ask(service.port(), "DELETE /api/v1/item/7");
    BOOST_TEST(service.only().route == "/api/v1/item/{id}");
    BOOST_TEST(service.only().rest.status == 405);
}

BOOST_AUTO_TEST_CASE(an_invalid_request_is_told_as_422_and_is_no_error)
{
    observed service;
    auto const answer = ask(service.port(), "POST /api/v1/take", R"({"size":"x"})");
    auto const one = service.only();
    BOOST_TEST(one.route == "/api/v1/take");
    BOOST_TEST(one.rest.status == 422);
    BOOST_TEST(one.rest.bytes == answer.size());
    BOOST_TEST(service.errors().size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_hidden_exception_reaches_the_operator_with_the_id_that_the_client_got)
{
    observed service;
    auto const answer = ask(service.port(), "GET /api/v1/fail?kind=other");
    BOOST_TEST(service.only().rest.status == 500);
    BOOST_TEST(!has(answer, "secret"));
    auto const errors = service.errors();
    BOOST_TEST_REQUIRE(errors.size() == 1U);
    BOOST_TEST(errors[0].what == "internal secret");
    BOOST_TEST(errors[0].method == "GET");
    BOOST_TEST(errors[0].route == "/api/v1/fail");
    BOOST_TEST(errors[0].request_id == id_in(answer));
}

BOOST_AUTO_TEST_CASE(what_the_client_may_read_is_no_error)
{
    observed service;
    for (auto const* kind : {"http", "json", "public"})
        ask(service.port(), std::string("GET /api/v1/fail?kind=") + kind);
    BOOST_TEST(eventually([&] { return service.size() == 3; }));
    BOOST_TEST(service.errors().size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_handler_sees_the_id_and_sends_it_on_with_the_request)
{
    sinks seen_here;
    served<teller> service(
        {}, [&](framex::app& app) { app.on_access([&](access_record const& r) { seen_here.add(r); }); });
    auto const told = [&](std::string const& fields) {
        raw_client client(service.port());
        client.send("GET /api/v1/tell HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + fields + "\r\n");
        return client.to_end();
    };
    auto const is_told = [](std::string const& answer) {
        return has(answer, "\"data\":\"1 " + id_in(answer) + "\"}");
    };
    BOOST_TEST(is_told(told("")));
    BOOST_TEST(id_in(told("X-Request-ID: order-7\r\n")) == "order-7");
    BOOST_TEST(is_told(told("X-Request-ID: order-7\r\n")));
    auto const two = told("X-Request-ID: not sane\r\nx-request-id: two\r\n");
    BOOST_TEST(is_new_id(id_in(two)));
    BOOST_TEST(is_told(two));
    std::string most;
    for (int i = 0; i < 98; ++i) // with the two above all that a head may have
        most += "X-N: 1\r\n";
    BOOST_TEST(has(told(most), "\"data\":\"0 \"}"));
}

BOOST_AUTO_TEST_CASE(without_an_access_sink_a_handler_sees_what_the_client_sent)
{
    served<teller> service;
    raw_client client(service.port());
    client.send("GET /api/v1/tell HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Request-ID: a b\r\n\r\n");
    BOOST_TEST(has(client.to_end(), "\"data\":\"1 a b\"}"));
}

BOOST_AUTO_TEST_CASE(errors_are_told_without_an_access_sink_and_then_have_no_id)
{
    sinks seen_here;
    served<sample> service(
        {}, [&](framex::app& app) { app.on_error([&](error_record const& r) { seen_here.add(r); }); });
    auto const answer = ask(service.port(), "GET /api/v1/fail?kind=other");
    BOOST_TEST(!has(answer, "X-Request-ID"));
    auto const errors = seen_here.errors();
    BOOST_TEST_REQUIRE(errors.size() == 1U);
    BOOST_TEST(errors[0].what == "internal secret");
    BOOST_TEST(errors[0].request_id == "");
}

BOOST_AUTO_TEST_CASE(a_stream_is_told_once_with_its_items)
{
    observed service;
    auto const answer = ask(service.port(), "GET /api/v1/events?count=3&ms=1");
    auto const one = service.only();
    BOOST_TEST(one.rest.status == 200);
    BOOST_TEST_REQUIRE(one.rest.stream.has_value());
    BOOST_TEST(one.rest.stream->items == 4U); // three ticks and the finish
    BOOST_TEST_REQUIRE(one.rest.stream->first_item.has_value());
    BOOST_TEST((*one.rest.stream->first_item < one.rest.duration));
    BOOST_TEST(one.rest.bytes == answer.size());
    BOOST_TEST((one.rest.end == request_end::finished));
    BOOST_TEST(one.request_id == id_in(answer));
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_a_stream_is_told_as_one)
{
    observed service;
    {
        raw_client client(service.port());
        client.send("GET /api/v1/events?count=100000&ms=5 HTTP/1.1\r\nHost: a\r\n\r\n");
        client.until("data: 0");
    }
    auto const one = service.only();
    BOOST_TEST((one.rest.end == request_end::client_left));
    BOOST_TEST(one.rest.status == 200);
    BOOST_TEST(one.rest.stream->items >= 1U);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_before_its_answer_has_no_status)
{
    observed service;
    {
        raw_client client(service.port());
        seen().waiting = false;
        client.send("GET /api/v1/wait?ms=20000 HTTP/1.1\r\nHost: a\r\n\r\n");
        BOOST_TEST(eventually([] { return seen().waiting.load(); }));
    }
    auto const one = service.only();
    BOOST_TEST((one.rest.end == request_end::client_left));
    BOOST_TEST(one.rest.status == 0);
    BOOST_TEST(one.route == "/api/v1/wait");
    BOOST_TEST(service.errors().size() == 0U); // its handler was cancelled, which is no fault
}

BOOST_AUTO_TEST_CASE(a_stream_that_the_service_ends_is_told_as_cancelled)
{
    observed service;
    raw_client client(service.port());
    client.send("GET /api/v1/events?count=100000&ms=5 HTTP/1.1\r\nHost: a\r\n\r\n");
    client.until("data: 0");
    service.app().stop(std::chrono::milliseconds(0));
    BOOST_TEST((service.only().rest.end == request_end::cancelled));
}

BOOST_AUTO_TEST_CASE(a_stream_that_throws_is_told_as_an_error)
{
    observed service;
    auto const answer = ask(service.port(), "GET /api/v1/broken_events");
    auto const one = service.only();
    BOOST_TEST((one.rest.end == request_end::error));
    BOOST_TEST(one.rest.stream->items == 1U);
    BOOST_TEST(one.rest.bytes == answer.size());
    BOOST_TEST(service.errors().size() == 0U); // the client read the text of this http_error
}

BOOST_AUTO_TEST_CASE(a_text_stream_that_throws_tells_the_operator_why)
{
    observed service;
    auto const answer = ask(service.port(), "GET /api/v1/broken_text");
    BOOST_TEST((service.only().rest.end == request_end::error));
    BOOST_TEST(service.only().rest.bytes == answer.size());
    auto const errors = service.errors();
    BOOST_TEST_REQUIRE(errors.size() == 1U);
    BOOST_TEST(errors[0].what == "internal secret");
}

BOOST_AUTO_TEST_CASE(a_sane_id_of_the_client_is_kept)
{
    observed service;
    BOOST_TEST(id_in(ask_with_id(service.port(), "order-7_a.b")) == "order-7_a.b");
    BOOST_TEST(service.only().request_id == "order-7_a.b");
}

BOOST_AUTO_TEST_CASE(an_id_that_is_no_token_or_too_long_is_replaced)
{
    observed service;
    BOOST_TEST(is_new_id(id_in(ask_with_id(service.port(), "a b"))));
    BOOST_TEST(is_new_id(id_in(ask_with_id(service.port(), "{\"x\":1}"))));
    BOOST_TEST(is_new_id(id_in(ask_with_id(service.port(), std::string(129, 'a')))));
    BOOST_TEST(id_in(ask_with_id(service.port(), std::string(128, 'a'))) == std::string(128, 'a'));
}

BOOST_AUTO_TEST_CASE(every_request_of_a_connection_has_an_id_of_its_own)
{
    observed service;
    raw_client client(service.port());
    std::string const one = "GET /api/v1/say HTTP/1.1\r\nHost: a\r\n\r\n";
    client.send(one + one);
    auto const first = id_in(client.answer());
    auto const second = id_in(client.answer());
    BOOST_TEST(is_new_id(first));
    BOOST_TEST(is_new_id(second));
    BOOST_TEST(first != second);
    BOOST_TEST(eventually([&] { return service.size() == 2; }));
}

BOOST_AUTO_TEST_CASE(a_head_that_cannot_be_read_is_told_without_method_and_route)
{
    observed service;
    raw_client client(service.port());
    client.send("GET /\x01 HTTP/1.1\r\n\r\n");
    auto const answer = client.to_end();
    auto const one = service.only();
    BOOST_TEST(one.method == "-");
    BOOST_TEST(one.route == "-");
    BOOST_TEST(one.rest.status == 400);
    BOOST_TEST(one.rest.bytes == answer.size());
    BOOST_TEST(one.request_id == id_in(answer));
}

BOOST_AUTO_TEST_CASE(a_body_that_is_refused_is_told_with_its_status)
{
    settings small;
    small.server.limits.body_size = size_setting(8);
    observed service(small);
    ask(service.port(), "POST /api/v1/take", R"({"name":"too long"})");
    BOOST_TEST(service.only().rest.status == 413);
    BOOST_TEST(service.only().route == "/api/v1/take");
}

BOOST_AUTO_TEST_CASE(a_sink_that_throws_harms_nobody)
{
    served<sample> service({}, [](framex::app& app) {
        app.on_access([](access_record const&) { throw std::runtime_error("full"); });
        app.on_error([](error_record const&) { throw std::runtime_error("full"); });
    });
    raw_client client(service.port());
    client.send("GET /api/v1/fail?kind=other HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(has(client.answer(), "500"));
    client.send("GET /api/v1/say HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(has(client.answer(), "200 OK"));
}

BOOST_AUTO_TEST_SUITE_END()
