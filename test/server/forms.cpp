// Typed forms and the limits of bodies and heads, through real sockets.
#include "http/spool_files.hpp"
#include "sample.hpp"
#include "served.hpp"

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;

namespace {

struct profile_form {
    std::string name;
    std::optional<int> age;
    upload picture;
};
BOOST_DESCRIBE_STRUCT(profile_form, (), (name, age, picture))

struct desk {
    static inline plugin_metadata const metadata{.name = "desk", .version = "1.0.0"};

    awaitable<std::string> store(profile_form form)
    {
        co_return form.name + " " + form.picture.filename() + " " + std::to_string(form.picture.size());
    }
    std::string plain(profile_form form) { return form.name; }
    async_generator<sse_event> echo(profile_form form)
    {
        while (auto piece = co_await form.picture.next())
            co_yield sse_event("piece", std::to_string(piece->size()));
    }
    awaitable<std::string> hold(profile_form form)
    {
        unwinding here;
        seen().waiting = true;
        co_await sleep_for(1min);
        co_return form.name;
    }
    awaitable<json::value> nested(json::value body) { co_return body; }
    awaitable<std::string> path(request incoming)
    {
        co_return std::string(incoming.path_value("name").value_or("none"));
    }

    static void define(api<desk>& api)
    {
        api.post("/store", &desk::store, arg("form"));
        api.post("/plain", &desk::plain, arg("form"));
        api.post("/echo", &desk::echo, arg("form"));
        api.post("/hold", &desk::hold, arg("form"));
        api.post("/nested", &desk::nested, arg("body"));
        api.get("/path/{name}", &desk::path);
    }
};

std::string field_part(std::string const& name, std::string const& text)
{
    return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + text + "\r\n";
}
std::string file_part(std::string const& filename, std::string const& content)
{
    return "--B\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"" + filename + "\"\r\n\r\n"
        + content + "\r\n";
}
std::string const form_end = "--B--\r\n";

std::string form_head(std::string_view path, std::string const& framing)
{
    return "POST /api/v1/" + std::string(path)
        + " HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=B\r\n" + framing + "\r\n\r\n";
}
std::string form_request(std::string_view path, std::string const& body)
{
    return form_head(path, "Content-Length: " + std::to_string(body.size())) + body;
}

} // namespace

BOOST_AUTO_TEST_SUITE(forms)

BOOST_AUTO_TEST_CASE(a_typed_form_arrives_split_at_every_octet)
{
    served<desk> service;
    auto const request =
        form_request("store", field_part("name", "Ada") + file_part("dir\\a.png", "PNG") + form_end);
    raw_client client(service.port());
    for (std::size_t at = 1; at < request.size(); ++at) {
        client.send(request.substr(0, at));
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        client.send(request.substr(at));
        auto const reply = client.answer();
        BOOST_REQUIRE_MESSAGE(has(reply, "\"data\":\"Ada a.png 3\"}"), at << ": " << reply);
    }
}

BOOST_AUTO_TEST_CASE(a_form_with_faults_is_422_with_all_of_them_and_the_connection_lives_on)
{
    served<desk> service;
    raw_client client(service.port());
    client.send(form_request("store", field_part("age", "old") + field_part("picture", "none") + form_end));
    auto const reply = client.answer();
    BOOST_TEST(reply.starts_with("HTTP/1.1 422 "));
    for (auto const* part :
        {R"("type":"missing","loc":["body","name"])", R"("type":"int_parsing","loc":["body","age"])",
            R"("type":"value_error","loc":["body","picture"])"})
        BOOST_TEST(has(reply, part), reply);
    client.send(form_request("plain", field_part("name", "Bob") + file_part("b", "") + form_end));
    BOOST_TEST(has(client.answer(), "\"data\":\"Bob\"}"));
}

BOOST_AUTO_TEST_CASE(a_large_file_comes_in_chunks_and_goes_out_as_a_stream)
{
    served<desk> service;
    raw_client client(service.port());
    client.send(form_head("echo", "Transfer-Encoding: chunked\r\nExpect: 100-continue"));
    BOOST_TEST(client.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    auto const body =
        field_part("name", "x") + file_part("large", std::string(3 * upload_memory, 'l')) + form_end;
    for (std::size_t at = 0; at < body.size(); at += 70000) {
        auto const piece = body.substr(at, 70000);
        char size[16];
        std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
        client.send(size + piece + "\r\n");
    }
    client.send("0\r\n\r\n");
    auto const events = client.until("\r\n0\r\n\r\n");
    std::size_t pieces = 0;
    for (auto at = events.find("data: 65536\n"); at != events.npos; at = events.find("data: 65536\n", at + 1))
        ++pieces;
    BOOST_TEST(pieces == 3 * upload_memory / 65536);
    client.send("GET /api/v1/path/next HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(has(client.answer(), "\"data\":\"next\"}"));
    BOOST_TEST(spool_files() == 0);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_takes_its_temporary_file_along)
{
    served<desk> service;
    auto const body =
        field_part("name", "x") + file_part("large", std::string(2 * upload_memory, 'l')) + form_end;
    {
        raw_client client(service.port()); // in the middle of the file
        client.send(form_head("store", "Content-Length: " + std::to_string(body.size())));
        client.send(std::string_view(body).substr(0, body.size() - upload_memory / 2));
        BOOST_TEST(eventually([] { return spool_files() == 1; }));
    }
    BOOST_TEST(eventually([] { return spool_files() == 0; }));
    int const before = seen().unwound;
    seen().waiting = false;
    {
        raw_client client(service.port()); // while the handler works
        client.send(form_request("hold", body));
        BOOST_TEST(eventually([] { return seen().waiting.load(); }));
        BOOST_TEST(spool_files() == 1);
    }
    BOOST_TEST(eventually([&] { return seen().unwound == before + 1; }));
    BOOST_TEST(eventually([] { return spool_files() == 0; }));
}

