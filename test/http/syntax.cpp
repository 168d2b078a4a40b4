#include <framex/http/syntax.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace framex;

namespace {

// All parameters as name=value|, then "!" after a fault.
std::string parameters(std::string_view rest)
{
    std::string text;
    parameter_scanner scanner(rest);
    while (scanner.next())
        text.append(scanner.name()).append(scanner.is_quoted() ? "=\"" : "=").append(scanner.value()) += '|';
    BOOST_TEST(!scanner.next());
    return scanner.valid() ? text : text + "!";
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_syntax)

BOOST_AUTO_TEST_CASE(tokens_are_not_empty_and_hold_tchar_only)
{
    BOOST_TEST(is_token("!#$%&'*+-.^_`|~09azAZ"));
    for (std::string_view text : {"", " ", "a b", "a:", "\"a\"", "a/b", "\xe4", "a\x7f", "(a)", "a,b", "a;b",
             "a=b", "a@b", "[a]", "{a}", "a\\b", "a?b"})
        BOOST_TEST(!is_token(text), text);
    BOOST_TEST(!is_token(std::string_view("\0", 1)));
}

BOOST_AUTO_TEST_CASE(only_ascii_letters_lose_their_case)
{
    BOOST_TEST(equals_ignoring_case("Content-TYPE", "content-type"));
    BOOST_TEST(equals_ignoring_case("", ""));
    BOOST_TEST(!equals_ignoring_case("a", "ab"));
    for (std::string_view each : {"@`", "[{", "^~", "Z:", "0\x10", " a"}) // 32 apart, or nearly
        BOOST_TEST(!equals_ignoring_case(each.substr(0, 1), each.substr(1)), each);
    BOOST_TEST(equals_ignoring_case("AZaz09-", "azAZ09-"));
    static_assert(equals_ignoring_case("Host", "hOST") && !equals_ignoring_case("Host", "Hose"));
    BOOST_TEST(!equals_ignoring_case("\xc4", "\xe4"));
}

BOOST_AUTO_TEST_CASE(spaces_and_tabs_are_trimmed_at_both_ends)
{
    BOOST_TEST(trim_whitespace(" \t a b\t ") == "a b");
    BOOST_TEST(trim_whitespace(" \t") == "");
    BOOST_TEST(trim_whitespace("\va\n") == "\va\n");
}

BOOST_AUTO_TEST_CASE(hexadecimal_digits_have_their_value)
{
    BOOST_TEST(hex_value('0') == 0);
    BOOST_TEST(hex_value('9') == 9);
    BOOST_TEST(hex_value('a') == 10);
    BOOST_TEST(hex_value('F') == 15);
    for (char c : std::string_view("/:@G`g \xb2"))
        BOOST_TEST(hex_value(c) == -1);
}

BOOST_AUTO_TEST_CASE(well_formed_utf8_is_told_from_the_rest)
{
    for (std::string_view text : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
             "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "x\xf0\x9f\xa6\x8ay"})
        BOOST_TEST(is_utf8(text), text);
    for (std::string_view text : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2x", "\xc2\xc2",
             "\xe0\x9f\xbf", "\xe0\xa0", "\xed\xa0\x80", "\xed\xbf\xbf", "\xef\xbf", "\xf0\x8f\xbf\xbf",
             "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xfe", "a\xf0\x9f\xa6"})
        BOOST_TEST(!is_utf8(text), text);
}

BOOST_AUTO_TEST_CASE(a_broken_character_tells_its_maximal_subpart)
{
    auto wrong = [](std::string_view text) {
        std::size_t length = 99;
        BOOST_TEST(utf8_length(text, 0, &length) == 0U);
        return length;
    };
    BOOST_TEST(wrong("\xe2\x9cx") == 2U);
    BOOST_TEST(wrong("\xe2x") == 1U);
    BOOST_TEST(wrong("\xf0\x9f\xa6") == 3U);
    BOOST_TEST(wrong("\xe0\x80\x80") == 1U);
    BOOST_TEST(wrong("\x80\x80") == 1U);
}

BOOST_AUTO_TEST_CASE(parameters_are_read_in_order)
{
    BOOST_TEST(parameters("") == "");
    BOOST_TEST(parameters(";a=b") == "a=b|");
    BOOST_TEST(parameters(" ; a=b\t;;  c=\"d;\\\"e\\\\ =,\"; ;") == "a=b|c=\"d;\"e\\ =,|");
    BOOST_TEST(parameters(";a=\"\"") == "a=\"|");
}

BOOST_AUTO_TEST_CASE(malformed_parameters_end_the_scan)
{
    for (std::string_view rest : {"a=b", ";a", ";a=", ";=b", ";a =b", ";a= b", ";a=b c", ";a=\"b", ";a=\"b\\",
             ";a=\"b\\\"", ";a=\"b\"c", ";a=\"\x01\"", ";a=b\x01", ";a=/", ";\xe4=b", ";a=\xe4", ";a==b"})
        BOOST_TEST(parameters(rest).ends_with("!"), rest);
    BOOST_TEST(parameters(";x=y;a=b c") == "x=y|a=b|!");
}

BOOST_AUTO_TEST_SUITE_END()
