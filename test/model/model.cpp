#include "model/lab.hpp"

#include <framex/model/model.hpp>

#include <boost/test/unit_test.hpp>

namespace {

struct undescribed {};
enum class nameless { a };
struct no_default {
    explicit no_default(int n) : v(n) {}
    int v;
};
BOOST_DESCRIBE_STRUCT(no_default, (), (v))

} // namespace

// The concepts are the contract: each line is a promise that the compiler keeps.
static_assert(framex::model<lab::Item> && !framex::model<undescribed> && !framex::model<no_default>);
static_assert(framex::described_enum<lab::Colour> && !framex::described_enum<nameless>);
static_assert(
    framex::value<bool> && framex::value<long long> && framex::value<unsigned char> && framex::value<float>);
static_assert(!framex::value<char> && !framex::value<char32_t> && !framex::value<long double>);
static_assert(framex::value<std::string> && !framex::value<std::string_view> && !framex::value<char const*>);
static_assert(framex::writable_value<std::string_view> && framex::writable_value<char const*>);
static_assert(
    framex::value<std::vector<std::optional<lab::Item>>> && framex::value<std::map<std::string, lab::node>>);
static_assert(!framex::value<std::map<int, int>> && !framex::value<std::vector<undescribed>>);
static_assert(
    !framex::value<std::optional<std::optional<int>>> && !framex::value<int*> && !framex::value<void>);
static_assert(framex::value<framex::json::value> && framex::value<framex::big_integer>);

BOOST_AUTO_TEST_SUITE(models)

BOOST_AUTO_TEST_CASE(members_know_their_place)
{
    auto const& ops = framex::detail::ops_of<lab::Part>();
    BOOST_REQUIRE(ops.count == 2U);
    lab::Part part;
    auto const* members = ops.members();
    BOOST_TEST(members[1].name == "qty");
    BOOST_TEST((reinterpret_cast<char*>(&part) + members[1].offset == reinterpret_cast<char*>(&part.qty)));
    BOOST_TEST((members[0].required && !members[1].required));
}

BOOST_AUTO_TEST_SUITE_END()
