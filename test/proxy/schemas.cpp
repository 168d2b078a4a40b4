#include "proxy/schemas.hpp"

#include "proxy/documents.hpp"

#include <boost/json/parse.hpp>

using namespace framex;
using namespace framex::test::upstream_documents;

namespace {

/// A document whose only operation answers with the schema A.
imported_document answering(std::string const& schemas)
{
    return read_document(document_of(
        R"("/x":{"get":{"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"}}}}}}})",
        "\"schemas\":{" + schemas + "}"));
}

std::string answer(imported_document const& of)
{
    return text(of.operations.at(0)
            .shown.at("responses")
            .at("200")
            .at("content")
            .at("application/json")
            .at("schema"));
}

std::string names(json::object const& schemas)
{
    std::string text;
    for (auto const& each : schemas)
        text += (text.empty() ? "" : " ") + std::string(each.key());
    return text;
}

/// The schema as a document of that version shows it in a body.
std::string shown(std::string const& schema, std::string const& version)
{
    auto const made = read_between(
        R"("/x":{"post":{"requestBody":{"content":{"application/json":{"schema":)" + schema + "}}}}}", "",
        version);
    return text(
        find(made, "POST", "/x").shown.at("requestBody").at("content").at("application/json").at("schema"));
}

} // namespace

BOOST_AUTO_TEST_SUITE(proxy_schemas)

