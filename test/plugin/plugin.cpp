#include <framex/plugin/plugin.hpp>

#include <boost/test/unit_test.hpp>

namespace outer {
struct shop {
    static inline framex::plugin_metadata const metadata{.name = "shop-meta", .version = "1.0.0"};
    static void define(framex::api<shop>&) {}
};
} // namespace outer

namespace {
struct local {
    static inline framex::plugin_metadata const metadata{
        .name = "local", .version = "1.0.0", .class_name = "LocalPlugin"};
    explicit local(framex::plugin_context& context) : id(context.id()) {}
    std::string id;
    static void define(framex::api<local>&) {}
};
struct no_table {
    static inline framex::plugin_metadata const metadata{.name = "x", .version = "1"};
};
struct no_metadata {
    static void define(framex::api<no_metadata>&) {}
};
} // namespace

BOOST_AUTO_TEST_SUITE(plugins)

BOOST_AUTO_TEST_CASE(the_concept_asks_for_metadata_and_a_table)
{
    BOOST_TEST(framex::plugin<outer::shop>);
    BOOST_TEST(framex::plugin<local>);
    BOOST_TEST(!framex::plugin<no_table>);
    BOOST_TEST(!framex::plugin<no_metadata>);
}

BOOST_AUTO_TEST_CASE(class_names_are_unqualified_in_both_compilers_spellings)
{
    BOOST_TEST(framex::plugin_entry_of<outer::shop>().class_name == "shop");
    BOOST_TEST(framex::plugin_entry_of<local>().class_name == "LocalPlugin");
    BOOST_TEST(framex::detail::class_name_in("std::string f() [P = a::b::orders]") == "orders");
    BOOST_TEST(
        framex::detail::class_name_in("std::string f() [with P = {anonymous}::orders; std::string = x]")
        == "orders");
}

BOOST_AUTO_TEST_CASE(the_id_is_the_metadatas_name_unless_given)
{
    BOOST_TEST(framex::plugin_entry_of<outer::shop>().id == "shop-meta");
    BOOST_TEST(framex::plugin_entry_of<outer::shop>("shop").id == "shop");
}

BOOST_AUTO_TEST_CASE(a_class_is_constructed_with_its_context_when_it_wants_it)
{
    boost::asio::io_context context;
    framex::plugin_context given(context.get_executor(), "the id", "{}");
    auto const instance = framex::plugin_entry_of<local>().construct(given);
    BOOST_TEST(static_cast<local*>(instance.get())->id == "the id");
    BOOST_TEST(framex::plugin_entry_of<outer::shop>().construct(given) != nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
