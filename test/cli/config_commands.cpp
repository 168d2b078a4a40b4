#include "cli/config_commands.hpp"

#include "cli/golden.hpp"
#include "cli/terminal.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using framex::test::check_golden;
using framex::test::terminal;

namespace {

void fill(terminal& user)
{
    user.space.toml(
        "load_builtin_plugins = [\"echo\"]\n[server]\nport = 9000\n[auth.rules]\n\"/api/*\" = [\"hush\"]\n"
        "[plugins.lab]\napi_key = \"hush\"\nplain = \"shown\"\n");
    user.space.file(".env", "SERVER__PORT=9001\n")
        .variable("SERVER__PORT", "9002")
        .variable("LOG__LEVEL", "debug");
}

} // namespace

BOOST_AUTO_TEST_SUITE(config_commands)

BOOST_AUTO_TEST_CASE(show_prints_every_setting_and_no_secret)
{
    terminal user;
    fill(user);
    BOOST_TEST(user.run({"config", "show"}) == 0);
    check_golden("config_show.txt", user.out());
    BOOST_TEST(user.err() == "");
    BOOST_TEST(user.out().find("hush") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(show_with_origin_says_where_values_come_from_and_what_they_overrode)
{
    terminal user;
    fill(user);
    BOOST_TEST(user.run({"config", "show", "--origin", "--set", "server.port=9003"}) == 0);
    check_golden("config_show_origin.txt", user.out());
}

BOOST_AUTO_TEST_CASE(show_as_json_is_one_document)
{
    terminal user;
    fill(user);
    BOOST_TEST(user.run({"config", "show", "--json"}) == 0);
    auto const plain = framex::json::parse(user.out());
    BOOST_TEST(plain.at("server").at("port").as_int64() == 9002);
    BOOST_TEST(plain.at("server").at("limits").at("body_size").as_string() == "16 MB");
    BOOST_TEST(plain.at("auth").at("rules").at("/api/*").as_string() == "(set)");
    BOOST_TEST(user.run({"config", "show", "--json", "--origin"}) == 0);
    auto const detailed = framex::json::parse(user.out());
    auto const& port = detailed.at("server.port");
    BOOST_TEST(port.at("value").as_int64() == 9002);
    BOOST_TEST(port.at("origin").as_string() == "env SERVER__PORT");
    BOOST_TEST(port.at("overrode").as_array().size() == 2U);
    BOOST_TEST(detailed.at("server.host").at("origin").as_string() == "default");
    BOOST_TEST(user.out().find("hush") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(show_and_check_refuse_a_faulty_configuration_with_exit_code_3)
{
    for (auto const* command : {"show", "check"}) {
        terminal user;
        user.space.toml("[server]\nprot = 1\nport = 70000\n");
        BOOST_TEST(user.run({"config", command}) == 3);
        BOOST_TEST(user.out() == "");
        BOOST_TEST(user.err().find("error[FX0102]") == 0U);
        BOOST_TEST(user.err().ends_with("\n2 problems\n"));
    }
}

BOOST_AUTO_TEST_CASE(check_says_what_it_read_and_what_it_cannot_know)
{
    std::string const plugins = "plugins and their tables are checked by `framex run --check`\n";
    terminal user;
    BOOST_TEST(user.run({"config", "check"}) == 0);
    BOOST_TEST(user.out() == "ok: the configuration is valid; no file read\n" + plugins);
    fill(user);
    BOOST_TEST(user.run({"config", "check"}) == 0);
    BOOST_TEST(user.out() == "ok: the configuration is valid; .env, config.toml read\n" + plugins);
    BOOST_TEST(user.err() == "");
    user.space.toml("[sentry]\nenable = true\n");
    BOOST_TEST(user.run({"config", "check"}) == 0);
    BOOST_TEST(user.err().starts_with("warning[FX0110]: `sentry` has no effect"));
}

BOOST_AUTO_TEST_SUITE_END()
