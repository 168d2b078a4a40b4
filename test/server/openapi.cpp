#include <framex/server/openapi.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace shop {

enum class colour { red, blue };
BOOST_DESCRIBE_ENUM(colour, red, blue)

struct part {
    std::string sku;
    int qty = 1;

    static constexpr auto rules() { return framex::rules(framex::field(&part::qty, framex::defaulted)); }
};
BOOST_DESCRIBE_STRUCT(part, (), (sku, qty))

struct item {
    int id = 0;
    double ratio = 0.5;
    colour shade = colour::red;
    std::optional<part> inner;
    std::vector<colour> shades;
    boost::json::value extra;

    static constexpr auto rules()
    {
        return framex::rules(
            framex::field(&item::ratio, framex::defaulted), framex::field(&item::shade, framex::defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(item, (), (id, ratio, shade, inner, shades, extra))

struct tree {
    std::string label;
    std::vector<tree> children;
};
BOOST_DESCRIBE_STRUCT(tree, (), (label, children))

} // namespace shop

namespace {

namespace json = boost::json;
using namespace framex;
using namespace shop;

template <class T>
parameter of(std::string name, parameter_place place = parameter_place::query, std::string fallback = {})
{
    parameter p;
    p.name = std::move(name);
    p.place = place;
    p.required = fallback.empty() && !is_optional<T>;
    p.fallback = std::move(fallback);
    p.schema = &schema_of<T>;
    return p;
}

template <class T = std::string>
route at(std::string method, std::string path, std::string plugin = "lab")
{
    route entry;
    entry.method = std::move(method);
    entry.path = std::move(path);
    entry.tags.push_back(plugin);
    entry.plugin = std::move(plugin);
    entry.enveloped = entry.path.starts_with("/api");
    entry.result_schema = &schema_of<T>;
    return entry;
}

route with(route entry, parameter p)
{
    entry.parameters.push_back(std::move(p));
    return entry;
}

route answering(route entry, answer_kind kind)
{
    entry.answer = kind;
    return entry;
}

std::vector<documented_plugin> plugins()
{
    std::vector<documented_plugin> all(2);
    all[0].id = "lab";
    all[0].metadata.name = "lab";
    all[0].metadata.version = "1.2.3";
    all[0].metadata.description = "corpus lab";
    all[0].metadata.author = "lab team";
    all[0].metadata.url = "https://example.com/lab/repo";
    all[1].id = "bare";
    return all;
}

openapi_info info()
{
    openapi_info about;
    about.version = "0.1.0";
    about.runtime = "2.0";
    about.started_at = "2026-01-31 08:15:00";
    about.needs_key = [](std::string_view path) { return path == "/api/v1/lab/model"; };
    return about;
}

/// One route of each kind that the document tells apart.
std::vector<route> routes()
{
    std::vector<route> all;
    all.push_back(with(at("GET", "/api/v1/echo"), of<std::string>("message")));
    all.back().function = "lab.LabPlugin.echo_text";
    all.push_back(
        with(at<part>("GET", "/api/v1/lab/item/{item_id}"), of<int>("item_id", parameter_place::path)));
    all.push_back(with(at<std::vector<part>>("GET", "/api/v1/lab/defaulted"), of<int>("limit", {}, "10")));
    all.back().parameters[0].place = parameter_place::query;
    all.push_back(with(at("GET", "/api/v1/lab/colour"), of<colour>("colour")));
    all.push_back(with(at("GET", "/api/v1/lab/nullable"), of<std::optional<std::string>>("q")));
    all.push_back(with(at<item>("POST", "/api/v1/lab/model"), of<item>("model", parameter_place::body)));
    all.push_back(
        with(at("POST", "/api/v1/lab/list_body"), of<std::vector<int>>("ids", parameter_place::body)));
    all.push_back(
        with(at("PUT", "/api/v1/lab/tree"), of<std::optional<tree>>("tree", parameter_place::body)));
    all.push_back(with(answering(at("GET", "/api/v1/lab/stream"), answer_kind::sse), of<int>("n")));
    all.push_back(answering(at("GET", "/api/v1/lab/text"), answer_kind::chunked));
    all.push_back(answering(at<part>("GET", "/api/v1/lab/lines"), answer_kind::json_lines));
    all.push_back(answering(at("GET", "/lab/files/{rest:path}", "bare"), answer_kind::response));
    all.push_back(at<std::map<std::string, double>>("GET", "/lab/plain"));
    all.back().tags = {"custom-tag"};
    all.push_back(at("POST", "/api/v1/lab/upload"));
    all.back().body = body_kind::multipart;
    all.push_back(at("POST", "/api/v1/lab/whole"));
    all.back().body = body_kind::whole;
    all.back().result_schema = nullptr;
    all.push_back(at("DELETE", "/api/v1/echo"));
    all.back().summary = "Forgets the echo";
    return all;
}

json::object document(std::vector<route> const& table, openapi_info const& about = info())
{
    return json::parse(openapi_document(table, plugins(), about)).as_object();
}

json::object operation(json::object const& made, std::string_view path, std::string_view method)
{
    return made.at("paths").as_object().at(path).as_object().at(method).as_object();
}

json::value const& schema_in(json::object const& made, std::string_view name)
{
    return made.at("components").as_object().at("schemas").as_object().at(name);
}

std::string text(json::value const& v) { return json::serialize(v); }

/// Every member called `key`, at any depth.
void collect(json::value const& v, std::string_view key, std::vector<json::value>& into)
{
    if (auto const* object = v.if_object()) {
        for (auto const& member : *object) {
            if (member.key() == key)
                into.push_back(member.value());
            collect(member.value(), key, into);
        }
    } else if (auto const* array = v.if_array())
        for (auto const& element : *array)
            collect(element, key, into);
}

std::vector<json::value> all_of(json::value const& v, std::string_view key)
{
    std::vector<json::value> found;
    collect(v, key, found);
    return found;
}

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
