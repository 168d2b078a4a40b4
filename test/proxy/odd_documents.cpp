// One odd operation between two good ones costs nothing but itself.
#include "proxy/documents.hpp"

using namespace framex;
using namespace framex::test::upstream_documents;

namespace {

bool is_read(std::string const& odd, std::string const& components = "")
{
    auto const made = read_between(odd, components);
    for (auto const& each : made.skipped)
        BOOST_TEST_MESSAGE(each.reason);
    return made.skipped.empty() && made.operations.size() == 3U;
}

std::string get_with(std::string const& parameter)
{
    return R"("/x":{"get":{"parameters":[)" + parameter + "]}}";
}

std::string post_of(std::string const& schema)
{
    return R"("/x":{"post":{"requestBody":{"content":{"application/json":{"schema":)" + schema + "}}}}}";
}

} // namespace

BOOST_AUTO_TEST_SUITE(proxy_odd_documents)

BOOST_AUTO_TEST_CASE(what_stops_other_importers_is_read)
{
    std::string const self =
        R"("schemas":{"A":{"type":"object","properties":{"x":{"title":"X"},"next":{"anyOf":[{"$ref":"#/components/schemas/A"},{"type":"null"}]}}}})";
    BOOST_TEST(is_read(R"("/x":{"get":{}})"));
    BOOST_TEST(is_read(get_with(R"({"name":"x-token","in":"header","schema":{"type":"string"}})")));
    BOOST_TEST(is_read(get_with(R"({"name":"class","in":"query"})")));
    BOOST_TEST(is_read(R"("/x":{"parameters":[],"get":{"parameters":[]}})"));
    BOOST_TEST(is_read(post_of(R"({"items":{"type":"integer"},"type":"array"})")));
    BOOST_TEST(is_read(post_of(R"({"type":"object","properties":{"a":{"const":1},"b":{"oneOf":[]}}})")));
    BOOST_TEST(is_read(post_of("{}")));
    BOOST_TEST(is_read(post_of("true")));
    BOOST_TEST(is_read(post_of(R"({"$ref":"#/components/schemas/A"})"), self));
    BOOST_TEST(is_read(R"("/x":{"post":{"requestBody":{"content":{"text/plain":{}}}}})"));
}

BOOST_AUTO_TEST_CASE(equal_operation_ids_are_told_apart_by_path_and_method)
{
    auto const made = read_document(document_of(
        R"("/a":{"get":{"operationId":"twin"},"post":{"operationId":"twin"}},"/b":{"get":{"operationId":"twin"}})"));
    BOOST_TEST(find(made, "GET", "/a").shown.at("operationId") == "route_handler_a_get");
    BOOST_TEST(find(made, "POST", "/a").shown.at("operationId") == "route_handler_a_post");
    BOOST_TEST(find(made, "GET", "/b").shown.at("operationId") == "route_handler_b_get");
}

BOOST_AUTO_TEST_CASE(an_odd_operation_is_skipped_with_its_reason)
{
    BOOST_TEST(reason(R"("/x":{"get":[]})") == "it is no object");
    BOOST_TEST(reason(R"("/x":7)") == "the path is no object");
    BOOST_TEST(reason(R"("/x":{"get":{"parameters":{}}})") == "its parameters are no list");
    BOOST_TEST(reason(get_with("5")) == "a parameter is no object");
    BOOST_TEST(reason(get_with(R"({"in":"query"})")) == "a parameter has no name");
    BOOST_TEST(reason(get_with(R"({"name":"a","in":"body"})"))
        == "parameter \"a\" is in \"body\", which is none of path, query, header and cookie");
    BOOST_TEST(reason(get_with(R"({"name":"two words","in":"header"})"))
        == "parameter \"two words\" has a name that no header can have");
    BOOST_TEST(reason(get_with(R"({"name":"a","in":"query","style":"matrix"})"))
        == "parameter \"a\" has the style \"matrix\", which no query parameter has");
    BOOST_TEST(reason(R"("/x":{"post":{"requestBody":{}}})") == "its requestBody has no content");
    BOOST_TEST(reason(R"("/x":{"post":{"requestBody":{"content":{}}}})") == "its requestBody has no content");
    BOOST_TEST(reason(R"("/x":{"post":{"requestBody":{"content":{"a/b":1}}}})")
        == "its requestBody of a/b is no object");
    BOOST_TEST(reason(R"("/x":{"get":{"responses":[]}})") == "its responses is no object");
    BOOST_TEST(reason(R"("/x/{a-b}":{"get":{}})").find("a parameter is written {name}") != std::string::npos);
    BOOST_TEST(reason(R"("/x/a{b}":{"get":{}})").find("fills its whole segment") != std::string::npos);
    BOOST_TEST(reason(R"("/x%":{"get":{}})") == "its path is malformed");
    for (auto const* path : {"/x?y=1", "/x#y", "/x/*", "/x/%7By}"})
        BOOST_TEST(reason('"' + std::string(path) + R"(":{"get":{}})")
            == "its path holds one of ?, #, * and an escaped brace, which no route can have");
}

BOOST_AUTO_TEST_CASE(a_second_operation_for_the_same_requests_is_skipped)
{
    auto const made = read_document(document_of(
        R"("/a/{x}":{"get":{},"put":{}},"/a/{y}":{"get":{},"post":{}},"/caf\u00e9":{"get":{}},"/caf%C3%A9":{"get":{}})"));
    BOOST_TEST(made.operations.size() == 4U);
    BOOST_TEST_REQUIRE(made.skipped.size() == 2U);
    BOOST_TEST(made.skipped[0].method == "GET");
    BOOST_TEST(made.skipped[0].path == "/a/{y}");
    BOOST_TEST(made.skipped[0].reason == "its requests are those of /a/{x}");
    BOOST_TEST(made.skipped[1].path == "/caf%C3%A9");
}

BOOST_AUTO_TEST_CASE(references_that_lead_nowhere_skip_what_needs_them)
{
    std::string const absent = R"({"$ref":"#/components/schemas/Absent"})";
    std::string const nowhere = "`$ref` \"#/components/schemas/Absent\" leads nowhere";
    BOOST_TEST(reason(post_of(absent)) == nowhere);
    BOOST_TEST(reason(get_with(R"({"name":"a","in":"query","schema":)" + absent + "}")) == nowhere);
    BOOST_TEST(reason(R"("/x":{"get":{"responses":{"200":{"$ref":"#/components/responses/R"}}}})")
        == "`$ref` \"#/components/responses/R\" leads nowhere");
    BOOST_TEST(reason(get_with(R"({"$ref":"#/components/parameters/P"})"))
        == "`$ref` \"#/components/parameters/P\" leads nowhere");
    BOOST_TEST(reason(post_of(R"({"$ref":"common.json#/Item"})"))
        == "`$ref` \"common.json#/Item\" leads out of the document");
    BOOST_TEST(reason(R"("/x":{"$ref":"#/components/pathItems/X"})")
        == "`$ref` \"#/components/pathItems/X\" leads nowhere");
    // through other schemas, and only where they are needed
    auto const chain =
        R"("schemas":{"C":{"type":"object"},"A":{"items":{"$ref":"#/components/schemas/B"}},"B":{"not":)"
        + absent + "}}";
    BOOST_TEST(reason(post_of(R"({"$ref":"#/components/schemas/A"})"), chain) == "schema \"B\": " + nowhere);
    BOOST_TEST(is_read(post_of(R"({"$ref":"#/components/schemas/C"})"), chain));
}

BOOST_AUTO_TEST_CASE(circles_of_references_end)
{
    std::string const circle =
        R"("parameters":{"P":{"$ref":"#/components/parameters/Q"},"Q":{"$ref":"#/components/parameters/P"}},)"
        R"("schemas":{"S":{"$ref":"#/components/schemas/S"},"T":{"allOf":[{"$ref":"#/components/schemas/T"}]},)"
        R"("U":{"properties":{"u":{"$ref":"#/components/schemas/U/properties/u"}}}})";
    BOOST_TEST(reason(get_with(R"({"$ref":"#/components/parameters/P"})"), circle).find("leads in a circle")
        != std::string::npos);
    BOOST_TEST(reason(post_of(R"({"$ref":"#/components/schemas/S"})"), circle).find("leads in a circle")
        != std::string::npos);
    BOOST_TEST(reason(post_of(R"({"$ref":"#/components/schemas/U"})"), circle).find("leads in a circle")
        != std::string::npos);
    BOOST_TEST(is_read(post_of(R"({"$ref":"#/components/schemas/T"})"), circle));
}

BOOST_AUTO_TEST_CASE(references_that_unfold_without_end_are_bounded)
{
    std::string parts; // each part is twice the one before it
    for (int n = 0; n < 40; ++n) {
        auto const next = R"({"$ref":"#/components/x/)" + std::to_string(n + 1) + R"("})";
        parts += '"' + std::to_string(n) + R"(":{"allOf":[)" + next + "," + next + "]},";
    }
    parts = R"("x":{)" + parts + R"("40":{}})";
    auto const told = reason(post_of(R"({"$ref":"#/components/x/0"})"), parts);
    BOOST_TEST(told == "it is nested deeper than 64 levels");
    std::string empties = "[[]";
    for (int n = 0; n < 20000; ++n)
        empties += ",[]";
    for (auto const& leaf : {'"' + std::string(1 << 16, 'x') + '"', empties + "]"}) {
        std::string wide = R"("x":{"0":)" + leaf; // each part is twelve times the one before it
        for (int n = 1; n < 5; ++n) {
            std::string refs;
            for (int i = 0; i < 12; ++i)
                refs += (i ? "," : "") + std::string(R"({"$ref":"#/components/x/)") + std::to_string(n - 1)
                    + R"("})";
            wide += ",\"" + std::to_string(n) + R"(":{"a":[)" + refs + "]}";
        }
        BOOST_TEST(reason(post_of(R"({"$ref":"#/components/x/4"})"), wide + "}")
            == "the references of the document unfold to more than 64 MB");
    }
}

BOOST_AUTO_TEST_CASE(a_long_chain_of_schemas_is_followed_without_recursion)
{
    std::string schemas = R"("schemas":{"S20000":{"type":"object"})";
    for (int n = 0; n < 20000; ++n)
        schemas += ",\"S" + std::to_string(n) + R"(":{"allOf":[{"$ref":"#/components/schemas/S)"
            + std::to_string(n + 1) + "\"}]}";
    auto const made = read_between(post_of(R"({"$ref":"#/components/schemas/S0"})"), schemas + "}");
    BOOST_TEST(made.operations.size() == 3U);
    BOOST_TEST(made.schemas.size() == 20001U);
}

BOOST_AUTO_TEST_SUITE_END()
