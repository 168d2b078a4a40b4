// What the document says of one operation.
#include "server/document_lab.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace framex;
using namespace framex::test::document_lab;

BOOST_AUTO_TEST_SUITE(openapi_operations)

BOOST_AUTO_TEST_CASE(streams_are_described_by_their_media_type)
{
    auto table = routes();
    table.push_back(answering(at("GET", "/api/v1/lab/csv"), answer_kind::chunked));
    table.back().media_type = "text/csv";
    auto const made = document(table);
    auto const media = [&](char const* path) {
        auto const ok = operation(made, path, "get").at("responses").as_object().at("200").as_object();
        return std::string(ok.at("content").as_object().begin()->key());
    };
    BOOST_TEST(media("/api/v1/lab/stream") == "text/event-stream");
    BOOST_TEST(media("/api/v1/lab/text") == "text/plain");
    BOOST_TEST(media("/api/v1/lab/csv") == "text/csv");
    BOOST_TEST(media("/api/v1/lab/lines") == "application/x-ndjson");
    BOOST_TEST(media("/lab/files/{rest}") == "*/*");
}

BOOST_AUTO_TEST_CASE(streams_link_to_the_stream_console)
{
    auto const made =
        document({answering(at("GET", "/api/v1/s/{a b}"), answer_kind::sse), at("GET", "/api/v1/p")});
    BOOST_TEST(text(operation(made, "/api/v1/s/{a b}", "get").at("description"))
        == R"x("[Watch this stream](docs/stream?method=GET&path=/api/v1/s/%7Ba%20b%7D)")x");
    BOOST_TEST(!operation(made, "/api/v1/p", "get").contains("description"));
}

BOOST_AUTO_TEST_CASE(invalid_requests_are_described_only_where_they_can_happen)
{
    auto const has_422 = [&](route const& entry) {
        auto const made = document({entry});
        return text(operation(made, "/api/v1/x/{p}", "get").at("responses")).find("\"422\"")
            != std::string::npos;
    };
    auto const x = at("GET", "/api/v1/x/{p}");
    BOOST_TEST(!has_422(x));
    BOOST_TEST(!has_422(with(x, of<std::string>("p", parameter_place::path))));
    BOOST_TEST(!has_422(with(x, of<std::string>("q", parameter_place::query, "\"a\""))));
    BOOST_TEST(!has_422(with(x, of<std::optional<std::string>>("q"))));
    BOOST_TEST(has_422(with(x, of<std::string>("q"))));
    BOOST_TEST(has_422(with(x, of<int>("p", parameter_place::path))));
    BOOST_TEST(has_422(with(x, of<std::optional<int>>("q"))));
    BOOST_TEST(has_422(with(x, of<colour>("p", parameter_place::path))));
}

