#include <framex/model/issue.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(issues)

BOOST_AUTO_TEST_CASE(issues_are_written_as_fastapi_does)
{
    std::vector<framex::issue> issues;
    std::string out = "x";
    framex::write_issues(out, issues);
    BOOST_TEST(out == "x[]");
    issues.emplace_back("missing", framex::location{}, "Field \"required\"");
    issues.emplace_back("enum", framex::location{std::string("body"), std::size_t{3}}, "m", R"({"a":1})",
        R"({"expected":"x"})");
    out.clear();
    framex::write_issues(out, issues);
    BOOST_TEST(out
        == R"([{"type":"missing","loc":[],"msg":"Field \"required\"","input":null},)"
           R"({"type":"enum","loc":["body",3],"msg":"m","input":{"a":1},"ctx":{"expected":"x"}}])");
}

BOOST_AUTO_TEST_CASE(a_validation_error_carries_every_issue_and_names_the_first)
{
    std::vector<framex::issue> issues;
    issues.emplace_back("missing", framex::location{std::string("body"), std::size_t{3}}, "Field required");
    BOOST_TEST(framex::validation_error(issues).what() == "body.3: Field required");
    issues.emplace_back("missing", framex::location{}, "Field required");
    framex::validation_error const error(issues);
    BOOST_TEST(error.what() == "body.3: Field required (and 1 more)");
    BOOST_TEST(error.issues().size() == 2U);
    BOOST_TEST(framex::validation_error({}).what() == "invalid input");
}

BOOST_AUTO_TEST_SUITE_END()
