#include <framex/config/units.hpp>

#include <boost/test/unit_test.hpp>

namespace {

std::string duration(std::string_view text)
{
    auto const made = framex::parse_duration(text);
    return made ? framex::to_text(*made) : "refused";
}

std::string size(std::string_view text)
{
    auto const made = framex::parse_size(text);
    return made ? framex::to_text(*made) : "refused";
}

} // namespace

BOOST_AUTO_TEST_SUITE(units)

BOOST_AUTO_TEST_CASE(a_bare_number_counts_seconds)
{
    BOOST_TEST(framex::parse_duration("30")->milliseconds == 30000);
    BOOST_TEST(framex::parse_duration("0.5")->milliseconds == 500);
}

BOOST_AUTO_TEST_CASE(durations_have_units_with_or_without_a_blank)
{
    BOOST_TEST(duration("30s") == "30s");
    BOOST_TEST(duration("500 ms") == "500ms");
    BOOST_TEST(duration("2min") == "2min");
    BOOST_TEST(duration("120s") == "2min");
    BOOST_TEST(duration("1.5h") == "90min");
    BOOST_TEST(duration("48H") == "2d");
    BOOST_TEST(duration("0") == "0s");
}

BOOST_AUTO_TEST_CASE(what_is_no_duration_is_refused)
{
    for (auto const* text :
        {"", "s", "-5s", "5 parsecs", "5s ", " 5s", "5  s", "1e3", "0.0001s", "inf", "200000d", "0x10"})
        BOOST_TEST(duration(text) == "refused", text);
}

BOOST_AUTO_TEST_CASE(sizes_count_in_powers_of_1024)
{
    BOOST_TEST(framex::parse_size("32 KB")->bytes == 32768U);
    BOOST_TEST(framex::parse_size("10MB")->bytes == 10485760U);
    BOOST_TEST(framex::parse_size("4096")->bytes == 4096U);
    BOOST_TEST(framex::parse_size("1.5 GiB")->bytes == 1610612736U);
    BOOST_TEST(size("1 mb") == "1 MB");
    BOOST_TEST(size("1500") == "1500 B");
    BOOST_TEST(size("0") == "0 B");
}

BOOST_AUTO_TEST_CASE(what_is_no_size_is_refused)
{
    for (auto const* text : {"", "KB", "-1", "1 XB", "0.3 B", "99999999 TB", "1 MB MB"})
        BOOST_TEST(size(text) == "refused", text);
}

BOOST_AUTO_TEST_CASE(a_printed_value_reads_back_as_the_same)
{
    for (std::int64_t const count : {0LL, 1LL, 999LL, 1000LL, 61000LL, 3600000LL, 86400000LL}) {
        framex::duration_setting const span = std::chrono::milliseconds(count);
        BOOST_TEST((framex::parse_duration(framex::to_text(span)) == span), count);
    }
    for (std::uint64_t const count : {0ULL, 1ULL, 1023ULL, 1024ULL, 1536ULL, 16777216ULL}) {
        framex::size_setting const size(count);
        BOOST_TEST((framex::parse_size(framex::to_text(size)) == size), count);
    }
}

BOOST_AUTO_TEST_CASE(a_duration_setting_is_a_chrono_span)
{
    framex::duration_setting const span = std::chrono::minutes(2);
    BOOST_TEST((std::chrono::milliseconds(span) == std::chrono::seconds(120)));
}

BOOST_AUTO_TEST_SUITE_END()
