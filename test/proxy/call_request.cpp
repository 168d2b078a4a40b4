#include "proxy/call_request.hpp"

#include "proxy/documents.hpp"

#include <framex/plugin/call.hpp>

#include <boost/json/parse.hpp>

using namespace framex;
using namespace framex::test::upstream_documents;

namespace {

imported_document const& shop()
{
    static auto const made = read_document(fastapi);
    return made;
}

call_request call(operation const& target, char const* arguments)
{
    return request_of(target, json::parse(arguments).as_object());
}

call_request call(char const* method, char const* path, char const* arguments)
{
    return call(find(shop(), method, path), arguments);
}

/// The whole message, and that its issues name the same arguments.
std::string refusal(operation const& target, char const* arguments)
{
    try {
        call(target, arguments);
    } catch (call_error const& error) {
        for (auto const& one : error.issues())
            BOOST_TEST(
                std::string(error.what()).find(std::get<std::string>(one.loc.at(0))) != std::string::npos);
        BOOST_TEST(!error.issues().empty());
        return error.what();
    }
    return "sent";
}

std::string refusal(char const* method, char const* path, char const* arguments)
{
    return refusal(find(shop(), method, path), arguments);
}

/// An operation of one path and these parameters.
operation with(std::string const& path, std::string const& parameters)
{
    auto const made =
        read_document(document_of("\"" + path + R"(":{"get":{"parameters":[)" + parameters + "]}}"));
    BOOST_TEST_REQUIRE(made.operations.size() == 1U);
    return made.operations.front();
}

std::string form_of(call_request const& made)
{
    std::string text;
    BOOST_TEST_REQUIRE(made.form.has_value());
    for (auto const& part : *made.form) {
        text += (text.empty() ? "" : "; ") + part.name + "=" + part.content;
        if (part.file)
            text += " (" + part.file->filename + ", " + part.file->content_type + ")";
    }
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(proxy_call_request)

BOOST_AUTO_TEST_CASE(arguments_go_to_path_query_header_and_cookie)
{
    auto const made = call("GET", "/api/v1/items/{item_id}",
        R"({"item_id": 7, "q": null, "tags": ["a b", "c"], "shade": "light", "x-token": "t k", "class": "x&y", "session": "s=1"})");
    BOOST_TEST(made.target == "/api/v1/items/7?tags=a%20b&tags=c&shade=light&class=x%26y");
    BOOST_TEST_REQUIRE(made.headers.size() == 1U);
    BOOST_TEST(made.headers[0].first == "x-token");
    BOOST_TEST(made.headers[0].second == "t k");
    BOOST_TEST(made.cookie == "session=s=1");
    BOOST_TEST((made.body.empty() && made.content_type.empty() && !made.form));
    BOOST_TEST(
        call("DELETE", "/api/v1/items/{item_id}", R"({"item_id": "a/b"})").target == "/api/v1/items/a%2Fb");
    BOOST_TEST(call("GET", "/health", "{}").target == "/health");
}

BOOST_AUTO_TEST_CASE(one_object_that_is_no_property_is_the_body)
{
    auto const made =
        call("PUT", "/api/v1/items/{item_id}", R"({"item_id": 1, "model": {"name": "n", "more": [1.5]}})");
    BOOST_TEST(made.body == R"({"name":"n","more":[1.5]})");
    BOOST_TEST(made.content_type == "application/json");
    BOOST_TEST(call("POST", "/api/v1/ids", R"({"whatever": [1, 2]})").body == "[1,2]");
    BOOST_TEST(call("POST", "/api/v1/ids", R"({"whatever": {}})").body == "{}");
    BOOST_TEST(call("POST", "/api/v1/any", R"({"x": 5})").body == "5");
    BOOST_TEST(call("POST", "/api/v1/any", R"({"x": null})").body == "null");
    BOOST_TEST(call("PATCH", "/api/v1/settings", R"({"values": {"a": 1}})").body == R"({"a":1})");
}

BOOST_AUTO_TEST_CASE(other_arguments_are_the_properties_of_the_body)
{
    BOOST_TEST(call("PUT", "/api/v1/items/{item_id}", R"({"name": "n", "item_id": 1, "price": 2.0})").body
        == R"({"name":"n","price":2.0})");
    BOOST_TEST(
        call("PUT", "/api/v1/items/{item_id}", R"({"item_id": 1, "name": null})").body == R"({"name":null})");
    BOOST_TEST(call("PATCH", "/api/v1/settings", R"({"a": 1})").body == R"({"a":1})");
    BOOST_TEST(call("POST", "/api/v1/any", R"({"a": 1, "b": 2})").body == R"({"a":1,"b":2})");
}

BOOST_AUTO_TEST_CASE(a_body_may_be_absent_when_nothing_of_it_is_required)
{
    auto const made = call("POST", "/api/v1/chat", "{}");
    BOOST_TEST((made.body.empty() && made.content_type.empty()));
    BOOST_TEST(call("PATCH", "/api/v1/settings", "{}").body == "{}");
    BOOST_TEST(call("POST", "/api/v1/any", "{}").content_type.empty());
}

BOOST_AUTO_TEST_CASE(forms_are_made_of_parts)
{
    auto const login = call("POST", "/api/v1/login", R"({"username": "a&b c", "scopes": ["x", "y"]})");
    BOOST_TEST(login.body == "username=a%26b%20c&scopes=x&scopes=y");
    BOOST_TEST(login.content_type == "application/x-www-form-urlencoded");
    BOOST_TEST(call("POST", "/api/v1/login", R"({"form": {"username": "u"}})").body == "username=u");

    auto const upload = call("POST", "/api/v1/upload",
        R"({"file": "text", "more": [{"filename": "a.png", "content": "A", "content_type": "image/png"}, "B"], "note": 5})");
    BOOST_TEST(form_of(upload)
        == "file=text (file, application/octet-stream); more=A (a.png, image/png); "
           "more=B (more, application/octet-stream); note=5");
    BOOST_TEST((upload.body.empty() && upload.content_type.empty()));
    BOOST_TEST(form_of(call("POST", "/api/v1/upload", R"({"model": {"file": "x", "note": null}})"))
        == "file=x (file, application/octet-stream)");
}

BOOST_AUTO_TEST_CASE(octets_are_one_text)
{
    auto const made = call("PUT", "/api/v1/blob", R"({"data": "\u0001\u0002"})");
    BOOST_TEST(made.body == "\x01\x02");
    BOOST_TEST(made.content_type == "application/octet-stream");
    BOOST_TEST(
        refusal("PUT", "/api/v1/blob", "{}") == "PUT /api/v1/blob cannot be called so: body is missing");
    BOOST_TEST(refusal("PUT", "/api/v1/blob", R"({"a": 5})")
        == "PUT /api/v1/blob cannot be called so: a is the body, which is a text");
    BOOST_TEST(refusal("PUT", "/api/v1/blob", R"({"a": "x", "b": "y"})")
        == "PUT /api/v1/blob cannot be called so: a is one of several, and the body is one text, b is one of "
           "several, "
           "and the body is one text");
}

BOOST_AUTO_TEST_CASE(everything_missing_and_unknown_is_told_at_once)
{
    BOOST_TEST(refusal("PUT", "/api/v1/items/{item_id}", R"({"nam": "x", "y": 1})")
        == "PUT /api/v1/items/{item_id} cannot be called so: item_id is missing, name is missing, nam is "
           "unknown (did "
           "you mean name?), y is unknown");
    BOOST_TEST(refusal("PUT", "/api/v1/items/{item_id}", R"({"item_id": 1, "nam": "x"})")
        == "PUT /api/v1/items/{item_id} cannot be called so: name is missing, nam is unknown (did you mean "
           "name?)");
    BOOST_TEST(refusal("GET", "/api/v1/items/{item_id}", R"({"item_id": null, "xtoken": "t"})")
        == "GET /api/v1/items/{item_id} cannot be called so: item_id is missing, x-token is missing, xtoken "
           "is unknown "
           "(did you mean x-token?)");
    BOOST_TEST(refusal("POST", "/api/v1/upload", R"({"notes": "x"})")
        == "POST /api/v1/upload cannot be called so: file is missing, notes is unknown (did you mean note?)");
    BOOST_TEST(
        refusal("POST", "/api/v1/ids", "{}") == "POST /api/v1/ids cannot be called so: body is missing");
    BOOST_TEST(refusal("GET", "/health", R"({"a": {}})") == "GET /health cannot be called so: a is unknown");
    BOOST_TEST(refusal("POST", "/api/v1/upload", R"({"file": 5})")
        == "POST /api/v1/upload cannot be called so: file is a file: give a text, or an object of filename, "
           "content "
           "and content_type");
}

BOOST_AUTO_TEST_CASE(a_value_cannot_lead_to_another_path_or_field)
{
    auto const target = with("/a/{id}/b", "");
    for (auto const* dots : {R"({"id": ".."})", R"({"id": "."})"})
        BOOST_TEST(refusal(target, dots).find("which would lead to another path") != std::string::npos, dots);
    BOOST_TEST(refusal(target, R"({"id": ""})").find("id is empty") != std::string::npos);
    BOOST_TEST(call(target, R"({"id": "../x"})").target == "/a/..%2Fx/b");
    BOOST_TEST(call(target, R"({"id": "..."})").target == "/a/.../b");
    BOOST_TEST(call(target, R"({"id": "%2e%2e"})").target == "/a/%252e%252e/b");
    auto const rest = with("/files/{rest:path}", "");
    BOOST_TEST(call(rest, R"({"rest": "a b/c"})").target == "/files/a%20b/c");
    BOOST_TEST(call(rest, R"({"rest": ""})").target == "/files/");
    BOOST_TEST(refusal(rest, R"({"rest": "a/../c"})").find("another path") != std::string::npos);
    auto const field = with("/a", R"({"name":"x-a","in":"header"})");
    BOOST_TEST(
        refusal(field, R"({"x-a": "1\r\nx-b: 2"})").find("x-a is no value that a header field can hold")
        != std::string::npos);
    BOOST_TEST(call(field, R"({"x-a": ""})").headers.size() == 1U);
    BOOST_TEST(call(with("/caf\xc3\xa9 x/{id}", ""), R"({"id": 1})").target == "/caf%C3%A9%20x/1");
}

BOOST_AUTO_TEST_CASE(one_argument_serves_every_parameter_of_its_name)
{
    auto const target =
        with("/a/{id}", R"({"name":"id","in":"query"},{"name":"id","in":"cookie","required":true})");
    auto const made = call(target, R"({"id": 5})");
    BOOST_TEST(made.target == "/a/5?id=5");
    BOOST_TEST(made.cookie == "id=5");
}

BOOST_AUTO_TEST_SUITE_END()
