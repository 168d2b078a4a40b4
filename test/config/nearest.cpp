#include <framex/config/nearest.hpp>

#include <boost/test/unit_test.hpp>

#include <array>

namespace {

std::array<std::string, 5> const words = {"host", "port", "dashboard_port", "use_ray", "num_cpus"};

std::string meant(std::string_view wrong) { return framex::nearest(wrong, words).value_or("-"); }

} // namespace

BOOST_AUTO_TEST_SUITE(nearest)

BOOST_AUTO_TEST_CASE(a_swapped_missing_additional_or_wrong_letter_is_forgiven)
{
    BOOST_TEST(meant("prot") == "port");
    BOOST_TEST(meant("hst") == "host");
    BOOST_TEST(meant("hosst") == "host");
    BOOST_TEST(meant("hast") == "host");
    BOOST_TEST(meant("dashbord_prt") == "dashboard_port");
}

BOOST_AUTO_TEST_CASE(letter_case_does_not_count)
{
    BOOST_TEST(meant("PORT") == "port");
    BOOST_TEST(meant("Use_Rya") == "use_ray");
}

BOOST_AUTO_TEST_CASE(a_word_that_is_like_none_gets_no_suggestion)
{
    BOOST_TEST(meant("banana") == "-");
    BOOST_TEST(meant("") == "-");
    BOOST_TEST(meant("xyrt") == "-");
}

BOOST_AUTO_TEST_CASE(a_short_word_is_not_replaced_by_another_one)
{
    std::array<std::string, 2> const letters = {"b", "c"};
    BOOST_TEST(!framex::nearest("a", letters));
}

BOOST_AUTO_TEST_CASE(the_first_of_equally_near_words_wins)
{
    std::array<std::string, 2> const twins = {"cost", "host"};
    BOOST_TEST(framex::nearest("most", twins).value() == "cost");
}

BOOST_AUTO_TEST_SUITE_END()
