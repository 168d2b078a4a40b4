#include "model/lab.hpp"

#include <framex/model/json.hpp>

#include <boost/test/unit_test.hpp>

using framex::to_json;
using lab::is_json;
using lab::issues_of;
using lab::read;
using lab::types_of;

namespace {

struct many { // more members than one machine word has marks
    // clang-format off
#define MANY(X) \
    X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18) \
    X(19) X(20) X(21) X(22) X(23)
// clang-format on
#define ONE(n) int a##n = 0;
    MANY(ONE)
#undef ONE
#define ONE(n) int b##n = 0;
    MANY(ONE)
#undef ONE
#define ONE(n) int c##n = 0;
    MANY(ONE)
#undef ONE
};
BOOST_DESCRIBE_STRUCT(many, (),
    (a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21, a22,
        a23, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, b16, b17, b18, b19, b20,
        b21, b22, b23))
struct more : many {};
BOOST_DESCRIBE_STRUCT(more, (many),
    (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21, c22,
        c23))

struct nothing {};
BOOST_DESCRIBE_STRUCT(nothing, (), ())

struct holder {
    std::optional<int> number = 5;
    std::optional<std::vector<int>> list;
    std::map<std::string, std::optional<int>> map;
};
BOOST_DESCRIBE_STRUCT(holder, (), (number, list, map))

} // namespace

BOOST_AUTO_TEST_SUITE(reading)

BOOST_AUTO_TEST_CASE(a_model_takes_its_members_in_any_order_and_keeps_defaults)
{
    auto const full = read<lab::Item>(
        R"({"extra":{"k":[1]},"part":{"sku":"s"},"colour":"blue","ratio":2,"tags":["a"],"name":"n","id":1})");
    BOOST_TEST(to_json(full)
        == R"({"id":1,"name":"n","tags":["a"],"ratio":2.0,"colour":"blue","part":{"sku":"s","qty":1},"extra":{"k":[1]}})");
    BOOST_TEST(to_json(read<lab::Item>(" {\"id\": 1}\n"))
        == R"({"id":1,"name":"unnamed","tags":[],"ratio":0.5,"colour":"red","part":null,"extra":{}})");
}

BOOST_AUTO_TEST_CASE(all_misfits_come_in_declaration_order)
{
    BOOST_TEST(issues_of<lab::Item>(R"({"colour":"pink","part":{"qty":"q"},"tags":["a",1],"id":"x"})")
        == R"([{"type":"int_parsing","loc":["body","id"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"},)"
           R"({"type":"string_type","loc":["body","tags",1],"msg":"Input should be a valid string","input":1},)"
           R"({"type":"enum","loc":["body","colour"],"msg":"Input should be 'red' or 'blue'","input":"pink","ctx":{"expected":"'red' or 'blue'"}},)"
           R"({"type":"missing","loc":["body","part","sku"],"msg":"Field required","input":{"qty":"q"}},)"
           R"({"type":"int_parsing","loc":["body","part","qty"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"q"}])");
}

BOOST_AUTO_TEST_CASE(a_missing_member_shows_the_object_around_it)
{
    BOOST_TEST(issues_of<lab::Item>("{}")
        == R"([{"type":"missing","loc":["body","id"],"msg":"Field required","input":{}}])");
    BOOST_TEST(issues_of<lab::Part>("{ \"a b\" : [ 1 , \" x \" ] }")
        == R"([{"type":"missing","loc":["body","sku"],"msg":"Field required","input":{"a b":[1," x "]}}])");
}

BOOST_AUTO_TEST_CASE(a_model_wants_an_object)
{
    BOOST_TEST(issues_of<lab::Item>("[1]")
        == R"([{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","input":[1]}])");
    for (auto const* text : {"1", "\"x\"", "null", "true", "1.5"})
        BOOST_TEST(types_of<lab::Item>(text) == "model_attributes_type");
}

