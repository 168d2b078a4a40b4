#include "config/workspace.hpp"

#include <framex/config/sources.hpp>

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <functional>

using framex::test::workspace;

namespace {

struct source {
    char const* name;
    std::function<void(workspace&, std::string const&)> set_level;
};

/// From the weakest to the strongest.
std::array<source, 6> const sources = {
    source{"pyproject.toml:2",
        [](workspace& space, std::string const& level) {
            space.file("pyproject.toml", "[tool.framex.log]\nlevel = \"" + level + "\"\n");
        }},
    source{"config.toml:2",
        [](workspace& space, std::string const& level) { space.toml("[log]\nlevel = \"" + level + "\"\n"); }},
    source{".env:1",
        [](workspace& space, std::string const& level) { space.file(".env", "LOG__LEVEL=" + level + "\n"); }},
    source{".env.prod:1",
        [](workspace& space, std::string const& level) {
            space.file(".env.prod", "LOG__LEVEL=" + level + "\n");
        }},
    source{"env LOG__LEVEL",
        [](workspace& space, std::string const& level) { space.variable("LOG__LEVEL", level); }},
    source{
        "command line", [](workspace& space, std::string const& level) { space.option("log.level", level); }},
};

framex::setting_path const level_path = {"log", "level"};

} // namespace

BOOST_AUTO_TEST_SUITE(sources_order)

BOOST_AUTO_TEST_CASE(without_any_source_there_are_defaults_and_no_problem)
{
    auto const made = workspace().read();
    BOOST_TEST(made.problems().empty());
    BOOST_TEST(made.settings().server.port == 8080);
    BOOST_TEST(made.settings().log.level == "info");
    BOOST_TEST(made.history(level_path)->origin.text() == "default");
    BOOST_TEST(made.files().empty());
}

BOOST_AUTO_TEST_CASE(every_source_alone_beats_the_defaults_and_is_named_as_origin)
{
    for (source const& each : sources) {
        workspace space;
        each.set_level(space, "debug");
        auto const made = space.read();
        BOOST_TEST(framex::render(made.problems()) == "");
        BOOST_TEST(made.settings().log.level == "debug", each.name);
        BOOST_TEST(made.history(level_path)->origin.text() == each.name);
        BOOST_TEST(made.history(level_path)->overrode.empty());
    }
}

