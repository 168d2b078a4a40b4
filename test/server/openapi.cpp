#include "server/document_lab.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

using namespace framex;
using namespace framex::test::document_lab;

namespace {

void indent(std::string& out, json::value const& v, std::size_t depth)
{
    bool const is_object = v.is_object();
    std::size_t const size = is_object ? v.get_object().size() : v.is_array() ? v.get_array().size() : 0;
    if (size == 0) {
        out += text(v);
        return;
    }
    std::size_t n = 0;
    auto const line = [&] { out.append(n++ > 0 ? ",\n" : "\n").append(2 * depth + 2, ' '); };
    out += is_object ? '{' : '[';
    if (is_object)
        for (auto const& member : v.get_object()) {
            line();
            out += text(json::value(member.key())) + ": ";
            indent(out, member.value(), depth + 1);
        }
    else
        for (auto const& element : v.get_array()) {
            line();
            indent(out, element, depth + 1);
        }
    out.append("\n").append(2 * depth, ' ');
    out += is_object ? '}' : ']';
}

/// test/golden/NAME of the source tree that the build folder stands in.
std::filesystem::path golden(std::string const& name)
{
    for (auto folder = std::filesystem::current_path();; folder = folder.parent_path()) {
        auto const path = folder / "test" / "golden" / name;
        if (std::filesystem::exists(path) || folder == folder.parent_path())
            return path;
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(openapi)

// FRAMEX_UPDATE_GOLDEN=1 writes the file instead.
BOOST_AUTO_TEST_CASE(document_is_the_golden_one)
{
    std::string made;
    indent(made, document(routes()), 0);
    made += '\n';
    auto const path = golden("openapi.json");
    if (std::getenv("FRAMEX_UPDATE_GOLDEN"))
        std::ofstream(path, std::ios::binary) << made;
    std::ifstream file(path, std::ios::binary);
    std::ostringstream wanted;
    wanted << file.rdbuf();
    BOOST_TEST(made == wanted.str());
}

BOOST_AUTO_TEST_CASE(document_names_version_runtime_and_start)
{
    auto const made = document({});
    BOOST_TEST(made.at("openapi").as_string() == "3.1.0");
    BOOST_TEST(text(made.at("info"))
        == R"({"title":"FrameX API","description":"\n**Runtime** `v2.0`\n\n**Started At** `2026-01-31 08:15:00`\n","version":"0.1.0"})");
}

BOOST_AUTO_TEST_CASE(probes_come_first_and_a_route_replaces_one)
{
    auto const made = document({at("GET", "/version")});
    std::string names;
    for (auto const& member : made.at("paths").as_object())
        names += std::string(member.key()) + " ";
    BOOST_TEST(names == "/health /version /ping ");
    BOOST_TEST(operation(made, "/health", "get").at("operationId").as_string() == "health_health_get");
    BOOST_TEST(
        operation(made, "/version", "get").at("operationId").as_string() == "route_handler_version_get");
}

BOOST_AUTO_TEST_CASE(operation_ids_are_those_of_fastapi)
{
    auto const made = document(routes());
    auto const id = [&](char const* path, char const* method) {
        return text(operation(made, path, method).at("operationId"));
    };
    BOOST_TEST(id("/api/v1/lab/item/{item_id}", "get") == R"("route_handler_api_v1_lab_item__item_id__get")");
    BOOST_TEST(id("/lab/files/{rest}", "get") == R"("route_handler_lab_files__rest__get")");
    BOOST_TEST(id("/api/v1/echo", "delete") == R"("route_handler_api_v1_echo_delete")");
}

BOOST_AUTO_TEST_CASE(operation_ids_are_unique_even_when_paths_look_alike)
{
    auto const made = document({at("GET", "/a-b"), at("GET", "/a_b"), at("GET", "/a.b"), at("POST", "/a_b")});
    std::multiset<std::string> ids;
    for (auto const& id : all_of(made, "operationId"))
        ids.insert(text(id));
    BOOST_TEST(ids.count(R"("route_handler_a_b_get")") == 1u);
    BOOST_TEST(ids.count(R"("route_handler_a_b_get_2")") == 1u);
    BOOST_TEST(ids.count(R"("route_handler_a_b_get_3")") == 1u);
    BOOST_TEST(ids.count(R"("route_handler_a_b_post")") == 1u);
}

BOOST_AUTO_TEST_CASE(every_reference_resolves)
{
    auto const made = document(routes());
    auto const references = all_of(made, "$ref");
    BOOST_TEST(references.size() > 20u);
    for (auto const& reference : references) {
        std::string_view name = reference.as_string();
        BOOST_TEST_CONTEXT(name)
        {
            BOOST_TEST_REQUIRE(name.starts_with("#/components/schemas/"));
            name.remove_prefix(21);
            BOOST_TEST(made.at("components").as_object().at("schemas").as_object().contains(name));
        }
    }
}

BOOST_AUTO_TEST_CASE(hidden_routes_and_functions_without_a_method_are_left_out)
{
    auto hidden = at<part>("GET", "/api/v1/hidden");
    hidden.include_in_schema = false;
    auto function = at<part>("", "");
    auto const made = document({hidden, function});
    BOOST_TEST(made.at("paths").as_object().size() == 3u);
    BOOST_TEST(made.at("components").as_object().at("schemas").as_object().empty());
    BOOST_TEST(made.at("tags").as_array().empty());
}

BOOST_AUTO_TEST_CASE(data_stands_in_the_envelope_under_api_and_alone_elsewhere)
{
    auto const made =
        document({at<part>("GET", "/api/v1/a"), at<part>("GET", "/b"), at<part>("GET", "/api/v1/c")});
    auto const schema = [&](char const* path) {
        auto const ok = operation(made, path, "get").at("responses").as_object().at("200").as_object();
        return text(ok.at("content").as_object().at("application/json").as_object().at("schema"));
    };
    BOOST_TEST(schema("/api/v1/a") == R"({"$ref":"#/components/schemas/Envelope_part"})");
    BOOST_TEST(schema("/api/v1/c") == schema("/api/v1/a"));
    BOOST_TEST(schema("/b") == R"({"$ref":"#/components/schemas/part"})");
    auto const& envelope = schema_in(made, "Envelope_part").as_object();
    BOOST_TEST(text(envelope.at("required")) == R"(["status","message","timestamp","data"])");
    BOOST_TEST(
        text(envelope.at("properties").as_object().at("data")) == R"({"$ref":"#/components/schemas/part"})");
}

BOOST_AUTO_TEST_CASE(envelopes_of_different_data_with_one_word_get_different_names)
{
    auto const made =
        document({at<json::array>("GET", "/api/v1/a"), at<std::vector<json::value>>("GET", "/api/v1/b"),
            at<std::optional<int>>("GET", "/api/v1/c"), at<int>("GET", "/api/v1/d")});
    auto const& all = made.at("components").as_object().at("schemas").as_object();
    BOOST_TEST(all.contains("Envelope_list_any"));
    BOOST_TEST(all.contains("Envelope_optional_integer"));
    BOOST_TEST(all.contains("Envelope_integer"));
    BOOST_TEST(!all.contains("Envelope_list_any_2"));
}

BOOST_AUTO_TEST_CASE(a_model_of_the_user_keeps_its_name_beside_our_own)
{
    struct local {};
    schema_registry registry;
    registry.add(typeid(local), "ErrorEnvelope");
    auto entry = at<int>("GET", "/api/v1/a");
    entry.result_schema = [](schema_registry& names) -> json::value {
        if (names.find(typeid(local)).empty())
            names.set(names.add(typeid(local), "ErrorEnvelope"), json::object{{"type", "object"}});
        return json::object{{"$ref", "#/components/schemas/ErrorEnvelope"}};
    };
    auto const made = document({entry});
    BOOST_TEST(text(schema_in(made, "ErrorEnvelope")) == R"({"type":"object"})");
    BOOST_TEST(text(operation(made, "/api/v1/a", "get").at("responses").as_object().at("500"))
                   .find("ErrorEnvelope_2")
        != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