BOOST_AUTO_TEST_CASE(text_that_is_no_json_makes_one_issue_with_its_offset)
{
    BOOST_TEST(issues_of<lab::Item>("{\"id\": 1,")
        == R"([{"type":"json_invalid","loc":["body",9],"msg":"JSON decode error","input":{},"ctx":{"error":"Unexpected end of the document"}}])");
    BOOST_TEST(issues_of<lab::Item>("{\"id\": x}")
        == R"([{"type":"json_invalid","loc":["body",7],"msg":"JSON decode error","input":{},"ctx":{"error":"Unexpected character 'x'"}}])");
    lab::Item item;
    std::vector<framex::issue> issues;
    BOOST_TEST(!framex::read_json("{} 1", item, issues, {"body", "inner", 3U}));
    BOOST_TEST(lab::text_of(issues).find(R"("loc":["body","inner",3,3])") != std::string::npos);
    issues.clear();
    BOOST_TEST(!framex::read_json("{\"id\":[] ,,}", item, issues)); // a misfit before the fault
    BOOST_TEST(issues.size() == 1U);
}

BOOST_AUTO_TEST_CASE(every_truncation_of_a_document_is_refused)
{
    std::string_view const text =
        R"({"id":-12.0e0,"name":"a\u00e9\n","tags":["x",""],"ratio":1.25,"colour":"red","part":{"sku":"s"},"extra":{"k":[1,{}]}})";
    for (std::size_t n = 0; n < text.size(); ++n)
        BOOST_TEST(issues_of<lab::Item>(text.substr(0, n)).find("json_invalid") != std::string::npos);
    BOOST_TEST(read<lab::Item>(text).name == "a\u00e9\n");
}

BOOST_AUTO_TEST_CASE(strings_come_only_from_strings)
{
    for (auto const* text : {"1", "1.5", "true", "null", "[]", "{}"})
        BOOST_TEST(types_of<std::string>(text) == "string_type", text);
    BOOST_TEST(read<std::string>(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude42")")
        == "\"\\/\b\f\n\r\tA\u00e9\U0001F642");
    BOOST_TEST(read<std::string>(R"("\u0000")") == std::string(1, '\0'));
}

BOOST_AUTO_TEST_CASE(enums_are_named)
{
    BOOST_TEST((read<lab::Colour>("\"blue\"") == lab::Colour::blue));
    for (auto const* text : {"\"Red\"", "\"\"", "1", "null", "[]"})
        BOOST_TEST(types_of<lab::Colour>(text) == "enum", text);
}

BOOST_AUTO_TEST_CASE(lists_and_dictionaries_say_what_they_want)
{
    BOOST_TEST(issues_of<std::vector<int>>("{\"a\":1}")
        == R"([{"type":"list_type","loc":["body"],"msg":"Input should be a valid list","input":{"a":1}}])");
    using map = std::map<std::string, int>;
    BOOST_TEST(issues_of<map>("[]")
        == R"([{"type":"dict_type","loc":["body"],"msg":"Input should be a valid dictionary","input":[]}])");
    BOOST_TEST(issues_of<map>(R"({"a":1,"b":"x"})").find(R"("loc":["body","b"])") != std::string::npos);
    BOOST_TEST(types_of<framex::json::object>("[1]") == "dict_type");
    BOOST_TEST(types_of<framex::json::array>("{}") == "list_type");
    BOOST_TEST(to_json(read<std::unordered_map<std::string, std::vector<int>>>(R"({"a":[1,"2"]})"))
        == R"({"a":[1,2]})");
}

BOOST_AUTO_TEST_CASE(an_absent_optional_is_empty_and_null_empties_it)
{
    auto h = read<holder>(R"({"map":{"a":null,"b":1}})");
    BOOST_TEST((!h.number && !h.list));
    BOOST_TEST(to_json(h) == R"({"number":null,"list":null,"map":{"a":null,"b":1}})");
    BOOST_TEST(to_json(read<holder>(R"({"number":null,"list":[],"map":{}})"))
        == R"({"number":null,"list":[],"map":{}})");
    BOOST_TEST(
        types_of<holder>(R"({"number":"x","list":[null],"map":null})") == "int_parsing int_type dict_type");
}

