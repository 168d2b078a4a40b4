// The tree of patterns beside what it stands for: all patterns in routing order, tried one after another.
#include "server/pattern_tree.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace framex;

namespace {

std::vector<std::string> const pieces{"a", "b", "{x}", "*", "{y:path}", ""};

/// Every pattern of up to three of the pieces.
std::vector<path_pattern> all_patterns()
{
    std::vector<std::string> texts, longest{""};
    for (int length = 1; length <= 3; ++length) {
        std::vector<std::string> longer;
        for (auto const& before : longest)
            for (auto const& piece : pieces)
                longer.push_back(before + "/" + piece);
        texts.insert(texts.end(), longer.begin(), longer.end());
        longest = longer;
    }
    std::vector<path_pattern> made;
    for (auto const& text : texts)
        try {
            made.emplace_back(text);
        } catch (std::invalid_argument const&) { // "*" in the middle, or a name that is there twice
        }
    return made;
}

/// The patterns that fit, in routing order; of equivalent ones the first.
std::vector<std::string> tried(std::vector<path_pattern> const& patterns, std::string const& path)
{
    std::vector<path_pattern const*> order;
    for (auto const& each : patterns)
        order.push_back(&each);
    std::ranges::sort(order, [](auto const* a, auto const* b) {
        auto const which = *a <=> *b;
        return which == 0 ? a < b : which < 0;
    });
    std::vector<std::string_view> values;
    std::vector<std::string> found;
    path_pattern const* last = nullptr;
    for (auto const* each : order) {
        if (each->match(path, values) && !(last && *last == *each))
            found.push_back(each->text());
        last = each;
    }
    return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(pattern_trees)

BOOST_AUTO_TEST_CASE(patterns_are_visited_as_if_all_were_tried_in_routing_order)
{
    auto const patterns = all_patterns();
    BOOST_TEST(patterns.size() > 60u);
    pattern_tree tree;
    for (std::size_t i = 0; i < patterns.size(); ++i)
        if (auto& place = tree.place_of(patterns[i]); place == pattern_tree::nothing)
            place = i;
    std::size_t visits = 0;
    for (std::string const path : {"/", "/a", "/a/", "/a/b", "/b/a/", "/c", "/c/a", "/c/c/c", "/a/b/a",
             "/a//b", "//", "/a/b/a/b", "", "*", "/a/c/b", "/c/b/"}) {
        std::vector<std::string> visited;
        tree.visit(path, [&](pattern_tree::number number) {
            visited.push_back(patterns[number].text());
            return false;
        });
        auto const wanted = tried(patterns, path);
        BOOST_TEST(visited == wanted, boost::test_tools::per_element());
        visits += visited.size();
    }
    BOOST_TEST(visits > 60u);
}

BOOST_AUTO_TEST_CASE(a_visit_ends_when_it_is_told_to)
{
    pattern_tree tree;
    tree.place_of(path_pattern("/{x}")) = 7;
    tree.place_of(path_pattern("/*")) = 8;
    std::vector<pattern_tree::number> visited;
    BOOST_TEST(tree.visit("/a", [&](pattern_tree::number number) {
        visited.push_back(number);
        return true;
    }));
    BOOST_TEST(visited == std::vector<pattern_tree::number>{7}, boost::test_tools::per_element());
    BOOST_TEST(!tree.visit("/a", [](pattern_tree::number) { return false; }));
}

BOOST_AUTO_TEST_CASE(equivalent_patterns_have_one_place_and_others_none)
{
    pattern_tree tree;
    tree.place_of(path_pattern("/a/{x}")) = 1;
    tree.place_of(path_pattern("/a/{x}/b")) = 2;
    tree.place_of(path_pattern("/a/{rest:path}")) = 3;
    BOOST_TEST(tree.find(path_pattern("/a/{y}")) == 1u);
    BOOST_TEST(tree.find(path_pattern("/a/{z}/b")) == 2u);
    BOOST_TEST(tree.find(path_pattern("/a/*")) == 3u);
    for (char const* other : {"/a", "/{x}", "/a/{x}/c", "/a/{x}/{y}", "/*", "/a/{x}/b/c"})
        BOOST_TEST(tree.find(path_pattern(other)) == pattern_tree::nothing, other);
}

BOOST_AUTO_TEST_SUITE_END()