BOOST_AUTO_TEST_CASE(settings_bound_the_parts_of_typed_forms_and_of_readers)
{
    settings configuration;
    auto& limits = configuration.server.limits;
    limits.multipart_parts = 2;
    limits.multipart_field_size = size_setting(10);
    limits.multipart_file_size = size_setting(20);
    served<desk, sample> service(configuration);
    auto const status = [&](char const* path, std::string const& parts) {
        raw_client client(service.port());
        client.send(form_request(path, parts + form_end));
        return client.answer().substr(9, 3);
    };
    std::string const name = field_part("name", "0123456789"), file = file_part("f", std::string(20, 'f'));
    for (auto const* path : {"store", "upload"}) {
        BOOST_TEST(status(path, name + file) == "200", path);
        BOOST_TEST(status(path, name + file + field_part("a", "a")) == "413", path);
        BOOST_TEST(status(path, field_part("name", "0123456789+") + file) == "413", path);
        BOOST_TEST(status(path, name + file_part("f", std::string(21, 'f'))) == "413", path);
    }
}

BOOST_AUTO_TEST_CASE(a_setting_bounds_a_form_that_is_kept_whole)
{
    settings configuration;
    configuration.server.limits.multipart_size = size_setting(1000);
    served<desk, sample> service(configuration);
    auto const large = file_part("f", std::string(1000, 'f'));
    raw_client small(service.port());
    small.send(form_request("store", field_part("name", "x") + file_part("f", "f") + form_end));
    BOOST_TEST(small.answer().starts_with("HTTP/1.1 200 "));

    raw_client announced(service.port());
    announced.send(form_request("store", large + form_end));
    auto const refused = announced.answer();
    BOOST_TEST(refused.starts_with("HTTP/1.1 413 "));
    BOOST_TEST(has(refused, "the body is larger than 1000 B"));

    raw_client chunked(service.port());
    auto const head = form_request("store", "");
    chunked.send(head.substr(0, head.find("Content-Length")) + "Transfer-Encoding: chunked\r\n\r\n");
    chunked.send("190\r\n" + large.substr(0, 400) + "\r\n");
    chunked.send("259\r\n");
    auto const cut = chunked.to_end();
    BOOST_TEST(cut.starts_with("HTTP/1.1 413 "));
    BOOST_TEST(has(cut, "the body is larger than 1000 B"));

    raw_client pulled(service.port()); // its handler keeps nothing
    pulled.send(form_request("upload", large + form_end));
    BOOST_TEST(pulled.answer().starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(a_file_size_of_zero_is_no_limit)
{
    settings configuration;
    BOOST_TEST(configuration.server.limits.multipart_file_size.bytes == 0U);
    configuration.server.limits.multipart_size = size_setting();
    configuration.server.limits.body_size = size_setting(1000); // of JSON bodies
    served<desk> service(configuration);
    raw_client client(service.port());
    client.send(form_request(
        "store", field_part("name", "x") + file_part("f", std::string(100'000, 'f')) + form_end));
    BOOST_TEST(has(client.answer(), "\"data\":\"x f 100000\"}"));
}

BOOST_AUTO_TEST_CASE(settings_bound_the_depth_of_json_bodies)
{
    settings configuration;
    configuration.server.limits.json_depth = 2;
    served<desk> service(configuration);
    BOOST_TEST(has(ask(service.port(), "POST /api/v1/nested", R"({"a":[1]})"), R"("data":{"a":[1]}})"));
    auto const refused = ask(service.port(), "POST /api/v1/nested", R"({"a":[{}]})");
    BOOST_TEST(refused.starts_with("HTTP/1.1 422 "));
    BOOST_TEST(has(refused, R"("msg":"JSON decode error")"));
    BOOST_TEST(has(refused, R"("ctx":{"error":"Nested deeper than 2 levels"})"));
}

BOOST_AUTO_TEST_CASE(a_head_may_be_allowed_more_than_any_head_has)
{
    settings configuration;
    configuration.server.limits.head_size = size_setting(std::uint64_t{1} << 32);
    configuration.server.limits.target_size = size_setting((std::uint64_t{1} << 32) + 5);
    served<desk> service(configuration);
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/path/long"), "\"data\":\"long\"}"));
}

BOOST_AUTO_TEST_CASE(a_request_has_its_path_parameters_decoded)
{
    served<desk> service;
    BOOST_TEST(has(ask(service.port(), "GET /api/v1/path/a%2Fb%25"), "\"data\":\"a/b%\"}"));
}

BOOST_AUTO_TEST_SUITE_END()