BOOST_AUTO_TEST_CASE(of_equal_keys_the_last_one_counts)
{
    auto const part = read<lab::Part>(R"({"sku":1,"qty":5,"sku":"b"})");
    BOOST_TEST(part.sku == "b");
    BOOST_TEST(part.qty == 5);
    BOOST_TEST(issues_of<lab::Part>(R"({"sku":"a","sku":1})")
        == R"([{"type":"string_type","loc":["body","sku"],"msg":"Input should be a valid string","input":1}])");
    auto const item =
        read<lab::Item>(R"({"id":1,"part":{"sku":"a","qty":9},"tags":["x"],"part":{"sku":"b"},"tags":[]})");
    BOOST_TEST(item.part->qty == 1);
    BOOST_TEST(item.tags.empty());
    using map = std::map<std::string, lab::Part>;
    BOOST_TEST(read<map>(R"({"k":{"sku":"a","qty":9},"k":{"sku":"b"}})").at("k").qty == 1);
    BOOST_TEST(to_json(read<map>(R"({"j":{},"k":1,"j":{"sku":"c"},"k":{"sku":"b"}})"))
        == R"({"j":{"sku":"c","qty":1},"k":{"sku":"b","qty":1}})");
    BOOST_TEST(types_of<map>(R"({"j":{},"k":1,"j":{"sku":"c"}})") == "model_attributes_type");
}

BOOST_AUTO_TEST_CASE(unknown_keys_are_ignored_or_refused)
{
    std::string_view const text = R"({"x":{"y":[1,{"z":null}]},"sku":"s","\u0078y":1.50,"x":2})";
    BOOST_TEST(read<lab::Part>(text).sku == "s");
    lab::Part part;
    BOOST_TEST(issues_of(text, part, {.unknown = framex::unknown_keys::refuse})
        == R"([{"type":"extra_forbidden","loc":["body","x"],"msg":"Extra inputs are not permitted","input":2,)"
           R"("ctx":{"known":["sku","qty"]}},)"
           R"({"type":"extra_forbidden","loc":["body","xy"],"msg":"Extra inputs are not permitted","input":1.50,)"
           R"("ctx":{"known":["sku","qty"]}}])");
    BOOST_TEST(
        types_of<lab::Part>(R"({"sku":"s","qty":2})", {.unknown = framex::unknown_keys::refuse}) == "");
}

BOOST_AUTO_TEST_CASE(json_values_keep_what_they_are_given)
{
    std::string_view const text = R"({"b":[1,-1,18446744073709551615,2.0,true,null,"x\n"],"a":{"n":{}}})";
    BOOST_TEST(to_json(read<framex::json::value>(text)) == text);
    BOOST_TEST(to_json(read<framex::json::object>(text)) == text);
    BOOST_TEST(to_json(read<framex::json::array>("[1,[2.5]]")) == "[1,[2.5]]");
    BOOST_TEST(
        to_json(read<std::vector<framex::json::value>>("[1,{},[],\"s\",null]")) == "[1,{},[],\"s\",null]");
    using map = std::map<std::string, framex::json::value>;
    BOOST_TEST(to_json(read<map>(R"({"a":1,"b":[{}],"a":null})")) == R"({"a":null,"b":[{}]})");
}

BOOST_AUTO_TEST_CASE(a_recursive_model_is_read_and_written)
{
    auto const text =
        R"({"children":[{"children":[],"named":{},"flag":true,"bits":[],"any":[1],"big":99999999999999999999,"small":1,"ratio":0.5}],)"
        R"("named":{"k":{"children":[],"named":{},"flag":null,"bits":[true,false],"any":null,"big":0,"small":7,"ratio":0.0}},)"
        R"("flag":null,"bits":[],"any":{"x":2.0},"big":-1,"small":255,"ratio":1.5})";
    BOOST_TEST(to_json(read<lab::node>(text)) == text);
}

BOOST_AUTO_TEST_CASE(models_of_more_than_64_members_and_of_none_work)
{
    std::string text;
    framex::write_json(text, more{});
    auto const all = read<std::vector<more>>("[" + text + "," + text + "]");
    BOOST_TEST(all.size() == 2U);
    text.replace(text.find("\"c20\""), 5, "\"zzz\"");
    BOOST_TEST(types_of<more>(text) == "missing");
    text.replace(text.find("\"zzz\""), 5, "\"c19\"");
    BOOST_TEST(types_of<more>(text) == "missing");
    BOOST_TEST(to_json(read<nothing>("{\"a\":1}")) == "{}");
}

