#include "config/workspace.hpp"

#include <boost/test/unit_test.hpp>

using framex::test::workspace;

BOOST_AUTO_TEST_SUITE(sources_problems)

BOOST_AUTO_TEST_CASE(an_unknown_key_names_its_table_and_the_nearest_key)
{
    BOOST_TEST(workspace().toml("load_plugins = []\n\n[server]\nhost = \"h\"\nprot = 9000\n").problems()
        == "error[FX0102]: unknown setting `prot`\n"
           "  --> config.toml:5:1\n"
           "5 | prot = 9000\n"
           "  | ^^^^ in table [server]\n"
           "help: did you mean `port`?\n");
}

BOOST_AUTO_TEST_CASE(an_unknown_table_is_shown_where_its_header_stands)
{
    BOOST_TEST(workspace().toml("[sevrer]\nport = 1\n").problems()
        == "error[FX0102]: unknown setting `sevrer`\n"
           "  --> config.toml:1:2\n"
           "1 | [sevrer]\n"
           "  |  ^^^^^^\n"
           "help: did you mean `server`?\n");
}

BOOST_AUTO_TEST_CASE(an_unknown_key_like_no_other_gets_the_list_and_keeps_its_value_hidden)
{
    BOOST_TEST(workspace().toml("[auth]\nkeyring = \"hush\"\n").problems()
        == "error[FX0102]: unknown setting `keyring`\n"
           "  --> config.toml:2:1\n"
           "2 | keyring = (set)\n"
           "  | ^^^^^^^ in table [auth]\n"
           "help: known in [auth]: rules, oauth\n");
}

BOOST_AUTO_TEST_CASE(a_misspelt_secret_keeps_its_value_hidden)
{
    BOOST_TEST(workspace().toml("[auth.oauth]\njwt_secret = \"hush\"\nclient_secert = \"hush\"\n").problems()
        == "error[FX0102]: unknown setting `client_secert`\n"
           "  --> config.toml:3:1\n"
           "3 | client_secert = (set)\n"
           "  | ^^^^^^^^^^^^^ in table [auth.oauth]\n"
           "help: did you mean `client_secret`?\n");
}

BOOST_AUTO_TEST_CASE(a_number_in_quotes_is_a_wrong_type)
{
    BOOST_TEST(workspace().toml("[server]\nport = \"9000\" # here\n").problems()
        == "error[FX0103]: `server.port` wants a whole number, found a text\n"
           "  --> config.toml:2:8\n"
           "2 | port = \"9000\" # here\n"
           "  |        ^^^^^^\n"
           "help: write it without quotes: port = 9000\n");
}

BOOST_AUTO_TEST_CASE(a_switch_that_is_no_switch_is_a_wrong_type)
{
    BOOST_TEST(workspace().toml("[server]\nuse_ray = 1\n").problems()
        == "error[FX0103]: `server.use_ray` wants true or false, found a whole number\n"
           "  --> config.toml:2:11\n"
           "2 | use_ray = 1\n"
           "  |           ^\n"
           "help: write true or false\n");
}

BOOST_AUTO_TEST_CASE(a_comma_list_is_shown_as_the_list_to_type)
{
    BOOST_TEST(workspace().variable("LOAD_PLUGINS", "a,b").problems()
        == "error[FX0103]: `load_plugins` wants a list, found `a,b`\n"
           "  --> env LOAD_PLUGINS\n"
           "help: write a list as JSON: LOAD_PLUGINS='[\"a\", \"b\"]'\n");
    BOOST_TEST(workspace().toml("load_plugins = \"a,b\"\n").problems()
        == "error[FX0103]: `load_plugins` wants a list, found a text\n"
           "  --> config.toml:1:16\n"
           "1 | load_plugins = \"a,b\"\n"
           "  |                ^^^^^\n"
           "help: write a list: load_plugins = [\"a\", \"b\"]\n");
}

BOOST_AUTO_TEST_CASE(a_wrong_member_of_a_list_is_shown_where_it_stands)
{
    BOOST_TEST(workspace().toml("load_plugins = [\"a\",\n  5]\n").problems()
        == "error[FX0103]: `load_plugins[1]` wants a text, found a whole number\n"
           "  --> config.toml:2:3\n"
           "2 |   5]\n"
           "  |   ^\n");
}