BOOST_AUTO_TEST_CASE(of_every_pair_of_sources_the_stronger_wins_and_remembers_the_weaker)
{
    for (std::size_t weak = 0; weak < sources.size(); ++weak) {
        for (std::size_t strong = weak + 1; strong < sources.size(); ++strong) {
            workspace space;
            sources[strong].set_level(space, "error");
            sources[weak].set_level(space, "debug");
            auto const made = space.read();
            BOOST_TEST(
                made.settings().log.level == "error", sources[weak].name << " / " << sources[strong].name);
            BOOST_TEST(made.history(level_path)->origin.text() == sources[strong].name);
            BOOST_TEST_REQUIRE(made.history(level_path)->overrode.size() == 1U);
            BOOST_TEST(made.history(level_path)->overrode.front().text() == sources[weak].name);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_was_overridden_is_listed_from_the_strongest_on)
{
    workspace space;
    for (source const& each : sources)
        each.set_level(space, "debug");
    std::string text;
    auto const made = space.read();
    for (auto const& each : made.history(level_path)->overrode)
        text += each.text() + "|";
    BOOST_TEST(text == "env LOG__LEVEL|.env.prod:1|.env:1|config.toml:2|pyproject.toml:2|");
}

BOOST_AUTO_TEST_CASE(tables_merge_key_by_key)
{
    workspace space;
    space.file("pyproject.toml", "[tool.framex.server]\nport = 1\nhost = \"a\"\n[tool.other]\nx = 1\n");
    space.toml("[server]\nport = 2\nthreads = 3\n[server.limits]\njson_depth = 9\n");
    space.variable("SERVER__LIMITS__FIELD_COUNT", "7");
    auto const made = space.read();
    BOOST_TEST(made.problems().empty());
    BOOST_TEST(made.settings().server.host == "a");
    BOOST_TEST(made.settings().server.port == 2);
    BOOST_TEST(made.settings().server.threads == 3);
    BOOST_TEST(made.settings().server.limits.json_depth == 9);
    BOOST_TEST(made.settings().server.limits.field_count == 7);
}

BOOST_AUTO_TEST_CASE(free_tables_merge_too)
{
    workspace space;
    space.toml("[plugins.foo]\na = 1\n[plugins.foo.deep]\nx = 1\ny = [1, 2]\n");
    space.variable("PLUGINS__FOO__DEEP__Y", "[3]").variable("PLUGINS__FOO__B", "text");
    auto const made = space.read();
    BOOST_TEST(framex::json::serialize(made.settings().plugins.at("foo"))
        == R"({"a":1,"deep":{"x":1,"y":[3]},"b":"text"})");
    BOOST_TEST(made.history({"plugins", "foo", "deep", "x"})->origin.text() == "config.toml:4");
    BOOST_TEST(made.history({"plugins", "foo", "deep", "y"})->origin.text() == "env PLUGINS__FOO__DEEP__Y");
}

BOOST_AUTO_TEST_CASE(lists_are_replaced_and_their_members_places_with_them)
{
    workspace space;
    space.toml("load_plugins = [\"a\", \"b\", \"c\"]\n").variable("LOAD_PLUGINS", "[\"d\"]");
    auto const made = space.read();
    BOOST_TEST(made.settings().load_plugins == std::vector<std::string>{"d"});
    BOOST_TEST(made.history({"load_plugins"})->origin.text() == "env LOAD_PLUGINS");
    BOOST_TEST(made.history({"load_plugins", "1"}) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_named_file_replaces_config_toml)
{
    workspace space;
    space.toml("[server]\nport = 1\n").file("other.toml", "[server]\nthreads = 2\n");
    space.sources.config_file = "other.toml";
    auto const made = space.read();
    BOOST_TEST(made.settings().server.port == 8080);
    BOOST_TEST(made.settings().server.threads == 2);
    BOOST_TEST(made.files() == std::vector<std::string>{"other.toml"});
}

BOOST_AUTO_TEST_CASE(plugins_of_the_command_line_go_before_the_configured_ones_and_count_once)
{
    workspace space;
    space.toml("load_plugins = [\"a\", \"b\"]\nload_builtin_plugins = [\"echo\"]\n");
    space.sources.load_plugins = {"c", "b"};
    auto const made = space.read();
    BOOST_TEST((made.settings().load_plugins == std::vector<std::string>{"c", "b", "a"}));
    BOOST_TEST((made.settings().load_builtin_plugins == std::vector<std::string>{"echo"}));
    BOOST_TEST(made.history({"load_plugins"})->origin.text() == "command line");
    BOOST_TEST(made.history({"load_plugins"})->overrode.front().text() == "config.toml:1");
    BOOST_TEST(made.origin_of({"load_plugins", "1"}).text() == "command line: --load-plugins");
    BOOST_TEST(made.origin_of({"load_plugins", "2"}).text() == "config.toml:1");
    BOOST_TEST(made.origin_of({"server", "port"}).text() == "default");
}

BOOST_AUTO_TEST_CASE(keys_of_the_command_line_may_be_quoted_and_later_ones_win)
{
    workspace space;
    space.option("auth.rules.\"/api/v1/x.y\"", "[\"k\"]")
        .option("server.port", "1")
        .option("server.port", "2");
    auto const made = space.read();
    BOOST_TEST(framex::render(made.problems()) == "");
    BOOST_TEST(made.settings().auth.rules.at("/api/v1/x.y").front() == "k");
    BOOST_TEST(made.settings().server.port == 2);
}

BOOST_AUTO_TEST_CASE(a_table_in_the_place_of_a_list_is_replaced_as_a_whole)
{
    workspace space;
    space.toml("[plugins.proxy]\nproxy_urls = [\"http://a\"]\n");
    space.option("plugins.proxy.proxy_urls", R"({"http://b": {"enable": ["/x"]}})");
    auto const made = space.read();
    BOOST_TEST(framex::json::serialize(made.settings().plugins.at("proxy"))
        == R"({"proxy_urls":{"http://b":{"enable":["/x"]}}})");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(secrets)

BOOST_AUTO_TEST_CASE(a_secret_is_known_by_its_table_or_its_name)
{
    using framex::is_secret;
    BOOST_TEST(is_secret({"auth", "rules", "/api/*"}));
    BOOST_TEST(is_secret({"plugins", "proxy", "auth", "rules", "/x", "0"}));
    BOOST_TEST(is_secret({"auth", "oauth", "client_secret"}));
    BOOST_TEST(is_secret({"auth", "oauth", "jwt_secret"}));
    BOOST_TEST(is_secret({"plugins", "lab", "API-Key"}));
    BOOST_TEST(is_secret({"sentry", "dsn"}));
    BOOST_TEST(is_secret({"repository", "auth", "github", "token"}));
    BOOST_TEST(is_secret({"plugins", "x", "credentials", "user"}));
    BOOST_TEST(!is_secret({"auth", "oauth", "token_url"}));
    BOOST_TEST(!is_secret({"auth", "oauth", "client_id"}));
    BOOST_TEST(!is_secret({"repository", "auth", "github", "token_header"}));
    BOOST_TEST(!is_secret({"plugins", "llm", "max_tokens"}));
    BOOST_TEST(!is_secret({"plugins", "proxy", "proxy_urls"}));
}

BOOST_AUTO_TEST_CASE(the_masked_values_hold_no_secret_but_say_that_one_is_set)
{
    workspace space;
    space.toml("[auth.rules]\n\"/a\" = [\"hush-1\"]\n"
               "[auth.oauth]\nclient_id = \"cid\"\nclient_secret = \"hush-2\"\njwt_secret = \"hush-3\"\n"
               "[plugins.lab]\napi_key = \"hush-4\"\nplain = \"shown\"\nempty_token = \"\"\n"
               "[[docs.action_buttons]]\ntitle = \"t\"\nauth = { password = \"hush-5\" }\n");
    space.variable("SENTRY__DSN", "hush-6");
    std::string const text = framex::json::serialize(space.read().masked());
    BOOST_TEST(text.find("hush") == text.npos);
    for (auto const* part :
        {R"-("/a":"(set)")-", R"-("client_id":"cid")-", R"-("client_secret":"(set)")-",
            R"-("plain":"shown")-", R"-("empty_token":"")-", R"-("password":"(set)")-", R"-("dsn":"(set)")-"})
        BOOST_TEST(text.find(part) != text.npos, part);
}

BOOST_AUTO_TEST_CASE(durations_and_sizes_are_shown_with_a_unit)
{
    workspace space;
    space.toml("[server.limits]\nhead_timeout = 90\nbody_size = 10485760\nbody_timeout = 0.25\n");
    auto const made = space.read();
    auto const limits = made.masked().at("server").at("limits").as_object();
    BOOST_TEST(limits.at("head_timeout").as_string() == "90s");
    BOOST_TEST(limits.at("body_size").as_string() == "10 MB");
    BOOST_TEST(limits.at("body_timeout").as_string() == "250ms");
    BOOST_TEST(made.settings().server.limits.head_timeout.milliseconds == 90000);
    BOOST_TEST(made.settings().server.limits.body_size.bytes == 10485760U);
}

BOOST_AUTO_TEST_SUITE_END()
