#include "cli/golden.hpp"
#include "proxy/documents.hpp"

#include <fstream>
#include <iterator>

using namespace framex;
using namespace framex::test::upstream_documents;

namespace {

std::string golden(std::string const& name)
{
    std::ifstream file(test::golden_folder() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string refusal(std::string_view text, import_limits const& limits = {})
{
    try {
        read_document(text, limits);
    } catch (document_error const& error) {
        return error.what();
    }
    return "read";
}

} // namespace

BOOST_AUTO_TEST_SUITE(proxy_document)

BOOST_AUTO_TEST_CASE(every_operation_of_a_fastapi_document_is_read)
{
    auto const made = read_document(fastapi);
    BOOST_TEST(made.skipped.empty());
    BOOST_TEST(made.operations.size() == 11U);
    auto const& get = find(made, "GET", "/api/v1/items/{item_id}");
    BOOST_TEST(get.parameters.size() == 7U);
    auto const& id = parameter(get, "item_id");
    BOOST_TEST(
        (id.in == parameter_in::path && id.required && id.style == parameter_style::simple && !id.explode));
    auto const& tags = parameter(get, "tags");
    BOOST_TEST((tags.in == parameter_in::query && !tags.required && tags.is_list && tags.explode));
    BOOST_TEST(!parameter(get, "q").is_list);
    BOOST_TEST((parameter(get, "x-token").in == parameter_in::header && parameter(get, "x-token").required));
    BOOST_TEST((parameter(get, "session").in == parameter_in::cookie));
    BOOST_TEST((parameter(get, "class").in == parameter_in::query));
    BOOST_TEST((get.body.kind == content_kind::none));
    BOOST_TEST(find(made, "DELETE", "/api/v1/items/{item_id}").parameters.size() == 1U);
    BOOST_TEST(find(made, "GET", "/health").parameters.empty());
}

BOOST_AUTO_TEST_CASE(bodies_of_every_kind_are_told_apart)
{
    auto const made = read_document(fastapi);
    auto const body = [&](char const* method, char const* path) { return find(made, method, path).body; };
    auto const put = body("PUT", "/api/v1/items/{item_id}");
    BOOST_TEST((put.kind == content_kind::json && put.required && put.is_object && !put.is_open));
    BOOST_TEST(put.media_type == "application/json");
    BOOST_TEST(parts_of(find(made, "PUT", "/api/v1/items/{item_id}")) == "name!, price, shade, parts[]");
    BOOST_TEST((body("POST", "/api/v1/upload").kind == content_kind::multipart));
    BOOST_TEST(parts_of(find(made, "POST", "/api/v1/upload")) == "file! file, more file[], note");
    BOOST_TEST((body("POST", "/api/v1/login").kind == content_kind::urlencoded));
    BOOST_TEST(parts_of(find(made, "POST", "/api/v1/login")) == "username!, scopes[]");
    auto const ids = body("POST", "/api/v1/ids");
    BOOST_TEST((ids.kind == content_kind::json && !ids.is_object && !ids.is_open));
    auto const any = body("POST", "/api/v1/any");
    BOOST_TEST((any.kind == content_kind::json && !any.is_object && any.is_open && !any.required));
    auto const values = body("PATCH", "/api/v1/settings");
    BOOST_TEST((values.is_object && values.is_open && values.parts.empty()));
    auto const blob = body("PUT", "/api/v1/blob");
    BOOST_TEST((blob.kind == content_kind::octets && blob.media_type == "application/octet-stream"));
    auto const chat = body("POST", "/api/v1/chat");
    BOOST_TEST((chat.is_object && !chat.required));
    BOOST_TEST(parts_of(find(made, "POST", "/api/v1/chat")) == "prompt!, default, next");
}

BOOST_AUTO_TEST_CASE(streams_are_told_by_the_content_of_a_success)
{
    auto const made = read_document(fastapi);
    for (auto const& each : made.operations)
        BOOST_TEST(each.streams == (each.path == "/api/v1/chat"), each.path);
    auto const streams = [](std::string const& status, std::string const& media) {
        auto const odd = read_between(
            R"("/x":{"get":{"responses":{")" + status + R"(":{"content":{")" + media + R"(":{}}}}}})");
        return find(odd, "GET", "/x").streams;
    };
    for (auto const* media : {"text/event-stream", "application/x-ndjson", "Application/JSON-Seq"})
        for (auto const* status : {"200", "201", "2XX"})
            BOOST_TEST(streams(status, media), media << " " << status);
    BOOST_TEST(!streams("200", "text/plain"));
    BOOST_TEST(!streams("400", "text/event-stream"));
    BOOST_TEST(!streams("default", "text/event-stream"));
}

BOOST_AUTO_TEST_CASE(what_is_shown_stands_by_itself)
{
    auto const made = read_document(fastapi);
    auto const& shown = find(made, "GET", "/api/v1/items/{item_id}").shown;
    BOOST_TEST(shown.at("operationId") == "route_handler_api_v1_items__item_id__get");
    BOOST_TEST(shown.at("summary") == "Read Item");
    BOOST_TEST(shown.at("description") == "One item.");
    for (auto const* left_out : {"tags", "security", "deprecated"})
        BOOST_TEST(!shown.contains(left_out), left_out);
    BOOST_TEST(shown.at("parameters").as_array().size() == 7U);
    BOOST_TEST(text(shown.at("parameters").at(3).at("schema"))
        == R"({"$ref":"#/components/schemas/Shade","default":"dark"})");
    BOOST_TEST(text(shown.at("responses").at("200").at("content").at("application/json").at("schema"))
        == R"({"$ref":"#/components/schemas/Item"})");
    BOOST_TEST(find(made, "DELETE", "/api/v1/items/{item_id}").shown.at("deprecated") == true);
    std::string names;
    for (auto const& each : made.schemas)
        names += std::string(each.key()) + " ";
    BOOST_TEST(names
        == "Body_login_api_v1_login_post Body_upload_api_v1_upload_post Chat HTTPValidationError Item "
           "Part Shade ValidationError ");
}

BOOST_AUTO_TEST_CASE(a_document_of_framex_itself_is_read_whole)
{
    auto const made = read_document(golden("openapi.json"));
    BOOST_TEST(made.skipped.empty());
    BOOST_TEST(made.operations.size() > 15U);
    BOOST_TEST(find(made, "GET", "/api/v1/lab/stream").streams);
    BOOST_TEST(find(made, "GET", "/api/v1/lab/lines").streams);
    BOOST_TEST((find(made, "POST", "/api/v1/lab/upload").body.kind == content_kind::multipart));
    auto const& item = find(made, "GET", "/api/v1/lab/item/{item_id}");
    BOOST_TEST(parameter(item, "item_id").required);
    BOOST_TEST(item.shown.at("operationId") == "route_handler_api_v1_lab_item__item_id__get");
}

BOOST_AUTO_TEST_CASE(a_text_that_is_no_such_document_is_refused_with_the_reason)
{
    std::pair<char const*, char const*> const wrong[] = {{"", "is no JSON"}, {"<html>", "is no JSON"},
        {"{\"openapi\":\"3.1.0\"", "at octet 18"}, {"[]", "it has no version `openapi`"},
        {"{}", "it has no version `openapi`"}, {"{\"openapi\":3}", "it has no version `openapi`"},
        {"{\"swagger\":\"2.0\",\"paths\":{}}", "is one of Swagger 2.0, and OpenAPI 3.x is wanted"},
        {"{\"openapi\":\"4.0.0\"}", "is one of OpenAPI \"4.0.0\", and 3.x is wanted"},
        {"{\"openapi\":\"3.1.0\",\"paths\":[]}", "its paths are no object"}};
    for (auto const& [document, words] : wrong)
        BOOST_TEST(refusal(document).find(words) != std::string::npos, document << ": " << refusal(document));
    BOOST_TEST(read_document("{\"openapi\":\"3.1.0\"}").operations.empty());
}

BOOST_AUTO_TEST_CASE(limits_refuse_the_document_as_a_whole)
{
    import_limits limits;
    limits.octets = fastapi.size();
    BOOST_TEST(refusal(fastapi, limits) == "read");
    limits.octets -= 1;
    BOOST_TEST(refusal(fastapi, limits) == "has more than " + std::to_string(limits.octets) + " octets");
    limits = {};
    limits.operations = 11;
    BOOST_TEST(refusal(fastapi, limits) == "read");
    limits.operations = 10;
    BOOST_TEST(refusal(fastapi, limits) == "has more than 10 operations");
    limits = {};
    limits.depth = 8;
    BOOST_TEST(refusal(fastapi, limits).starts_with("is no JSON: "));
    std::string const deep = document_of(R"("/x":)" + std::string(100, '[') + std::string(100, ']'));
    BOOST_TEST(refusal(deep).starts_with("is no JSON: "), refusal(deep));
}

BOOST_AUTO_TEST_CASE(a_document_cut_anywhere_is_an_error)
{
    auto const own = golden("openapi.json");
    for (std::string_view const whole : {fastapi, std::string_view(own)})
        for (std::size_t size = 0; size + 2 < whole.size(); size += 97)
            BOOST_TEST(refusal(whole.substr(0, size)).starts_with("is no JSON"), size);
}

BOOST_AUTO_TEST_SUITE_END()