BOOST_AUTO_TEST_CASE(at_most_a_hundred_issues_are_reported)
{
    std::string text = "[";
    for (int i = 0; i < 5000; ++i)
        text += "\"x\",";
    text += "1]";
    std::vector<int> target;
    std::vector<framex::issue> issues;
    issues.emplace_back("earlier", framex::location{}, "kept");
    BOOST_TEST(framex::read_json(text, target, issues));
    BOOST_TEST(issues.size() == 1 + framex::max_issues);
    BOOST_TEST(target.size() == framex::max_issues);
}

BOOST_AUTO_TEST_CASE(hostile_documents_cost_little)
{
    std::string const deep(1'000'000, '[');
    BOOST_TEST(issues_of<lab::node>(deep).find("json_invalid") != std::string::npos);
    BOOST_TEST(is_json(std::string(64, '[') + std::string(64, ']')));
    BOOST_TEST(!is_json(std::string(65, '[') + std::string(65, ']')));
    std::string const longest(10'000'000, 'x');
    BOOST_TEST(read<std::string>("\"" + longest + "\"").size() == longest.size());
    BOOST_TEST(issues_of<int>("\"" + longest + "\"").size() < 1000U); // its text is left out
    std::string keys = "{";
    for (int i = 0; i < 200'000; ++i)
        keys += "\"k" + std::to_string(i) + "\":1,";
    keys += "\"sku\":1}";
    BOOST_TEST(types_of<lab::Part>(keys) == "string_type");
    BOOST_TEST(types_of<lab::Part>(keys, {.unknown = framex::unknown_keys::refuse}).size() < 2000U);
    std::string same = "{\"" + longest.substr(0, 100'000) + "\":[";
    for (int i = 0; i < 200; ++i)
        same += "null,";
    using map = std::map<std::string, std::vector<int>>;
    BOOST_TEST(issues_of<map>(same + "1]}").size() < 100'000U); // names in locations are cut
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(one_text)

BOOST_AUTO_TEST_CASE(a_text_becomes_a_scalar_by_the_lax_rules)
{
    std::vector<framex::issue> issues;
    int i = 0;
    std::optional<double> d;
    bool b = false;
    std::string s;
    auto c = lab::Colour::red;
    framex::big_integer big;
    BOOST_TEST(framex::read_text(" 12 ", i, issues, {"query", "i"}));
    BOOST_TEST(framex::read_text("1e3", d, issues, {"query", "d"}));
    BOOST_TEST(framex::read_text("Yes", b, issues, {"query", "b"}));
    BOOST_TEST(framex::read_text(" x ", s, issues, {"query", "s"}));
    BOOST_TEST(framex::read_text("blue", c, issues, {"query", "c"}));
    BOOST_TEST(framex::read_text("1_000_000_000_000_000_000_000", big, issues, {"query", "big"}));
    BOOST_TEST((i == 12 && d == 1000.0 && b && s == " x " && c == lab::Colour::blue));
    BOOST_TEST(big.str() == "1000000000000000000000");
    BOOST_TEST(issues.empty());
}

BOOST_AUTO_TEST_CASE(a_text_that_does_not_fit_is_the_input_of_its_issue)
{
    std::vector<framex::issue> issues;
    int i = 0;
    lab::Colour c{};
    std::string s;
    BOOST_TEST(!framex::read_text("a\"b", i, issues, {"path", "item_id"}));
    BOOST_TEST(!framex::read_text("green", c, issues, {"query", "colour"}));
    BOOST_TEST(!framex::read_text("\xff", s, issues, {"query", "s"}));
    BOOST_TEST(lab::text_of(issues)
        == R"([{"type":"int_parsing","loc":["path","item_id"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"a\"b"},)"
           R"({"type":"enum","loc":["query","colour"],"msg":"Input should be 'red' or 'blue'","input":"green","ctx":{"expected":"'red' or 'blue'"}},)"
           R"({"type":"string_unicode","loc":["query","s"],"msg":"Input should be a valid string, unable to parse raw data as a unicode string","input":null}])");
}

BOOST_AUTO_TEST_SUITE_END()