BOOST_AUTO_TEST_CASE(a_table_that_is_none_is_a_wrong_type)
{
    BOOST_TEST(workspace().toml("server = 5\n").problems()
        == "error[FX0103]: `server` wants a table, found a whole number\n"
           "  --> config.toml:1:10\n"
           "1 | server = 5\n"
           "  |          ^\n"
           "help: write a table: [server]\n");
    BOOST_TEST(workspace().variable("LOG", "debug").problems()
        == "error[FX0103]: `log` wants a table, found `debug`\n"
           "  --> env LOG\n"
           "help: write a table as JSON, or name its keys: LOG__KEY=value\n");
}

BOOST_AUTO_TEST_CASE(durations_and_sizes_say_how_they_are_written)
{
    BOOST_TEST(workspace().toml("[server.limits]\nkeep_alive = -1\nbody_size = \"10 XB\"\n").problems()
        == "error[FX0103]: `server.limits.keep_alive` wants a duration, found a whole number\n"
           "  --> config.toml:2:14\n"
           "2 | keep_alive = -1\n"
           "  |              ^^\n"
           "help: write a number of seconds, or a text with a unit: \"30s\", \"500ms\", \"2min\"\n"
           "\n"
           "error[FX0103]: `server.limits.body_size` wants a size, found a text\n"
           "  --> config.toml:3:13\n"
           "3 | body_size = \"10 XB\"\n"
           "  |             ^^^^^^^\n"
           "help: write a number of bytes, or a text with a unit: \"32 KB\", \"10 MB\"\n"
           "\n"
           "2 problems\n");
}

BOOST_AUTO_TEST_CASE(a_value_out_of_range_is_refused_where_it_stands)
{
    BOOST_TEST(workspace().toml("[server]\nport = 70000\n").problems()
        == "error[FX0104]: `server.port` should be less than or equal to 65535\n"
           "  --> config.toml:2:8\n"
           "2 | port = 70000\n"
           "  |        ^^^^^\n");
    BOOST_TEST(workspace().variable("SERVER__PORT", "-1").problems()
        == "error[FX0104]: `server.port` should be greater than or equal to 0, found -1\n"
           "  --> env SERVER__PORT\n");
}

BOOST_AUTO_TEST_CASE(a_word_that_is_not_among_the_allowed_ones_is_refused)
{
    BOOST_TEST(workspace().option("server.error_status", "reel").problems()
        == "error[FX0104]: `server.error_status` should be 'real' or 'envelope', found \"reel\"\n"
           "  --> command line\n");
}

BOOST_AUTO_TEST_CASE(a_missing_required_setting_is_shown_at_its_table)
{
    BOOST_TEST(workspace().toml("[auth.oauth]\nclient_id = \"cid\"\n").problems()
        == "error[FX0108]: `auth.oauth.jwt_secret` is required\n"
           "  --> config.toml:1:1\n"
           "1 | [auth.oauth]\n"
           "  | ^^^^^^^^^^^^\n"
           "help: write `jwt_secret = ...` below [auth.oauth]\n");
}

BOOST_AUTO_TEST_CASE(a_key_outside_of_its_table_is_told_where_it_belongs)
{
    BOOST_TEST(workspace().toml("port = 9000\n").problems()
        == "error[FX0102]: unknown setting `port`\n"
           "  --> config.toml:1:1\n"
           "1 | port = (set)\n"
           "  | ^^^^\n"
           "help: `port` belongs in the table [server]\n");
}

