#include <framex/config/problem.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <set>

namespace {

framex::problem typing_mistake()
{
    return {.code = "FX0102",
        .message = "unknown setting `prot`",
        .place = "config.toml:5:1",
        .line = 5,
        .source_line = "prot = 9000",
        .caret_column = 1,
        .caret_width = 4,
        .caret_note = "in table [server]",
        .help = "did you mean `port`?"};
}

} // namespace

BOOST_AUTO_TEST_SUITE(problem)

BOOST_AUTO_TEST_CASE(a_problem_shows_code_place_line_carets_and_help)
{
    BOOST_TEST(framex::render(typing_mistake())
        == "error[FX0102]: unknown setting `prot`\n"
           "  --> config.toml:5:1\n"
           "5 | prot = 9000\n"
           "  | ^^^^ in table [server]\n"
           "help: did you mean `port`?\n");
}

BOOST_AUTO_TEST_CASE(a_longer_line_number_moves_the_margin)
{
    framex::problem fault = typing_mistake();
    fault.line = 120;
    fault.place = "config.toml:120:1";
    BOOST_TEST(framex::render(fault)
        == "error[FX0102]: unknown setting `prot`\n"
           "    --> config.toml:120:1\n"
           "120 | prot = 9000\n"
           "    | ^^^^ in table [server]\n"
           "help: did you mean `port`?\n");
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_left_out)
{
    framex::problem const fault{.code = "FX0105", .message = "the file cannot be read"};
    BOOST_TEST(framex::render(fault) == "error[FX0105]: the file cannot be read\n");
}

BOOST_AUTO_TEST_CASE(carets_stand_under_their_word_after_tabs_and_letters_of_several_octets)
{
    framex::problem fault{.code = "FX0103", .message = "m", .place = "p", .line = 1};
    fault.source_line = "\t\xC3\xA9 = \xC3\xBC\xC3\xBC";
    fault.caret_column = 7;
    fault.caret_width = 4;
    BOOST_TEST(framex::render(fault)
        == "error[FX0103]: m\n  --> p\n1 | \t\xC3\xA9 = \xC3\xBC\xC3\xBC\n  | \t    ^^\n");
}

BOOST_AUTO_TEST_CASE(carets_beyond_the_line_do_no_harm)
{
    framex::problem fault{.code = "FX0101", .message = "m", .place = "p", .line = 1, .source_line = "ab"};
    fault.caret_column = 9;
    fault.caret_width = 9;
    BOOST_TEST(framex::render(fault) == "error[FX0101]: m\n  --> p\n1 | ab\n  |   ^\n");
}

BOOST_AUTO_TEST_CASE(colour_is_added_around_words_that_stand_there_without_it_too)
{
    std::string const painted = framex::render(typing_mistake(), framex::colours::on);
    BOOST_TEST(painted.find("\x1b[1;31merror[FX0102]\x1b[0m: ") == 0U);
    std::string plain;
    for (std::size_t i = 0; i < painted.size(); ++i) {
        if (painted[i] == '\x1b')
            i = painted.find('m', i);
        else
            plain.push_back(painted[i]);
    }
    BOOST_TEST(plain == framex::render(typing_mistake()));
}

BOOST_AUTO_TEST_CASE(several_problems_are_parted_by_empty_lines_and_counted)
{
    framex::problem const one{.code = "FX0105", .message = "a"};
    std::array const two = {one, one};
    BOOST_TEST(framex::render(two) == "error[FX0105]: a\n\nerror[FX0105]: a\n\n2 problems\n");
    BOOST_TEST(framex::render(std::span(two).first(1)) == "error[FX0105]: a\n");
}

BOOST_AUTO_TEST_CASE(every_code_is_there_once_and_explained)
{
    std::set<std::string_view> codes;
    for (auto const& kind : framex::config_problem_kinds()) {
        BOOST_TEST(codes.insert(kind.code).second, kind.code);
        BOOST_TEST((kind.code.starts_with("FX01") && kind.code.size() == 6));
        BOOST_TEST(!kind.title.empty());
        BOOST_TEST(!kind.explanation.empty());
        BOOST_TEST(!kind.example.empty());
        BOOST_TEST(!kind.fix.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_code_is_found_in_any_letter_case_among_several_tables)
{
    std::array const own = {framex::problem_kind{"FX0999", "t", "e", "x", "f"}};
    std::array const tables = {framex::config_problem_kinds(), std::span<framex::problem_kind const>(own)};
    BOOST_TEST(framex::find_problem_kind("fx0102", tables)->title == "unknown setting");
    BOOST_TEST(framex::find_problem_kind("FX0999", tables)->title == "t");
    BOOST_TEST(framex::find_problem_kind("FX0000", tables) == nullptr);
}

BOOST_AUTO_TEST_CASE(an_explanation_is_a_page_with_example_and_fix)
{
    framex::problem_kind const kind{"FX0999", "title", "why", "one\ntwo", "do this"};
    BOOST_TEST(framex::explain(kind)
        == "FX0999: title\n\nwhy\n\nExample:\n  one\n  two\n\nWhat to do:\n  do this\n");
}

BOOST_AUTO_TEST_SUITE_END()
