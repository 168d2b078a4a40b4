#include <framex/http/fields.hpp>

#include <boost/beast/http/fields.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace framex;

BOOST_AUTO_TEST_SUITE(http_fields)

namespace {

template <class Fields>
std::string text_of(Fields const& all)
{
    std::string text;
    for (auto const& line : all) {
        text += std::string(line.name_string()) + "=" + std::string(line.value()) + ";";
        text += std::to_string(static_cast<int>(line.name())) + "\n";
    }
    return text;
}

fields three()
{
    fields all;
    all.insert("X-A", "1");
    all.insert(http::field::host, "h");
    all.insert("x-a", "2");
    return all;
}

} // namespace

BOOST_AUTO_TEST_CASE(names_are_compared_without_case_and_keep_it)
{
    auto const all = three();
    BOOST_TEST(all.size() == 3U);
    BOOST_TEST(all["X-a"] == "1");
    BOOST_TEST(all["HOST"] == "h");
    BOOST_TEST(all[http::field::host] == "h");
    BOOST_TEST(all["X-B"].empty());
    BOOST_TEST(all[http::field::via].empty());
    BOOST_TEST(all.count("x-A") == 2U);
    BOOST_TEST(all.count(http::field::via) == 0U);
    BOOST_TEST(text_of(all)
        == "X-A=1;0\nx-a=2;0\nHost=h;" + std::to_string(static_cast<int>(http::field::host)) + "\n");
    BOOST_TEST((all.find("Host")->name() == http::field::host));
    BOOST_TEST((all.find("via") == all.end()));
}

BOOST_AUTO_TEST_CASE(values_stand_without_the_spaces_around_them)
{
    fields all;
    all.set("A", " \tx y\t ");
    BOOST_TEST(all["a"] == "x y");
    all.set("A", " ");
    BOOST_TEST(all["a"].empty());
    BOOST_TEST(all.count("a") == 1U);
}

BOOST_AUTO_TEST_CASE(a_set_line_stands_where_the_first_one_was)
{
    auto all = three();
    all.set("X-A", "long enough to be another text");
    BOOST_TEST(all.size() == 2U);
    BOOST_TEST(all.begin()->value() == "long enough to be another text");
    all.set("New", "n");
    BOOST_TEST(all.erase("x-a") == 1U);
    BOOST_TEST(all.erase("x-a") == 0U);
    BOOST_TEST(all.begin()->value() == "h");
    auto const next = all.erase(all.begin());
    BOOST_TEST(next->value() == "n");
    auto const last = all.erase(next);
    BOOST_TEST((last == all.end()));
}

BOOST_AUTO_TEST_CASE(a_value_of_the_same_fields_may_be_set)
{
    fields all;
    all.set("A", "short");
    for (int round = 0; round < 100; ++round) { // with and without room
        all.set("B" + std::to_string(round % 7), all["A"]);
        all.set(all.begin()->name_string(), all["A"]);
        all.insert("C", all["B" + std::to_string(round % 7)]);
    }
    for (auto const& line : all)
        BOOST_TEST(line.value() == "short");
    BOOST_TEST(all.count("C") == 100U);
}

BOOST_AUTO_TEST_CASE(moved_fields_leave_none)
{
    auto from = three();
    auto const to = std::move(from);
    BOOST_TEST(to["host"] == "h");
    BOOST_TEST(from.size() == 0U); // NOLINT(bugprone-use-after-move): what is left may be used
    from.set("A", "again");
    BOOST_TEST(from["a"] == "again");
    from = to;
    BOOST_TEST(text_of(from) == text_of(to));
}

// Beast's fields are the oracle; but a line that they set goes to the end.
BOOST_AUTO_TEST_CASE(whatever_is_done_gives_the_lines_of_beasts_fields)
{
    constexpr std::array<std::string_view, 8> names{
        "Host", "host", "X-A", "x-a", "Via", "VIA", "X-Ab", "Cookie"};
    std::mt19937 random(7); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same test each time
    fields ours;
    boost::beast::http::fields theirs;
    auto const lines_of = [](auto const& all, std::string_view name) {
        auto const [first, last] = all.equal_range(name);
        std::string text;
        for (auto line = first; line != last; ++line)
            text += std::string(line->name_string()) + "=" + std::string(line->value()) + ";";
        return text;
    };
    std::string value;
    for (int step = 0; step < 20'000; ++step) {
        auto const name = names[random() % names.size()];
        value.assign(random() % 40, static_cast<char>('a' + random() % 26));
        switch (random() % 6) {
        case 0:
        case 1:
            if (ours.size() < 30) {
                ours.insert(name, value);
                theirs.insert(name, value);
            }
            break;
        case 2:
            ours.set(name, value);
            theirs.set(name, value);
            break;
        case 3:
            if (step % 4 == 0)
                BOOST_TEST(ours.erase(name) == theirs.erase(name));
            break;
        case 4:
            if (auto const line = ours.find(name); line != ours.end()) {
                ours.erase(line);
                theirs.erase(theirs.find(name));
            }
            break;
        default:
            BOOST_TEST(ours.count(name) == theirs.count(name));
            BOOST_TEST(ours[name] == std::string_view(theirs[name]));
        }
        BOOST_REQUIRE_EQUAL(lines_of(ours, name), lines_of(theirs, name));
        BOOST_REQUIRE(ours.size() == static_cast<std::size_t>(std::distance(theirs.begin(), theirs.end())));
    }
}

BOOST_AUTO_TEST_SUITE_END()
