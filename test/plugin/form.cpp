#include "plugin/form_lab.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test::form_lab;

namespace {

std::string const needed =
    field_part("name", "Ada") + field_part("age", "36") + file_part("picture", "dir/a.png", "PNG");

std::string take(std::string const& parts) { return submission().of("/take", parts + form_end); }

} // namespace

BOOST_AUTO_TEST_SUITE(forms)

BOOST_AUTO_TEST_CASE(fields_and_files_reach_their_members_at_any_split)
{
    auto const body = field_part("tags", "a") + file_part("others", "1.txt", "one") + needed
        + field_part("weight", "70.5") + field_part("theLook", "light") + field_part("tags", "")
        + field_part("agrees", "on") + file_part("letter", "l.txt", "Dear") + field_part("marks", "7")
        + file_part("others", "2.txt", "") + field_part("marks", "8") + field_part("unknown", "?") + form_end;
    std::string const wanted = "\"Ada,36,70.5,#a,#,7,8,light,yes,a.png(text/x)PNG,letter l.txt(text/x)Dear,"
                               "other 1.txt(text/x)one,other 2.txt(text/x)\"";
    for (std::size_t at = 0; at < body.size(); ++at)
        BOOST_TEST_REQUIRE(submission().of("/take", body, at, body.size()) == wanted, at);
    BOOST_TEST(submission().of("/take", body, 0, 1) == wanted);
}

BOOST_AUTO_TEST_CASE(what_may_be_absent_keeps_its_default_and_an_optional_is_empty)
{
    BOOST_TEST(take(needed) == "\"Ada,36,no weight,dark,no,a.png(text/x)PNG\"");
}

BOOST_AUTO_TEST_CASE(every_missing_part_is_told_at_once)
{
    auto const missing = [](char const* name) {
        return issue_text("missing", "\"" + std::string(name) + "\"", "Field required");
    };
    BOOST_TEST(take("") == "[" + missing("name") + "," + missing("age") + "," + missing("picture") + "]");
    BOOST_TEST(submission().of("/list", form_end) == "[" + missing("files") + "]");
}

BOOST_AUTO_TEST_CASE(an_empty_text_counts_as_missing_but_not_in_a_list)
{
    auto const empties = field_part("name", "") + field_part("age", "1") + field_part("weight", "")
        + field_part("agrees", "") + field_part("theLook", "") + file_part("picture", "p", "P");
    BOOST_TEST(take(empties) == "[" + issue_text("missing", "\"name\"", "Field required") + "]");
    BOOST_TEST(take(needed + field_part("weight", "") + field_part("theLook", "") + field_part("tags", ""))
        == "\"Ada,36,no weight,#,dark,no,a.png(text/x)PNG\"");
    BOOST_TEST(take(needed + field_part("marks", ""))
        == "["
            + issue_text("int_parsing", "\"marks\",0",
                "Input should be a valid integer, unable to parse string as an integer", "\"\"")
            + "]");
}

BOOST_AUTO_TEST_CASE(a_file_input_that_was_left_empty_counts_as_missing)
{
    BOOST_TEST(take(field_part("name", "Ada") + field_part("age", "1") + file_part("picture", "", ""))
        == "[" + issue_text("missing", "\"picture\"", "Field required") + "]");
    BOOST_TEST(take(needed + file_part("letter", "", "") + file_part("others", "", ""))
        == "\"Ada,36,no weight,dark,no,a.png(text/x)PNG\"");
    BOOST_TEST(take(needed + file_part("letter", "", "x") + file_part("others", "n", ""))
        == "\"Ada,36,no weight,dark,no,a.png(text/x)PNG,letter (text/x)x,other n(text/x)\"");
}

BOOST_AUTO_TEST_CASE(the_last_of_several_parts_counts_for_a_single_member)
{
    BOOST_TEST(take(needed + field_part("name", "Bob") + file_part("picture", "b.png", "GNP"))
        == "\"Bob,36,no weight,dark,no,b.png(text/x)GNP\"");
    BOOST_TEST(take(needed + field_part("name", ""))
        == "[" + issue_text("missing", "\"name\"", "Field required") + "]");
}

BOOST_AUTO_TEST_CASE(a_text_for_a_file_and_a_file_for_a_text_are_faults)
{
    auto const wrong = file_part("name", "n", "Ada") + file_part("age", "", "")
        + field_part("picture", "text") + field_part("others", "other") + file_part("marks", "m", "1")
        + file_part("theLook", "m", "dark") + file_part("agrees", "a", "on");
    auto const no_file = [](std::string const& where, std::string const& input) {
        return R"({"type":"value_error","loc":["body",)" + where
            + R"(],"msg":"Value error, Expected UploadFile, received: <class 'str'>","input":)" + input
            + R"(,"ctx":{"error":{}}})";
    };
    BOOST_TEST(take(wrong)
        == "[" + issue_text("string_type", "\"name\"", "Input should be a valid string") + ","
            + issue_text("int_type", "\"age\"", "Input should be a valid integer") + ","
            + issue_text("int_type", "\"marks\",0", "Input should be a valid integer") + ","
            + R"({"type":"enum","loc":["body","theLook"],"msg":"Input should be 'light' or 'dark'","input":null,)"
            + R"("ctx":{"expected":"'light' or 'dark'"}},)"
            + issue_text("bool_type", "\"agrees\"", "Input should be a valid boolean") + ","
            + no_file("\"picture\"", "\"text\"") + "," + no_file("\"others\",0", "\"other\"") + "]");
}

