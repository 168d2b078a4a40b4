#include "proxy/import_rules.hpp"

#include <boost/test/unit_test.hpp>

using namespace framex::proxy;

namespace {

import_rules const detailed(
    {"/api/v1/internal/*", "/api/v1/u/created"}, {"/api/v1/*", "/plain"}, std::nullopt);

std::string because(import_rules const& rules, std::string_view path)
{
    auto const told = rules.decide(path);
    return (told.taken ? "taken: " : "refused: ") + told.because;
}

} // namespace

BOOST_AUTO_TEST_SUITE(proxy_import_rules)

BOOST_AUTO_TEST_CASE(disable_goes_before_enable_and_that_before_white_list)
{
    import_rules const rules(
        {"/api/v1/a/*"}, {"/api/v1/a/b", "/api/v1/c"}, import_rules::list{"/api/v1/*", "/x"});
    BOOST_TEST(because(rules, "/api/v1/a/b") == "refused: disable \"/api/v1/a/*\"");
    BOOST_TEST(because(rules, "/api/v1/c") == "taken: enable \"/api/v1/c\"");
    BOOST_TEST(because(rules, "/api/v1/d") == "taken: white_list \"/api/v1/*\"");
    BOOST_TEST(because(rules, "/x") == "taken: white_list \"/x\"");
    BOOST_TEST(because(rules, "/y") == "refused: neither in enable nor in white_list");
}

BOOST_AUTO_TEST_CASE(what_no_rule_matches_is_not_taken)
{
    BOOST_TEST(because(detailed, "/other") == "refused: not enabled");
    BOOST_TEST(because(import_rules(), "/other") == "refused: not enabled");
    BOOST_TEST(because(import_rules({}, {}, import_rules::list{"/api/*"}), "/other")
        == "refused: not in white_list");
}

BOOST_AUTO_TEST_CASE(a_rule_is_exact_or_a_prefix_or_everything)
{
    BOOST_TEST(because(detailed, "/api/v1/internal/secret") == "refused: disable \"/api/v1/internal/*\"");
    BOOST_TEST(because(detailed, "/api/v1/u/created") == "refused: disable \"/api/v1/u/created\"");
    BOOST_TEST(because(detailed, "/api/v1/u/created/too") == "taken: enable \"/api/v1/*\"");
    BOOST_TEST(because(detailed, "/plain") == "taken: enable \"/plain\"");
    for (auto const* path : {"/plain/", "/plainer", "/api/v1", "/API/v1/x"})
        BOOST_TEST(!detailed.decide(path).taken, path);
    for (auto const* all : {"*", "/*"})
        for (auto const* path : {"/", "/a", "/a/{b}/c", "//"})
            BOOST_TEST(import_rules({}, {all}, std::nullopt).decide(path).taken, all << " " << path);
}

BOOST_AUTO_TEST_CASE(templates_are_compared_without_the_names_of_their_parameters)
{
    import_rules const rules({"/items/{id}/secret"}, {"/items/{id}", "/files/{rest:path}", "/by/{x}/*"}, {});
    BOOST_TEST(rules.decide("/items/{item_id}").taken);
    BOOST_TEST(rules.decide("/items/{id}").taken);
    BOOST_TEST(rules.decide("/files/{rest}").taken);
    BOOST_TEST(rules.decide("/by/{y}/z").taken);
    BOOST_TEST(because(rules, "/items/{n}/secret") == "refused: disable \"/items/{id}/secret\"");
    for (auto const* path : {"/items/5", "/items/{", "/items/}", "/items/{id", "/items/{a}{b}"})
        BOOST_TEST(!rules.decide(path).taken, path);
}

BOOST_AUTO_TEST_CASE(paths_are_normalised_before_they_are_compared)
{
    BOOST_TEST(because(detailed, "/api/v1/%69nternal/x") == "refused: disable \"/api/v1/internal/*\"");
    BOOST_TEST(because(detailed, "/api/v1/u/../internal/x") == "refused: disable \"/api/v1/internal/*\"");
    BOOST_TEST(import_rules({}, {"/caf\xc3\xa9/*"}, {}).decide("/caf%C3%A9/{id}").taken);
    for (auto const* path : {"", "*", "api/v1/x", "/api/v1/%", "/api/v1/\x01"})
        BOOST_TEST(because(import_rules({}, {"*"}, {}), path) == "refused: no well-formed path", path);
}

BOOST_AUTO_TEST_CASE(a_request_below_a_template_may_be_disabled_by_name)
{
    BOOST_TEST(detailed.decide("/api/v1/{section}/secret").taken);
    BOOST_TEST(detailed.disables("/api/v1/internal/secret"));
    BOOST_TEST(!detailed.disables("/api/v1/other/secret"));
    BOOST_TEST(!detailed.disables("/nowhere"));
}

BOOST_AUTO_TEST_CASE(rules_that_can_never_match_are_told_apart)
{
    for (auto const* good : {"*", "/*", "/", "/a", "/a/*", "/a/{id}", "/a/{id}/*"})
        BOOST_TEST(import_rules::can_match(good), good);
    for (auto const* bad : {"", "**", "a", "api/*", "/a*", "/a/*/b", "*/a"})
        BOOST_TEST((!import_rules::can_match(bad) && import_rules::normal_form(bad).empty()), bad);
    BOOST_TEST(!import_rules::can_match("/a/../b"));
    BOOST_TEST(import_rules::normal_form("/a/../b") == "/b");
    BOOST_TEST(import_rules::normal_form("*") == "*");
}

BOOST_AUTO_TEST_CASE(a_parameter_of_a_disabled_template_is_any_text_in_a_request)
{
    import_rules const rules({"/users/{id}", "/users/{id}/private/*", "/v{n}/x"}, {"*"}, std::nullopt);
    for (char const* path :
        {"/users/5", "/users/5/private/", "/users/a b/private/x/y", "/v2/x", "/users%2F5"})
        BOOST_TEST(rules.disables(path), path);
    for (char const* path : {"/users/", "/users/5/open", "/users/5/6/private/x", "/v/x", "/v2/y"})
        BOOST_TEST(!rules.disables(path), path);
}

BOOST_AUTO_TEST_SUITE_END()