BOOST_AUTO_TEST_CASE(a_text_without_quotes_is_told_how_to_write_it)
{
    BOOST_TEST(workspace().toml("[server]\nhost = 127.0.0.1\n").problems()
        == "error[FX0101]: config.toml is no valid TOML: floating-point: expected decimal digit or exponent, "
           "saw "
           "'.'\n"
           "  --> config.toml:2:13\n"
           "2 | host = 127.0.0.1\n"
           "  |             ^\n"
           "help: write a text in quotes: host = \"127.0.0.1\"\n");
    BOOST_TEST(
        workspace().toml("[server]\nhost = local # here\n").problems().find("help") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(text_that_is_no_toml_is_shown_with_the_reason)
{
    BOOST_TEST(workspace().toml("[server\nport = 1\n").problems()
        == "error[FX0101]: config.toml is no valid TOML: table header: expected ']', saw the end of the "
           "line\n"
           "  --> config.toml:1:8\n"
           "1 | [server\n"
           "  |        ^\n");
}

BOOST_AUTO_TEST_CASE(text_that_is_no_toml_near_a_secret_is_not_shown)
{
    BOOST_TEST(workspace().toml("[plugins.lab]\napi_key = hush\n").problems()
        == "error[FX0101]: config.toml is no valid TOML\n"
           "  --> config.toml:2:11\n"
           "2 | api_key = (set)\n"
           "  |           ^\n");
    std::string const text = workspace().toml("[auth.rules]\n\"/a\" = [\n  \"hush\n]\n").problems();
    BOOST_TEST(text.find("hush") == text.npos);
}

BOOST_AUTO_TEST_CASE(a_file_that_was_asked_for_must_be_there)
{
    workspace space;
    space.sources.config_file = "absent.toml";
    space.variable("SERVER__PORT_FILE", "absent.txt");
    BOOST_TEST(space.problems()
        == "error[FX0105]: the file `absent.toml` cannot be read\n"
           "help: correct the path of the configuration\n"
           "\n"
           "error[FX0105]: the file that `SERVER__PORT_FILE` names cannot be read\n"
           "  --> env SERVER__PORT_FILE\n"
           "help: correct the path, or let the user that runs framex read the file\n"
           "\n"
           "2 problems\n");
}

BOOST_AUTO_TEST_CASE(one_file_alone_is_read_for_an_application_that_embeds_framex)
{
    workspace space;
    space.toml("[server]\nport = 1\n").file(".env", "SERVER__PORT=2\n").file("bad.toml", "x = 1\n");
    auto const folder = space.sources.working_directory;
    BOOST_TEST(framex::read_settings(folder / "config.toml").server.port == 1);
    BOOST_CHECK_EXCEPTION(framex::read_settings(folder / "bad.toml"), framex::configuration_error,
        [](framex::configuration_error const& error) {
            return error.problems().size() == 1 && error.what() == framex::render(error.problems());
        });
    BOOST_CHECK_THROW(framex::read_settings(folder / "absent.toml"), framex::configuration_error);
}

BOOST_AUTO_TEST_CASE(env_files_refuse_unknown_names_and_broken_lines)
{
    BOOST_TEST(
        workspace().file(".env", "SERVR__PORT=1\njust words\nSERVER__HOST='open\nSERVER__PROT=2\n").problems()
        == "error[FX0101]: this line is no NAME=value\n"
           "  --> .env:2\n"
           "2 | (set)\n"
           "  | ^^^^^\n"
           "help: write NAME=value, with quotes around a value that has blanks at its ends or a #\n"
           "\n"
           "error[FX0101]: the quotes of this value do not match\n"
           "  --> .env:3\n"
           "3 | SERVER__HOST= (set)\n"
           "  | ^^^^^^^^^^^^^^^^^^^\n"
           "help: write NAME=value, with quotes around a value that has blanks at its ends or a #\n"
           "\n"
           "error[FX0102]: unknown setting `SERVR`\n"
           "  --> .env:1:1\n"
           "1 | SERVR__PORT=1\n"
           "  | ^^^^^^^^^^^\n"
           "help: did you mean `SERVER`?\n"
           "\n"
           "error[FX0102]: unknown setting `SERVER__PROT`\n"
           "  --> .env:4:1\n"
           "4 | SERVER__PROT=2\n"
           "  | ^^^^^^^^^^^^\n"
           "help: did you mean `SERVER__PORT`?\n"
           "\n"
           "4 problems\n");
}

BOOST_AUTO_TEST_CASE(the_environment_refuses_unknown_names_below_a_section_and_with_the_name_of_framex)
{
    BOOST_TEST(workspace().variable("SERVER__PROT", "1").variable("FRAMEX__SERVR__PORT", "1").problems()
        == "error[FX0102]: unknown setting `SERVER__PROT`\n"
           "  --> env SERVER__PROT\n"
           "help: did you mean `SERVER__PORT`?\n"
           "\n"
           "error[FX0102]: unknown setting `SERVR`\n"
           "  --> env FRAMEX__SERVR__PORT\n"
           "help: did you mean `SERVER`?\n"
           "\n"
           "2 problems\n");
}

BOOST_AUTO_TEST_CASE(the_command_line_refuses_unknown_names_and_no_names)
{
    BOOST_TEST(workspace().option("server.prot", "1").option("a..b", "1").option("\"open", "1").problems()
        == "error[FX0102]: unknown setting `server.prot`\n"
           "  --> command line\n"
           "help: did you mean `server.port`?\n"
           "\n"
           "error[FX0101]: `a..b` is no name of a setting\n"
           "  --> command line\n"
           "help: write names as in `--set server.port=9000`\n"
           "\n"
           "error[FX0101]: `\"open` is no name of a setting\n"
           "  --> command line\n"
           "help: write names as in `--set server.port=9000`\n"
           "\n"
           "3 problems\n");
}

BOOST_AUTO_TEST_CASE(problems_of_all_sources_come_together_and_the_faulty_settings_keep_their_defaults)
{
    workspace space;
    space.file("pyproject.toml", "[tool.framex\n").toml("[server]\nprot = 1\nport = 70000\nthreads = 3\n");
    space.file(".env", "NOPE=1\n").variable("SERVER__USE_RAY", "perhaps").option("log.level", "loud");
    auto const made = space.read();
    std::string codes;
    for (auto const& each : made.problems())
        codes += each.code + " " + each.place + "|";
    BOOST_TEST(codes
        == "FX0101 pyproject.toml:1:13|FX0102 config.toml:2:1|FX0102 .env:1:1|FX0103 env SERVER__USE_RAY|"
           "FX0104 config.toml:3:8|FX0104 command line|");
    BOOST_TEST(made.settings().server.port == 8080);
    BOOST_TEST(made.settings().server.threads == 3);
    BOOST_TEST(made.settings().log.level == "info");
}

BOOST_AUTO_TEST_CASE(no_secret_enters_any_message)
{
    for (auto const* toml : {"[auth.rules]\n\"/a\" = \"hush\"\n", "[auth]\nrules = { \"/a\" = \"hush\" }\n",
             "[auth]\nrules = {\n  \"/a\" = \"hush\",\n}\n", "[auth]\nrules = \"hush\"\n",
             "[auth.rules]\n\"/a\" = [\"hush\", 5]\n", "[auth.rules]\n\"/a\" = [\n\"hush\", 5]\n",
             "[auth.oauth]\nclient_secret = [\"hush\"]\n",
             "auth = { oauth = { client_secret = \"hush\", x = 1 } }\n", "[auth]\npasword = \"hush\"\n",
             "api_key = \"hush\"\n", "[auth.oauth]\njwt_secret = 'hush\n"}) {
        std::string const text = workspace().toml(toml).problems();
        BOOST_TEST(!text.empty(), toml);
        BOOST_TEST(text.find("hush") == text.npos, text);
    }
    for (auto const* name :
        {"AUTH__OAUTH__CLIENT_SECERT", "AUTH__RULES", "AUTH__RULES__X", "FRAMEX__TOKEN"}) {
        std::string const text = workspace().variable(name, "hush").problems();
        BOOST_TEST(!text.empty(), name);
        BOOST_TEST(text.find("hush") == text.npos, text);
    }
}

BOOST_AUTO_TEST_CASE(other_rooms_report_about_a_value_where_it_stands)
{
    workspace space;
    space.toml("[plugins.proxy]\ntimeot = 5\n").variable("PLUGINS__PROXY__X", "1");
    auto const made = space.read();
    BOOST_TEST(framex::render(made.problem_at({"plugins", "proxy", "timeot"}, "FX0501", "m", "h"))
        == "error[FX0501]: m\n  --> config.toml:2:10\n2 | timeot = 5\n  |          ^\nhelp: h\n");
    BOOST_TEST(framex::render(made.problem_at({"plugins", "proxy", "x"}, "FX0501", "m"))
        == "error[FX0501]: m\n  --> env PLUGINS__PROXY__X\n");
    BOOST_TEST(framex::render(made.problem_at({"plugins", "proxy", "absent"}, "FX0501", "m"))
        == "error[FX0501]: m\n  --> config.toml:1:1\n1 | [plugins.proxy]\n  | ^^^^^^^^^^^^^^^\n");
    BOOST_TEST(framex::render(made.problem_at({"server", "port"}, "FX0501", "m"))
        == "error[FX0501]: m\n  --> default\n");
}

BOOST_AUTO_TEST_SUITE_END()