BOOST_AUTO_TEST_CASE(texts_are_read_as_those_of_a_query)
{
    auto const faults = take(field_part("name", "\xff") + field_part("age", "x") + field_part("weight", "y")
        + field_part("theLook", "red") + field_part("agrees", "perhaps") + file_part("picture", "p", "P"));
    for (auto const* type : {"string_unicode", "int_parsing", "float_parsing", "enum", "bool_parsing"})
        BOOST_TEST(faults.find(R"({"type":")" + std::string(type) + "\"") != faults.npos, type);
    BOOST_TEST(
        faults.find(R"("loc":["body","theLook"],"msg":"Input should be 'light' or 'dark'","input":"red")")
        != faults.npos);
    BOOST_TEST(
        submission().of("/list",
            file_part("files", "a", "") + field_part("flags", "1") + field_part("flags", "off") + form_end)
        == "\"1 files,1,0\"");
}

BOOST_AUTO_TEST_CASE(rules_of_the_struct_apply)
{
    auto many = field_part("name", "much too long") + field_part("age", "151");
    for (int i = 0; i < 4; ++i)
        many += field_part("marks", std::to_string(i));
    many += file_part("picture", "p", "P");
    for (int i = 0; i < 3; ++i)
        many += file_part("others", "o", "O");
    auto const faults = take(many);
    for (auto const* part : {R"("loc":["body","name"],"msg":"String should have at most 8 characters")",
             R"("loc":["body","age"],"msg":"Input should be less than or equal to 150","input":"151")",
             R"("msg":"List should have at most 3 items after validation, not 4","input":["0","1","2","3"])",
             R"("msg":"List should have at most 2 items after validation, not 3","input":null)"})
        BOOST_TEST(faults.find(part) != faults.npos, faults);
}

BOOST_AUTO_TEST_CASE(faults_of_query_and_form_are_told_together)
{
    submission call;
    call.query = "number=x";
    auto const faults = call.of("/numbered", field_part("age", "x") + form_end);
    BOOST_TEST(faults.starts_with(R"([{"type":"int_parsing","loc":["query","number"])"));
    for (auto const* name : {"name", "age", "picture"})
        BOOST_TEST(faults.find(R"("loc":["body",")" + std::string(name) + "\"]") != faults.npos, name);
    call.query = "number=5";
    BOOST_TEST(call.of("/numbered", needed + form_end) == "\"5Ada,36,no weight,dark,no,a.png(text/x)PNG\"");
}

BOOST_AUTO_TEST_CASE(no_more_faults_are_told_than_those_of_a_json_body)
{
    std::string many;
    for (int i = 0; i < 300; ++i)
        many += field_part("marks", "x");
    auto const faults = take(many);
    std::size_t count = 0;
    for (auto at = faults.find("\"type\""); at != faults.npos; at = faults.find("\"type\"", at + 1))
        ++count;
    BOOST_TEST(count == max_issues);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_no_form_is_415)
{
    for (auto const* type : {"", "application/json", "multipart/form-data", "multipart/mixed; boundary=B"}) {
        submission call;
        call.type = type;
        BOOST_TEST(call.of("/take", needed + form_end).starts_with("415 "), type);
    }
}

BOOST_AUTO_TEST_CASE(plain_functions_responses_streams_and_handlers_without_a_result_take_forms)
{
    std::string const wanted = "Ada,36,no weight,dark,no,a.png(text/x)PNG";
    BOOST_TEST(submission().of("/plain", needed + form_end) == "\"" + wanted + "\"");
    BOOST_TEST(submission().of("/own", needed + form_end) == wanted);
    BOOST_TEST(submission().of("/nothing", needed + form_end) == "null");
    for (auto const* path : {"/plain", "/own", "/nothing", "/stream"})
        BOOST_TEST(submission().of(path, form_end).starts_with(R"([{"type":"missing")"), path);
    BOOST_TEST((route_at("/stream").answer == answer_kind::chunked));
    for (auto const* path : {"/take", "/plain", "/stream"})
        BOOST_TEST((route_at(path).serve && !route_at(path).now), path);
}

BOOST_AUTO_TEST_CASE(a_route_says_that_it_takes_a_form)
{
    auto const& made = route_at("/numbered");
    BOOST_TEST((made.body == body_kind::multipart));
    BOOST_TEST(made.injects); // no call by another plugin
    BOOST_TEST((made.parameters[0].place == parameter_place::query));
    BOOST_TEST((made.parameters[1].place == parameter_place::body));
    BOOST_TEST(made.parameters[1].required);
}

BOOST_AUTO_TEST_CASE(the_schema_has_files_and_no_null)
{
    schema_registry registry;
    BOOST_TEST(json::serialize(route_at("/list").parameters[0].schema(registry))
        == R"({"$ref":"#/components/schemas/listed"})");
    std::string const file =
        R"("type":"string","format":"binary","contentMediaType":"application/octet-stream")";
    BOOST_TEST(json::serialize(registry.components().at("listed"))
        == R"({"properties":{"files":{"items":{)" + file + R"(},"type":"array","title":"Files"},)"
            + R"("flags":{"items":{"type":"boolean"},"type":"array","title":"Flags","default":[]},)"
            + R"("last":{)" + file
            + R"(,"title":"Last"}},"type":"object","required":["files"],"title":"listed"})");
    route_at("/take").parameters[0].schema(registry);
    auto const& members = registry.components().at("profile").at("properties").as_object();
    BOOST_TEST(json::serialize(members.at("weight")) == R"({"type":"number","title":"Weight"})");
    BOOST_TEST(json::serialize(members.at("name"))
        == R"({"type":"string","minLength":1,"maxLength":8,"title":"Name"})");
    BOOST_TEST(
        json::serialize(registry.components().at("profile").at("required")) == R"(["name","age","picture"])");
}

BOOST_AUTO_TEST_SUITE_END()
