#include "config/workspace.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using framex::test::workspace;

BOOST_AUTO_TEST_SUITE(sources_environment)

BOOST_AUTO_TEST_CASE(names_are_read_in_any_letter_case)
{
    auto const made = workspace().variable("server__Port", "7").variable("SERVER__USE_RAY", "TRUE").read();
    BOOST_TEST(made.settings().server.port == 7);
    BOOST_TEST(made.settings().server.use_ray);
    BOOST_TEST(made.history({"server", "port"})->origin.text() == "env server__Port");
}

BOOST_AUTO_TEST_CASE(the_alias_with_the_name_of_framex_beats_the_plain_name)
{
    auto const made = workspace().variable("SERVER__PORT", "1").variable("FRAMEX__SERVER__PORT", "2").read();
    BOOST_TEST(made.settings().server.port == 2);
}

BOOST_AUTO_TEST_CASE(texts_become_what_their_setting_wants)
{
    workspace space;
    space.variable("SERVER__HOST", "5")
        .variable("SERVER__ENABLE_PROXY", "off")
        .variable("SERVER__NUM_CPUS", "-1");
    space.variable("SERVER__LIMITS__KEEP_ALIVE", "500ms").variable("SERVER__LIMITS__BODY_SIZE", "4096");
    space.variable("SERVER__LEGAL_PROXY_CODE", "[200, 201]").variable("SERVER__REVERSION", "");
    auto const made = space.read();
    BOOST_TEST(framex::render(made.problems()) == "");
    BOOST_TEST(made.settings().server.host == "5");
    BOOST_TEST(!made.settings().server.enable_proxy);
    BOOST_TEST(made.settings().server.num_cpus == -1);
    BOOST_TEST(made.settings().server.limits.keep_alive.milliseconds == 500);
    BOOST_TEST(made.settings().server.limits.body_size.bytes == 4096U);
    BOOST_TEST(made.settings().server.legal_proxy_code.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_whole_section_and_a_deeper_name_combine_and_the_deeper_wins)
{
    workspace space;
    space.variable("SERVER", R"({"port": 7, "threads": 2})").variable("SERVER__PORT", "8");
    auto const made = space.read();
    BOOST_TEST(made.settings().server.port == 8);
    BOOST_TEST(made.settings().server.threads == 2);
    BOOST_TEST(made.history({"server", "threads"})->origin.text() == "env SERVER");
}

BOOST_AUTO_TEST_CASE(values_of_plugins_are_json_where_they_parse_and_text_elsewhere)
{
    workspace space;
    space.variable("PLUGINS__X__A", "5").variable("PLUGINS__X__B", "true").variable("PLUGINS__X__C", "[1]");
    space.variable("PLUGINS__X__D", "plain words").variable("PLUGINS__X__E__F", "\"quoted\"");
    space.variable("PLUGINS__TEXT", "5").variable("PLUGINS__TABLE", R"({"k": 1})");
    auto const made = space.read();
    auto const& plugins = made.settings().plugins;
    BOOST_TEST(framex::json::serialize(plugins.at("x"))
        == R"({"a":5,"b":true,"c":[1],"d":"plain words","e":{"f":"quoted"}})");
    BOOST_TEST(framex::json::serialize(plugins.at("text")) == R"("5")");
    BOOST_TEST(framex::json::serialize(plugins.at("table")) == R"({"k":1})");
}

BOOST_AUTO_TEST_CASE(unknown_names_at_the_top_of_the_process_environment_are_ignored)
{
    auto const made =
        workspace().variable("HOME", "/root").variable("PATH__X", "1").variable("LOG_FILE", "/x").read();
    BOOST_TEST(made.problems().empty());
}

BOOST_AUTO_TEST_CASE(two_names_of_old_are_understood)
{
    workspace space;
    space.variable("REVERSION", "9.9").variable("FRAMEX_SERVER_INGRESS_MAX_ONGOING_REQUESTS", "5");
    auto const made = space.read();
    BOOST_TEST(made.settings().server.reversion == "9.9");
    BOOST_TEST(made.settings().server.ingress_config.at("max_ongoing_requests").as_int64() == 5);
}

BOOST_AUTO_TEST_CASE(any_value_may_come_from_a_file)
{
    workspace space;
    space.file("secret.txt", "hush\n").file("port.txt", "7\n").file("plugins.json", "[\"a\"]\r\n");
    space.variable("AUTH__OAUTH__JWT_SECRET_FILE", "secret.txt").variable("SERVER__PORT_FILE", "port.txt");
    space.variable("PLUGINS__X__API_KEY_FILE", "secret.txt").variable("LOAD_PLUGINS_FILE", "plugins.json");
    auto const made = space.read();
    BOOST_TEST(framex::render(made.problems()) == "");
    BOOST_TEST(made.settings().auth.oauth->jwt_secret == "hush");
    BOOST_TEST(made.settings().server.port == 7);
    BOOST_TEST(made.settings().plugins.at("x").at("api_key").as_string() == "hush");
    BOOST_TEST(made.settings().load_plugins.front() == "a");
    BOOST_TEST(made.history({"server", "port"})->origin.text() == "env SERVER__PORT_FILE");
}

BOOST_AUTO_TEST_CASE(env_files_have_comments_exports_and_quotes)
{
    workspace space;
    space.file(".env",
        "# a comment\r\n"
        "\r\n"
        "export SERVER__PORT=7 # said twice\r\n"
        "SERVER__HOST='#1 host'\r\n"
        "  SERVER__REVERSION = \"a\\\"b\\nc\"  # note\r\n"
        "LOG__LEVEL=a#b\r\n"
        "LOG__LEVEL=debug\r\n"
        "PLUGINS__X__EMPTY=\r\n"
        "LOAD_PLUGINS='[\"a\", \"b\"]'");
    auto const made = space.read();
    BOOST_TEST(framex::render(made.problems()) == "");
    BOOST_TEST(made.settings().server.port == 7);
    BOOST_TEST(made.settings().server.host == "#1 host");
    BOOST_TEST(made.settings().server.reversion == "a\"b\nc");
    BOOST_TEST(made.settings().log.level == "debug");
    BOOST_TEST(made.settings().plugins.at("x").at("empty").as_string() == "");
    BOOST_TEST(made.settings().load_plugins.size() == 2U);
    BOOST_TEST(made.history({"server", "port"})->origin.text() == ".env:3");
}

BOOST_AUTO_TEST_CASE(an_env_file_cut_at_any_place_is_either_read_or_refused)
{
    std::string const text = "export SERVER__HOST=\"a\\\"b\" # c\nSERVER__PORT='7'\nPLUGINS__X__Y=z # w\n";
    for (std::size_t length = 0; length <= text.size(); ++length) {
        auto const made = workspace().file(".env", text.substr(0, length)).read();
        BOOST_TEST(made.problems().size() <= 1U);
        BOOST_TEST((made.settings().server.port == 7 || made.settings().server.port == 8080));
    }
}

BOOST_AUTO_TEST_SUITE_END()