BOOST_AUTO_TEST_CASE(errors_have_the_shape_of_their_path)
{
    auto const made = document({at("GET", "/api/v1/a/{b}"), at("GET", "/a")});
    auto const inside = operation(made, "/api/v1/a/{b}", "get").at("responses").as_object();
    for (char const* status : {"404", "500", "default"})
        BOOST_TEST(text(inside.at(status)).find("schemas/ErrorEnvelope\"") != std::string::npos);
    auto const outside = operation(made, "/a", "get").at("responses").as_object();
    BOOST_TEST(!outside.contains("404"));
    BOOST_TEST(text(outside.at("500")).find("schemas/Error\"") != std::string::npos);
    BOOST_TEST(text(schema_in(made, "Error")).find("is_middleware_error") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(errors_sent_as_200_are_described_as_200)
{
    auto about = info();
    about.errors_as_200 = true;
    auto const made = document(routes(), about);
    auto const answers = operation(made, "/api/v1/lab/model", "post").at("responses").as_object();
    BOOST_TEST(!answers.contains("401"));
    BOOST_TEST(!answers.contains("default"));
    BOOST_TEST(answers.contains("422"));
    BOOST_TEST(answers.contains("500"));
    BOOST_TEST(text(answers.at("200"))
                   .find(R"("anyOf":[{"$ref":"#/components/schemas/Envelope_item"},)"
                         R"({"$ref":"#/components/schemas/ErrorEnvelope"}])")
        != std::string::npos);
    auto const plain = operation(made, "/lab/plain", "get").at("responses").as_object();
    BOOST_TEST(plain.contains("default"));
}

BOOST_AUTO_TEST_CASE(keys_are_described_only_where_they_are_wanted)
{
    auto const made = document(routes());
    BOOST_TEST(text(operation(made, "/api/v1/lab/model", "post").at("security")) == R"([{"key":[]}])");
    BOOST_TEST(operation(made, "/api/v1/lab/model", "post").at("responses").as_object().contains("401"));
    BOOST_TEST(!operation(made, "/api/v1/echo", "get").contains("security"));
    BOOST_TEST(made.at("components").as_object().contains("securitySchemes"));
    auto open = info();
    open.needs_key = nullptr;
    BOOST_TEST(!document(routes(), open).at("components").as_object().contains("securitySchemes"));
}

BOOST_AUTO_TEST_CASE(parameters_have_plain_types_titles_and_defaults)
{
    auto const made = document(routes());
    auto const first = [&](char const* path) {
        return text(operation(made, path, "get").at("parameters").as_array().at(0));
    };
    BOOST_TEST(first("/api/v1/echo")
        == R"({"name":"message","in":"query","required":true,"schema":{"type":"string","title":"Message"}})");
    BOOST_TEST(first("/api/v1/lab/item/{item_id}")
        == R"({"name":"item_id","in":"path","required":true,"schema":{"type":"integer","title":"Item Id"}})");
    BOOST_TEST(first("/api/v1/lab/defaulted")
        == R"({"name":"limit","in":"query","required":false,"schema":{"type":"integer","title":"Limit","default":10}})");
    BOOST_TEST(first("/api/v1/lab/colour").find(R"("type":"string")") != std::string::npos);
    BOOST_TEST(first("/api/v1/lab/colour").find(R"("enum":["red","blue"])") != std::string::npos);
    BOOST_TEST(first("/api/v1/lab/nullable").find(R"("required":false)") != std::string::npos);
    BOOST_TEST(
        first("/lab/files/{rest}").find(R"("name":"rest","in":"path","required":true)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(bodies_are_always_references)
{
    auto const made = document(routes());
    auto const body = [&](char const* path, char const* method, char const* media) {
        auto const found = operation(made, path, method).at("requestBody").as_object();
        return text(found.at("content").as_object().at(media).as_object().at("schema"))
            + text(found.at("required"));
    };
    std::string const place = R"({"$ref":"#/components/schemas/)";
    BOOST_TEST(body("/api/v1/lab/model", "post", "application/json") == place + "item\"}true");
    BOOST_TEST(body("/api/v1/lab/list_body", "post", "application/json")
        == place + "Body_route_handler_api_v1_lab_list_body_post\"}true");
    BOOST_TEST(body("/api/v1/lab/tree", "put", "application/json") == place + "tree\"}false");
    BOOST_TEST(body("/api/v1/lab/upload", "post", "multipart/form-data")
        == place + "Body_route_handler_api_v1_lab_upload_post\"}true");
    BOOST_TEST(body("/api/v1/lab/whole", "post", "*/*") == "{}false");
    BOOST_TEST(text(schema_in(made, "Body_route_handler_api_v1_lab_list_body_post"))
        == R"({"items":{"type":"integer"},"type":"array","title":"Ids"})");
}

BOOST_AUTO_TEST_CASE(a_form_is_a_multipart_body_with_files_fields_and_enums_in_place)
{
    auto table = routes();
    table.push_back(at("POST", "/api/v1/lab/form"));
    table.back().body = body_kind::multipart;
    parameter form;
    form.name = "form";
    form.place = parameter_place::body;
    form.schema = &form_schema_of<shop::photo>;
    table.back().parameters.push_back(form);
    auto const made = document(table);
    auto const body = operation(made, "/api/v1/lab/form", "post").at("requestBody");
    BOOST_TEST(text(body)
        == R"({"content":{"multipart/form-data":{"schema":{"$ref":"#/components/schemas/photo"}}},"required":true})");
    auto const& schema = schema_in(made, "photo").as_object();
    BOOST_TEST(text(schema.at("required")) == R"(["title","files"])");
    auto const& members = schema.at("properties").as_object();
    BOOST_TEST(text(members.at("files").as_object().at("items"))
        == R"({"type":"string","format":"binary","contentMediaType":"application/octet-stream"})");
    BOOST_TEST(text(members.at("shade")) == R"({"type":"string","enum":["red","blue"],"title":"colour"})");
    BOOST_TEST(operation(made, "/api/v1/lab/form", "post").at("responses").as_object().contains("422"));
}

BOOST_AUTO_TEST_CASE(request_models_are_readable_for_importers)
{
    auto const made = document(routes());
    auto const& members = schema_in(made, "item").as_object().at("properties").as_object();
    auto const& shade = members.at("shade").as_object();
    BOOST_TEST(text(shade.at("enum")) == R"(["red","blue"])");
    BOOST_TEST(text(shade.at("default")) == R"("red")");
    BOOST_TEST(!shade.contains("$ref"));
    BOOST_TEST(text(members.at("shades")).find(R"("items":{"type":"string","enum")") != std::string::npos);
    BOOST_TEST(members.at("extra").as_object().at("anyOf").as_array().size() == 7u);
    auto const& children = schema_in(made, "tree").as_object().at("properties").as_object().at("children");
    BOOST_TEST(text(children.as_object().at("items")) == R"({"type":"object","description":"again a tree"})");
}

BOOST_AUTO_TEST_CASE(tags_tell_what_is_known_of_their_plugin)
{
    auto const made = document(routes());
    std::string const lab =
        R"x("description":"**corpus lab**\n\nlab team · v1.2.3 · [Repository](https://example.com/lab/repo)")x";
    BOOST_TEST(text(made.at("tags"))
        == R"([{"name":"lab",)" + lab + R"(},{"name":"bare"},{"name":"custom-tag",)" + lab + "}]");
}

BOOST_AUTO_TEST_CASE(summaries_come_from_the_route_its_function_or_its_path)
{
    auto const made = document(routes());
    BOOST_TEST(operation(made, "/api/v1/echo", "delete").at("summary").as_string() == "Forgets the echo");
    BOOST_TEST(operation(made, "/api/v1/echo", "get").at("summary").as_string() == "Echo Text");
    BOOST_TEST(operation(made, "/api/v1/lab/item/{item_id}", "get").at("summary").as_string() == "Item");
}

BOOST_AUTO_TEST_SUITE_END()
