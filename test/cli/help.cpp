#include "cli/help.hpp"

#include "cli/golden.hpp"
#include "cli/terminal.hpp"

#include <boost/test/unit_test.hpp>

using framex::cli::commands;
using framex::test::check_golden;
using framex::test::terminal;

namespace {

std::string file_of(framex::cli::command_spec const& command)
{
    std::string name = "help";
    if (!command.name.empty())
        name += "_" + command.name;
    for (char& letter : name)
        letter = letter == ' ' ? '_' : letter;
    return name + ".txt";
}

} // namespace

BOOST_AUTO_TEST_SUITE(help)

BOOST_AUTO_TEST_CASE(the_help_of_every_command_is_the_one_that_was_reviewed)
{
    for (auto const& command : commands())
        check_golden(file_of(command), framex::cli::help_text(command));
    check_golden("help_short.txt", framex::cli::short_help());
}

BOOST_AUTO_TEST_CASE(no_line_of_a_help_is_longer_than_100_columns)
{
    for (auto const& command : commands()) {
        std::istringstream lines(framex::cli::help_text(command));
        for (std::string line; std::getline(lines, line);)
            BOOST_TEST(line.size() <= 100U, line);
    }
}

BOOST_AUTO_TEST_CASE(three_ways_to_ask_give_the_same_text_on_standard_output)
{
    terminal user;
    BOOST_TEST(user.run({"help", "run"}) == 0);
    std::string const text = user.out();
    BOOST_TEST(text.starts_with("Load plugins, listen"));
    BOOST_TEST(user.run({"run", "-h"}) == 0);
    BOOST_TEST(user.out() == text);
    BOOST_TEST(user.run({"run", "--help"}) == 0);
    BOOST_TEST(user.out() == text);
    BOOST_TEST(user.run({"help", "--color", "run"}) == 0);
    BOOST_TEST(user.out() == text);
    BOOST_TEST(user.err() == "");
    BOOST_TEST(user.run({"help", "config", "show"}) == 0);
    std::string const show = user.out();
    BOOST_TEST(user.run({"config", "show", "-h"}) == 0);
    BOOST_TEST(user.out() == show);
}

BOOST_AUTO_TEST_CASE(help_does_not_look_at_a_faulty_configuration)
{
    terminal user;
    user.space.toml("[server\n");
    BOOST_TEST(user.run({"run", "--help"}) == 0);
    BOOST_TEST(user.run({"--version"}) == 0);
}

BOOST_AUTO_TEST_CASE(without_a_command_the_short_help_goes_to_standard_error_with_exit_code_2)
{
    terminal user;
    BOOST_TEST(user.run({}) == 2);
    BOOST_TEST(user.err() == framex::cli::short_help());
    BOOST_TEST(user.out() == "");
    BOOST_TEST(user.run({"config"}) == 2);
    BOOST_TEST(user.err().starts_with("Show or check the configuration."));
}

BOOST_AUTO_TEST_CASE(the_help_of_an_unknown_command_suggests_one)
{
    terminal user;
    BOOST_TEST(user.run({"help", "rnu"}) == 2);
    BOOST_TEST(user.err() == "error[FX0107]: unknown command `rnu`\nhelp: did you mean `framex help run`?\n");
}

BOOST_AUTO_TEST_SUITE_END()
