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
    BOOST_TEST(!rules.find("/ab"));
    BOOST_TEST(!key_rules().find("/a"));
}

BOOST_AUTO_TEST_CASE(each_of_many_rules_is_found_and_no_other)
{
    std::map<std::string, std::vector<std::string>> many;
    for (int i = 0; i < 500; ++i) {
        auto const path = "/a/" + std::to_string(i % 50) + "/" + std::to_string(i);
        many[path] = {"e" + std::to_string(i)};
        many[path + "/*"] = {"p" + std::to_string(i)};
    }
    key_rules const rules(many);
    for (int i = 0; i < 500; ++i) {
        auto const path = "/a/" + std::to_string(i % 50) + "/" + std::to_string(i);
        BOOST_TEST(rules.find(path)->keys.front() == "e" + std::to_string(i));
        BOOST_TEST(rules.find(path + "/x/y")->keys.front() == "p" + std::to_string(i));
        BOOST_TEST(rules.find(path + "/")->keys.front() == "p" + std::to_string(i));
        BOOST_TEST(!rules.find(path + "x"));
    }
}

BOOST_AUTO_TEST_CASE(a_prefix_guards_its_folder_and_all_below_but_not_the_path_without_the_slash)
{
    using keys_by_pattern = std::map<std::string, std::vector<std::string>>;
    key_rules const rules(keys_by_pattern{{"/x/*", {"k"}}});
    for (auto const* guarded : {"/x/", "/x//", "/x/y", "/x/y/", "/x/%2F"})
        BOOST_TEST(rules.find(guarded), guarded);
    for (auto const* open : {"/x", "/", "/xy", "/xy/z", "/X/"})
        BOOST_TEST(!rules.find(open), open);
    BOOST_TEST(key_rules(keys_by_pattern{{"/*", {"k"}}}).find("/"));
}

BOOST_AUTO_TEST_CASE(the_name_of_a_parameter_does_not_count)
{
    key_rules const rules({{"/items/{id}", {"exact"}}, {"/items/{id}/parts/*", {"prefix"}},
        {"/{a}{b}", {"two"}}, {"/open{/x", {"brace"}}, {"/plain", {"plain"}}});
    for (char const* same : {"/items/{id}", "/items/{item_id}", "/items/{}", "/items/{id:int}"})
        BOOST_TEST(rules.find(same)->keys.front() == "exact", same);
    BOOST_TEST(rules.find("/items/{other}/parts/{part}")->keys.front() == "prefix");
    BOOST_TEST(rules.find("/{one}{other}")->keys.front() == "two");
    BOOST_TEST(rules.find("/open{/x")->keys.front() == "brace");
    for (char const* other :
        {"/items/1", "/items/{id", "/items/id}", "/items/{id}x", "/items/{a/b}", "/items/x{id}", "/{a}",
            "/{a}{b", "/open{}/x", "/open{/y", "/items/{id}/part", "/{plain}", "/items"})
        BOOST_TEST(!rules.find(other), other);
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
    for (auto const* good : {"/", "/a", "/*", "/a/*", "/item/{id}", "/a//b", "/a b", "/a%2Fb", "/\xc3\xa4"})
        BOOST_TEST(key_rules::can_match(good), good);
    for (auto const* bad : {"", "*", "a", "api/*", "/a*", "/a/*/b", "/*a", "/a*/*", "/%6", "/%00", "/\xff"}) {
        BOOST_TEST(!key_rules::can_match(bad), bad);
        BOOST_TEST(key_rules::normal_form(bad).empty(), bad);
    }
}

BOOST_AUTO_TEST_CASE(a_pattern_that_no_normalised_path_equals_is_refused_with_the_one_that_it_means)
{
    std::pair<char const*, char const*> const spellings[] = {{"/%61", "/a"}, {"/a%2fb/*", "/a%2Fb/*"},
        {"/a/../b", "/b"}, {"/a/./*", "/a/*"}, {"/a/%2e%2e/*", "/*"}, {"/a%20b", "/a b"}};
    for (auto const& [given, meant] : spellings) {
        BOOST_TEST(!key_rules::can_match(given), given);
        BOOST_TEST(key_rules::normal_form(given) == meant);
        BOOST_TEST(key_rules::can_match(meant), meant);
    }
}

BOOST_AUTO_TEST_SUITE_END()
