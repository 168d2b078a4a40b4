#include <framex/http/rules.hpp>

#include <boost/test/unit_test.hpp>

using framex::key_rules;

BOOST_AUTO_TEST_SUITE(rules)

BOOST_AUTO_TEST_CASE(an_exact_rule_beats_the_longest_prefix_and_that_the_shorter_ones)
{
    key_rules const rules({{"/a/*", {"wide"}}, {"/a/b/*", {"deep"}}, {"/a/b/c", {"exact"}}});
    BOOST_TEST(rules.find("/a/x")->keys.front() == "wide");
    BOOST_TEST(rules.find("/a/b/x")->keys.front() == "deep");
    BOOST_TEST(rules.find("/a/b/c")->keys.front() == "exact");
    BOOST_TEST(rules.find("/a/b/c/d")->keys.front() == "deep");
    BOOST_TEST(!rules.find("/a"));
    BOOST_TEST(!rules.find("/a/"));
    BOOST_TEST(!rules.find("/ab"));
    BOOST_TEST(!key_rules().find("/a"));
}

BOOST_AUTO_TEST_CASE(a_key_opens_as_it_is_and_as_a_bearer_token)
{
    key_rules const rules({{"/a", {"first key", "second"}}, {"/none", {}}, {"/empty", {""}}});
    auto const& rule = *rules.find("/a");
    BOOST_TEST(rule.opened_by("first key"));
    BOOST_TEST(rule.opened_by("second"));
    BOOST_TEST(rule.opened_by("Bearer second"));
    BOOST_TEST(rule.opened_by("bearer first key"));
    for (auto const* wrong : {"", "Second", "secon", "secondd", "second ", "Basic second", "Bearer",
             "Bearer ", "Bearersecond", "ssecond", "secondsecond"})
        BOOST_TEST(!rule.opened_by(wrong), wrong);
    BOOST_TEST(!rules.find("/none")->opened_by(""));
    BOOST_TEST(!rules.find("/empty")->opened_by(""));
}

BOOST_AUTO_TEST_CASE(patterns_that_can_never_match_are_told_apart)
{
    for (auto const* good : {"/", "/a", "/*", "/a/*", "/item/{id}"})
        BOOST_TEST(key_rules::can_match(good), good);
    for (auto const* bad : {"", "*", "a", "api/*", "/a*", "/a/*/b", "/*a"})
        BOOST_TEST(!key_rules::can_match(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
