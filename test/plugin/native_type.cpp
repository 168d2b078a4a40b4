#include "framex/plugin/native_type.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

using framex::native_type_of;

namespace {

template <int N>
struct first {
    int a, b;
};
BOOST_DESCRIBE_STRUCT(first<0>, (), (a, b))
BOOST_DESCRIBE_STRUCT(first<1>, (), (a, b))

struct turned {
    int b, a;
};
BOOST_DESCRIBE_STRUCT(turned, (), (a, b))
struct renamed {
    int a, c;
};
BOOST_DESCRIBE_STRUCT(renamed, (), (a, c))
struct retyped {
    int a;
    float b;
};
BOOST_DESCRIBE_STRUCT(retyped, (), (a, b))

template <class T>
struct around {
    std::map<std::string, std::vector<std::optional<T>>> all;
};
BOOST_DESCRIBE_STRUCT(around<first<0>>, (), (all))
BOOST_DESCRIBE_STRUCT(around<first<1>>, (), (all))
BOOST_DESCRIBE_STRUCT(around<turned>, (), (all))

struct node {
    std::vector<node> children;
};
BOOST_DESCRIBE_STRUCT(node, (), (children))

BOOST_DEFINE_ENUM_CLASS(mood, calm, angry)
namespace other {
enum class mood { angry, calm };
BOOST_DESCRIBE_ENUM(mood, calm, angry)
} // namespace other

template <class A, class B>
bool same_layout()
{
    return native_type_of<A>.layout == native_type_of<B>.layout;
}

} // namespace

BOOST_AUTO_TEST_SUITE(native_types)

BOOST_AUTO_TEST_CASE(members_make_the_layout)
{
    BOOST_TEST((same_layout<first<0>, first<1>>()));
    BOOST_TEST((!same_layout<first<0>, turned>()));
    BOOST_TEST((!same_layout<first<0>, renamed>()));
    BOOST_TEST((!same_layout<first<0>, retyped>()));
    BOOST_TEST((!same_layout<mood, other::mood>()));
    BOOST_TEST((!same_layout<int, short>()));
}

BOOST_AUTO_TEST_CASE(so_do_the_members_of_what_they_hold)
{
    BOOST_TEST((same_layout<around<first<0>>, around<first<1>>>()));
    BOOST_TEST((!same_layout<around<first<0>>, around<turned>>()));
    BOOST_TEST((!same_layout<std::vector<first<0>>, std::vector<turned>>()));
    BOOST_TEST(native_type_of<node>.layout != 0u); // a model that holds itself comes to an end
}

BOOST_AUTO_TEST_CASE(types_are_equal_by_name_and_layout)
{
    BOOST_TEST((native_type_of<first<0>> == native_type_of<first<0>>));
    BOOST_TEST((native_type_of<first<0>> != native_type_of<first<1>>)); // another name
    BOOST_TEST((native_type_of<void> == native_type_of<void>));
    framex::native_type const foreign{&typeid(turned), native_type_of<first<0>>.layout};
    BOOST_TEST((foreign != native_type_of<turned>));
}

BOOST_AUTO_TEST_SUITE_END()
