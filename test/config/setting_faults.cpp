// The faults of a plugin's own table, which read as those of core settings do; sources_problems.cpp has
// these.
#include "config/workspace.hpp"

#include <framex/model/issue.hpp>
#include <framex/model/json.hpp>

#include <boost/describe/class.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using framex::test::workspace;

namespace lab {

struct drawer {
    std::string label;
    bool is_locked = false;
    static constexpr auto rules()
    {
        return framex::rules(framex::field(&drawer::is_locked, framex::defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(drawer, (), (label, is_locked))

struct desk {
    std::int64_t port = 0;
    double scale = 1;
    std::string api_key;
    std::vector<drawer> drawers;
    static constexpr auto rules()
    {
        return framex::rules(framex::field(&desk::port, framex::range{1, 9}),
            framex::field(&desk::scale, framex::defaulted),
            framex::field(&desk::api_key, framex::length{4, 8}, framex::defaulted),
            framex::field(&desk::drawers, framex::defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(desk, (), (port, scale, api_key, drawers))

} // namespace lab

namespace {

/// What a person sees when the plugin `desk` reads its table.
std::string faults(workspace const& space)
{
    auto const made = space.read();
    BOOST_TEST(render(made.problems()) == "");
    auto const* const table = made.tree().at("plugins").as_object().if_contains("desk");
    lab::desk read;
    std::vector<framex::issue> issues;
    framex::read_json(table ? framex::json::serialize(*table) : "{}", read, issues,
        framex::location{std::string("plugins"), std::string("desk")},
        {.unknown = framex::unknown_keys::refuse});
    std::vector<framex::problem> problems;
    for (auto const& one : issues)
        problems.push_back(made.problem_of(one));
    return render(problems);
}

} // namespace

BOOST_AUTO_TEST_SUITE(setting_faults)

BOOST_AUTO_TEST_CASE(an_unknown_key_of_a_plugin_names_its_table_and_the_nearest_key)
{
    BOOST_TEST(faults(workspace().toml("[plugins.desk]\nport = 1\nscael = 2\n"))
        == "error[FX0102]: unknown setting `scael`\n"
           "  --> config.toml:3:1\n"
           "3 | scael = 2\n"
           "  | ^^^^^ in table [plugins.desk]\n"
           "help: did you mean `scale`?\n");
    BOOST_TEST(faults(workspace().toml("[plugins.desk]\nport = 1\n[[plugins.desk.drawers]]\n"
                                       "label = \"a\"\nwidth = 1\n"))
        == "error[FX0102]: unknown setting `width`\n"
           "  --> config.toml:5:1\n"
           "5 | width = (set)\n"
           "  | ^^^^^ in table [plugins.desk.drawers[0]]\n"
           "help: known in [plugins.desk.drawers[0]]: label, is_locked\n");
}

BOOST_AUTO_TEST_CASE(a_misspelt_secret_of_a_plugin_stays_hidden)
{
    BOOST_TEST(faults(workspace().toml("[plugins.desk]\nport = 1\napi_kye = \"hush\"\n"))
        == "error[FX0102]: unknown setting `api_kye`\n"
           "  --> config.toml:3:1\n"
           "3 | api_kye = (set)\n"
           "  | ^^^^^^^ in table [plugins.desk]\n"
           "help: did you mean `api_key`?\n");
    auto const text = faults(workspace().toml("[plugins.desk]\nport = 1\napi_key = \"hus\"\n"));
    BOOST_TEST(text
        == "error[FX0104]: `plugins.desk.api_key` should have at least 4 characters\n"
           "  --> config.toml:3:11\n"
           "3 | api_key = (set)\n"
           "  |           ^^^^^\n");
}

BOOST_AUTO_TEST_CASE(a_wrong_type_of_a_plugin_is_shown_where_it_stands)
{
    BOOST_TEST(faults(workspace().toml("[plugins.desk]\nport = \"one\"\nscale = [1]\ndrawers = 5\n"))
        == "error[FX0103]: `plugins.desk.port` wants a whole number, found a text\n"
           "  --> config.toml:2:8\n"
           "2 | port = \"one\"\n"
           "  |        ^^^^^\n"
           "\n"
           "error[FX0103]: `plugins.desk.scale` wants a number, found a list\n"
           "  --> config.toml:3:9\n"
           "3 | scale = [1]\n"
           "  |         ^^^\n"
           "\n"
           "error[FX0103]: `plugins.desk.drawers` wants a list, found a whole number\n"
           "  --> config.toml:4:11\n"
           "4 | drawers = 5\n"
           "  |           ^\n"
           "help: write a list: drawers = [\"a\", \"b\"]\n"
           "\n"
           "3 problems\n");
    BOOST_TEST(faults(workspace().toml("[plugins.desk]\nport = 1\ndrawers = [5]\n"))
        == "error[FX0103]: `plugins.desk.drawers[0]` wants a table, found a whole number\n"
           "  --> config.toml:3:12\n"
           "3 | drawers = [5]\n"
           "  |            ^\n"
           "help: write a table: [plugins.desk.drawers[0]]\n");
}

BOOST_AUTO_TEST_CASE(a_value_that_a_plugin_does_not_allow_is_named_with_its_place)
{
    BOOST_TEST(faults(workspace().toml("[plugins.desk]\nport = 10\n"))
        == "error[FX0104]: `plugins.desk.port` should be less than or equal to 9\n"
           "  --> config.toml:2:8\n"
           "2 | port = 10\n"
           "  |        ^^\n");
    BOOST_TEST(faults(workspace().variable("PLUGINS__DESK__PORT", "10"))
        == "error[FX0104]: `plugins.desk.port` should be less than or equal to 9, found 10\n"
           "  --> env PLUGINS__DESK__PORT\n");
    BOOST_TEST(faults(workspace().option("plugins.desk.port", "many"))
        == "error[FX0103]: `plugins.desk.port` wants a whole number, found `many`\n"
           "  --> command line\n");
}

BOOST_AUTO_TEST_CASE(a_setting_that_a_plugin_misses_is_told_where_to_write_it)
{
    BOOST_TEST(faults(workspace().toml("[plugins.desk]\nscale = 2\n"))
        == "error[FX0108]: `plugins.desk.port` is required\n"
           "  --> config.toml:1:1\n"
           "1 | [plugins.desk]\n"
           "  | ^^^^^^^^^^^^^^\n"
           "help: write `port = ...` below [plugins.desk]\n");
    BOOST_TEST(faults(workspace())
        == "error[FX0108]: `plugins.desk.port` is required\n"
           "help: write `port = ...` below [plugins.desk]\n");
    BOOST_TEST(faults(workspace().variable("PLUGINS__DESK__SCALE", "2"))
        == "error[FX0108]: `plugins.desk.port` is required\n"
           "  --> env PLUGINS__DESK__SCALE\n"
           "help: set PLUGINS__DESK__PORT\n");
}

BOOST_AUTO_TEST_CASE(an_unknown_key_of_a_table_without_settings_is_to_be_removed)
{
    auto const made = workspace().toml("[plugins.bell]\nvolume = 1\n").read();
    for (std::string const known : {"", R"({"known":[]})", R"({"other":1})", R"({"known":1})", "[]", "{"})
        BOOST_TEST(render(made.problem_of({"extra_forbidden", {"plugins", "bell", "volume"}, "", "", known}))
            == "error[FX0102]: unknown setting `volume`\n"
               "  --> config.toml:2:1\n"
               "2 | volume = (set)\n"
               "  | ^^^^^^ in table [plugins.bell]\n"
               "help: remove it\n");
}

BOOST_AUTO_TEST_CASE(an_issue_that_is_about_no_setting_keeps_its_own_words)
{
    auto const made = workspace().read();
    BOOST_TEST(render(made.problem_of({"missing", {"body", "sku"}, "Field required"}))
        == "error[FX0104]: `body.sku`: Field required\n");
    BOOST_TEST(render(made.problem_of({"json_invalid", {}, "JSON decode error"}))
        == "error[FX0104]: JSON decode error\n");
}

BOOST_AUTO_TEST_SUITE_END()