BOOST_AUTO_TEST_CASE(schemas_are_renamed_wherever_they_are_referred_to)
{
    auto made = answering(
        R"("A":{"properties":{"$ref":{"$ref":"#/components/schemas/B"},"default":{"$ref":"#/components/schemas/B"}},)"
        R"("default":{"$ref":"#/components/schemas/B"}},)"
        R"("B":{"oneOf":[{"$ref":"#/components/schemas/A"}],"discriminator":{"propertyName":"k","mapping":{"a":"A","b":"#/components/schemas/B"}}})");
    rename_schemas(made, {{"A", "A_1"}, {"B", "B/2"}});
    BOOST_TEST(answer(made) == R"({"$ref":"#/components/schemas/A_1"})");
    BOOST_TEST(names(made.schemas) == "A_1 B/2");
    BOOST_TEST(text(made.schemas.at("A_1"))
        == R"({"properties":{"$ref":{"$ref":"#/components/schemas/B~12"},"default":{"$ref":"#/components/schemas/B~12"}},)"
           R"("default":{"$ref":"#/components/schemas/B"}})");
    BOOST_TEST(text(made.schemas.at("B/2"))
        == R"({"oneOf":[{"$ref":"#/components/schemas/A_1"}],"discriminator":{"propertyName":"k",)"
           R"("mapping":{"a":"#/components/schemas/A_1","b":"#/components/schemas/B~12"}}})");
}

BOOST_AUTO_TEST_CASE(equal_schemas_of_two_upstreams_share_their_name)
{
    auto const* same = R"("A":{"items":{"$ref":"#/components/schemas/B"}},"B":{"type":"object","title":"B"})";
    json::object all;
    auto first = answering(same), second = answering(same);
    add_schemas(all, first, "one");
    add_schemas(all, second, "two");
    BOOST_TEST(names(all) == "A B");
    BOOST_TEST(answer(second) == R"({"$ref":"#/components/schemas/A"})");
}

BOOST_AUTO_TEST_CASE(a_name_with_two_meanings_and_all_that_refers_to_it_are_parted)
{
    json::object all;
    auto first = answering(
        R"("A":{"items":{"$ref":"#/components/schemas/B"}},"B":{"items":{"$ref":"#/components/schemas/C"}},"C":{"type":"string"})");
    auto second = answering(
        R"("A":{"items":{"$ref":"#/components/schemas/B"}},"B":{"items":{"$ref":"#/components/schemas/C"}},"C":{"type":"integer"})");
    auto third = answering(R"("A":{"type":"null"})");
    add_schemas(all, first, "one");
    add_schemas(all, second, "two");
    add_schemas(all, third, "two");
    BOOST_TEST(names(all) == "A B C A_two B_two C_two A_two_2");
    BOOST_TEST(text(all.at("A_two")) == R"({"items":{"$ref":"#/components/schemas/B_two"}})");
    BOOST_TEST(text(all.at("C_two")) == R"({"type":"integer"})");
    BOOST_TEST(text(all.at("C")) == R"({"type":"string"})");
    BOOST_TEST(answer(first) == R"({"$ref":"#/components/schemas/A"})");
    BOOST_TEST(answer(second) == R"({"$ref":"#/components/schemas/A_two"})");
    BOOST_TEST(answer(third) == R"({"$ref":"#/components/schemas/A_two_2"})");
}

BOOST_AUTO_TEST_CASE(references_to_other_components_are_put_in_their_place)
{
    auto const made = read_between(
        R"("/x":{"parameters":[{"$ref":"#/components/parameters/P"},{"name":"b","in":"query"}],)"
        R"("post":{"parameters":[{"name":"b","in":"query","required":true}],)"
        R"("requestBody":{"$ref":"#/components/requestBodies/Body"},)"
        R"("responses":{"200":{"$ref":"#/components/responses/Good"}}}})",
        R"("parameters":{"P":{"name":"a","in":"query","schema":{"$ref":"#/components/schemas/Odd~1Name%20x"}}},)"
        R"("requestBodies":{"Body":{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"},)"
        R"("examples":{"e":{"$ref":"#/components/examples/E"}}}}}},"examples":{"E":{"value":{"$ref":"data"}}},)"
        R"("responses":{"Good":{"description":"d","headers":{"X":{"$ref":"#/components/headers/H"}},"links":{"l":{}}}},)"
        R"("headers":{"H":{"schema":{"type":"string"}}},)"
        R"("schemas":{"Odd/Name x":{"type":"array"},"A":{"type":"object","properties":{"p":{"type":"string"}}}})");
    BOOST_TEST_REQUIRE(made.skipped.empty());
    auto const& post = find(made, "POST", "/x");
    BOOST_TEST(parameter(post, "a").is_list);
    BOOST_TEST((post.parameters.size() == 2U && parameter(post, "b").required));
    BOOST_TEST((post.body.required && parts_of(post) == "p"));
    BOOST_TEST(text(post.shown)
        == R"({"operationId":"route_handler_x_post","parameters":[{"name":"a","in":"query","schema":{"$ref":"#/components/schemas/Odd~1Name x"}},)"
           R"({"name":"b","in":"query","required":true}],"requestBody":{"required":true,"content":{"application/json":)"
           R"({"schema":{"$ref":"#/components/schemas/A"},"examples":{"e":{"value":{"$ref":"data"}}}}}},)"
           R"("responses":{"200":{"description":"d","headers":{"X":{"schema":{"type":"string"}}}}}})");
    BOOST_TEST(names(made.schemas) == "A Odd/Name x");
}

BOOST_AUTO_TEST_CASE(schemas_of_3_0_become_those_of_3_1)
{
    auto const* nullable = R"({"type":"string","nullable":true,"title":"T","default":null})";
    BOOST_TEST(shown(nullable, "3.0.3")
        == R"({"title":"T","default":null,"anyOf":[{"type":"string"},{"type":"null"}]})");
    BOOST_TEST(shown(nullable, "3.1.0") == nullable);
    BOOST_TEST(shown(R"({"nullable":false,"type":"string"})", "3.0.0") == R"({"type":"string"})");
    BOOST_TEST(shown(R"({"properties":{"nullable":{"type":"boolean"}}})", "3.0.0")
        == R"({"properties":{"nullable":{"type":"boolean"}}})");
    BOOST_TEST(
        shown(R"({"type":"number","minimum":1,"exclusiveMinimum":true,"maximum":9,"exclusiveMaximum":false})",
            "3.0.0")
        == R"({"type":"number","maximum":9,"exclusiveMinimum":1})");
    auto const made = read_between(
        R"("/x":{"get":{"parameters":[{"name":"a","in":"query","schema":{"type":"string","nullable":true}}]}})",
        "", "3.0.3");
    BOOST_TEST(text(find(made, "GET", "/x").shown.at("parameters"))
        == R"([{"name":"a","in":"query","schema":{"type":"string"}}])");
}

BOOST_AUTO_TEST_CASE(properties_come_from_every_part_of_a_schema)
{
    auto const parts = [](std::string const& schema) {
        auto const made = read_between(
            R"("/x":{"post":{"requestBody":{"content":{"multipart/form-data":{"schema":)" + schema + "}}}}}",
            R"("schemas":{"Base":{"properties":{"a":{"type":"string"},"b":{}}},"File":{"type":"string","format":"binary"}})");
        auto const& post = find(made, "POST", "/x");
        return parts_of(post) + (post.body.is_open ? " and others" : "");
    };
    BOOST_TEST(
        parts(
            R"({"allOf":[{"required":["a"]},{"$ref":"#/components/schemas/Base"},{"properties":{"c":{"type":["array","null"]}},"required":["c"]}]})")
        == "a!, b, c![]");
    BOOST_TEST(
        parts(R"({"anyOf":[{"$ref":"#/components/schemas/Base"},{"properties":{"d":{}},"required":["d"]}]})")
        == "a, b, d");
    BOOST_TEST(
        parts(
            R"({"properties":{"f":{"$ref":"#/components/schemas/File"},"g":{"type":"array","items":{"$ref":"#/components/schemas/File"}}}})")
        == "f file, g file[]");
    BOOST_TEST(
        parts(R"({"properties":{"f":{}},"additionalProperties":{"type":"string"}})") == "f and others");
    BOOST_TEST(parts(R"({"properties":{"f":{}},"additionalProperties":false})") == "f");
    BOOST_TEST(parts(R"({"type":"object"})") == " and others");
    BOOST_TEST(parts("{}") == " and others");
    BOOST_TEST(parts(R"({"type":"string"})") == "");
    std::string many;
    for (int n = 0; n < 1000; ++n)
        many += (n ? ",\"p" : "\"p") + std::to_string(n) + "\":{}";
    BOOST_TEST(parts("{\"properties\":{" + many + "}}") == " and others");
}

BOOST_AUTO_TEST_CASE(template_parameters_and_reserved_headers_are_put_right)
{
    auto const made = read_between(
        R"("/x/{a}/{b}":{"get":{"parameters":[{"name":"b","in":"path","schema":{"type":"integer"}},)"
        R"({"name":"c","in":"path"},{"name":"authorization","in":"header","required":true},{"name":"Accept","in":"header"}]}})");
    auto const& get = find(made, "GET", "/x/{a}/{b}");
    BOOST_TEST(get.parameters.size() == 2U);
    BOOST_TEST((parameter(get, "a").required && parameter(get, "a").in == parameter_in::path));
    BOOST_TEST(text(get.shown.at("parameters"))
        == R"([{"name":"b","in":"path","schema":{"type":"integer"}},{"name":"a","in":"path","required":true,"schema":{"type":"string"}}])");
    BOOST_TEST(find(read_between(R"("/caf%C3%A9/{id}":{"get":{}})"), "GET", "/caf%C3%A9/{id}").route
        == "/caf\xc3\xa9/{id}");
}

BOOST_AUTO_TEST_SUITE_END()
