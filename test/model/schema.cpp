#include "model/lab.hpp"

#include <framex/model/schema.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace json = framex::json;

namespace other {
struct Part {
    int number = 0;
};
BOOST_DESCRIBE_STRUCT(Part, (), (number))
} // namespace other

namespace {

struct EchoModel {
    std::int64_t id = 0;
    std::string name = "echo";

    static constexpr auto rules()
    {
        return framex::rules(framex::field(&EchoModel::name, framex::defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(EchoModel, (), (id, name))

struct ruled {
    std::string user_id;
    std::optional<int> qty;
    std::vector<double> list;
    std::map<std::string, bool> map;
    std::string mode;
    json::value any;
    json::array all;

    static constexpr auto rules()
    {
        using namespace framex;
        return framex::rules(field(&ruled::user_id, length{1, 32}, pattern{"^a"}, describe{"who"}),
            field(&ruled::qty, range{1, 9}), field(&ruled::list, length{.max = 3}, defaulted),
            field(&ruled::map, length{.min = 1}), field(&ruled::mode, one_of{"a", "b"}, alias{"theMode"}));
    }
};
BOOST_DESCRIBE_STRUCT(ruled, (), (user_id, qty, list, map, mode, any, all))

struct broken {
    std::string text;
    static constexpr auto rules()
    {
        return framex::rules(framex::field(&broken::text, framex::pattern{"["}));
    }
};
BOOST_DESCRIBE_STRUCT(broken, (), (text))

struct unnamed_part {};

template <class T>
struct page {
    T first{};
};
BOOST_DESCRIBE_STRUCT(page<lab::Part>, (), (first))

} // namespace

BOOST_AUTO_TEST_SUITE(schema)

BOOST_AUTO_TEST_CASE(the_models_of_the_recorded_application_have_pydantics_schemas)
{
    framex::schema_registry registry;
    BOOST_TEST(
        json::serialize(framex::schema_of<lab::Item>(registry)) == R"({"$ref":"#/components/schemas/Item"})");
    framex::schema_of<EchoModel>(registry);
    auto const expected = json::parse(R"({
        "Colour": {"type": "string", "enum": ["red", "blue"], "title": "Colour"},
        "EchoModel": {"properties": {"id": {"type": "integer", "title": "Id"},
            "name": {"type": "string", "title": "Name", "default": "echo"}},
            "type": "object", "required": ["id"], "title": "EchoModel"},
        "Item": {"properties": {"id": {"type": "integer", "title": "Id"},
            "name": {"type": "string", "title": "Name", "default": "unnamed"},
            "tags": {"items": {"type": "string"}, "type": "array", "title": "Tags", "default": []},
            "ratio": {"type": "number", "title": "Ratio", "default": 0.5},
            "colour": {"$ref": "#/components/schemas/Colour", "default": "red"},
            "part": {"anyOf": [{"$ref": "#/components/schemas/Part"}, {"type": "null"}]},
            "extra": {"additionalProperties": true, "type": "object", "title": "Extra", "default": {}}},
            "type": "object", "required": ["id"], "title": "Item"},
        "Part": {"properties": {"sku": {"type": "string", "title": "Sku"},
            "qty": {"type": "integer", "title": "Qty", "default": 1}},
            "type": "object", "required": ["sku"], "title": "Part"}})");
    BOOST_TEST(json::value(registry.components()) == expected);
}

BOOST_AUTO_TEST_CASE(rules_become_keywords)
{
    framex::schema_registry registry;
    framex::schema_of<ruled>(registry);
    BOOST_TEST(registry.components().at("ruled") == json::parse(R"({"properties": {
        "user_id": {"type": "string", "minLength": 1, "maxLength": 32, "pattern": "^a", "title": "User Id", "description": "who"},
        "qty": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 9}, {"type": "null"}], "title": "Qty"},
        "list": {"items": {"type": "number"}, "type": "array", "maxItems": 3, "title": "List", "default": []},
        "map": {"additionalProperties": {"type": "boolean"}, "type": "object", "minProperties": 1, "title": "Map"},
        "theMode": {"type": "string", "enum": ["a", "b"], "title": "Themode"},
        "any": {"title": "Any"}, "all": {"items": {}, "type": "array", "title": "All"}},
        "type": "object", "required": ["user_id", "map", "theMode", "any", "all"], "title": "ruled"})"));
}

BOOST_AUTO_TEST_CASE(scalars_describe_themselves)
{
    framex::schema_registry registry;
    BOOST_TEST(json::serialize(framex::schema_of<std::uint8_t>(registry)) == R"({"type":"integer"})");
    BOOST_TEST(json::serialize(framex::schema_of<framex::big_integer>(registry)) == R"({"type":"integer"})");
    BOOST_TEST(json::serialize(framex::schema_of<float>(registry)) == R"({"type":"number"})");
    BOOST_TEST(json::serialize(framex::schema_of<bool>(registry)) == R"({"type":"boolean"})");
    BOOST_TEST(json::serialize(framex::schema_of<json::value>(registry)) == "{}");
    BOOST_TEST(json::serialize(framex::schema_of<std::optional<std::string>>(registry))
        == R"({"anyOf":[{"type":"string"},{"type":"null"}]})");
    BOOST_TEST(registry.components().empty());
}

BOOST_AUTO_TEST_CASE(a_recursive_model_ends)
{
    framex::schema_registry registry;
    framex::schema_of<lab::node>(registry);
    auto const& properties = registry.components().at("node").at("properties");
    BOOST_TEST(
        json::serialize(properties.at("children").at("items")) == R"({"$ref":"#/components/schemas/node"})");
    BOOST_TEST(registry.components().size() == 1U);
}

BOOST_AUTO_TEST_CASE(two_types_of_one_name_get_two_components)
{
    framex::schema_registry registry;
    framex::schema_of<lab::Part>(registry);
    BOOST_TEST(json::serialize(framex::schema_of<other::Part>(registry))
        == R"({"$ref":"#/components/schemas/Part_2"})");
    BOOST_TEST(
        json::serialize(framex::schema_of<lab::Part>(registry)) == R"({"$ref":"#/components/schemas/Part"})");
    BOOST_TEST(registry.components().at("Part_2").at("properties").as_object().contains("number"));
}

BOOST_AUTO_TEST_CASE(names_are_titled_and_unqualified)
{
    BOOST_TEST(framex::title_of("user_id") == "User Id");
    BOOST_TEST(framex::title_of("_x1y") == "X1Y");
    BOOST_TEST(framex::title_of("userID") == "Userid");
    BOOST_TEST(framex::component_name(typeid(other::Part)) == "Part");
    BOOST_TEST(framex::component_name(typeid(page<lab::Part>)) == "page_Part");
}

BOOST_AUTO_TEST_CASE(a_type_of_an_anonymous_namespace_is_named_without_it)
{
    BOOST_TEST(framex::component_name(typeid(unnamed_part)) == "unnamed_part");
    BOOST_TEST(framex::component_name(typeid(page<unnamed_part>)) == "page_unnamed_part");
    struct local_part {};
    BOOST_TEST(framex::component_name(typeid(local_part)) == "local_part");
}

BOOST_AUTO_TEST_CASE(a_malformed_pattern_fails_when_the_schema_is_made)
{
    framex::schema_registry registry;
    BOOST_CHECK_THROW(framex::schema_of<broken>(registry), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
