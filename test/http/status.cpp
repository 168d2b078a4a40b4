#include <framex/http/status.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(http_status)

BOOST_AUTO_TEST_CASE(a_registered_code_comes_with_its_phrase)
{
    BOOST_TEST(framex::status_line_text(200) == "200 OK");
    BOOST_TEST(framex::status_line_text(413) == "413 Content Too Large");
    BOOST_TEST(framex::status_line_text(431) == "431 Request Header Fields Too Large");
    BOOST_TEST(framex::status_line_text(504) == "504 Gateway Timeout");
}

BOOST_AUTO_TEST_CASE(every_text_begins_with_its_own_code)
{
    int known = 0;
    for (int code = -1; code < 1'100; ++code)
        if (auto const text = framex::status_line_text(code); !text.empty()) {
            BOOST_TEST(text.starts_with(std::to_string(code) + " "), code);
            ++known;
        }
    BOOST_TEST(known == 60);
}

BOOST_AUTO_TEST_CASE(other_codes_have_no_text)
{
    for (int code : {0, 99, 299, 306, 418, 599, 600, -200})
        BOOST_TEST(framex::status_line_text(code).empty(), code);
}

BOOST_AUTO_TEST_SUITE_END()
