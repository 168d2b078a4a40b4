#include "proxy/settings.hpp"

#include "config/workspace.hpp"

#include <framex/model/issue.hpp>
#include <framex/plugin/context.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::proxy;
using namespace std::chrono_literals;

namespace {

/// The plugin's settings as the plugin reads them from a file.
proxy_settings checked(configuration const& from)
{
    asio::io_context context;
    auto const table = from.settings().plugins.find("proxy");
    plugin_context plugin(context.get_executor(), "proxy",
        table == from.settings().plugins.end() ? "{}" : to_json(table->second));
    return check(plugin.config<settings_table>());
}

proxy_settings read(std::string const& toml)
{
    auto const from = test::workspace().toml(toml).read();
    BOOST_TEST(render(from.problems()) == "");
    return checked(from);
}

/// What a person sees; empty when nothing is refused.
std::string refusals(test::workspace const& files)
{
    auto const from = files.read();
    auto problems = from.problems();
    try {
        checked(from);
    } catch (validation_error const& refused) {
        for (auto const& one : refused.issues())
            problems.push_back(from.problem_of(one));
    }
    return render(problems);
}

std::string refusals(std::string const& toml)
{
    test::workspace files;
    return refusals(files.toml(toml));
}

bool tells(std::string const& text, std::string_view part) { return text.find(part) != text.npos; }

} // namespace

BOOST_AUTO_TEST_SUITE(proxy_settings_file)

BOOST_AUTO_TEST_CASE(the_table_form_with_everything_is_accepted_as_it_is_printed)
{
    auto const made = read(R"(load_builtin_plugins = ["proxy"]

[server]
enable_proxy = true

[plugins.proxy]
white_list = ["/*"]
force_stream_apis = ["/api/v1/chat/stream"]
timeout = 600

[plugins.proxy.proxy_urls."http://127.0.0.1:9000"]
enable = ["/api/v1/*"]
disable = []

[plugins.proxy.auth]
rules = {
  "/api/v1/openapi.json" = ["docs-key"],
  "/api/v1/base/version" = ["service-key"],
  "/api/v1/base/*" = ["service-key", "second"]
}
)");
    BOOST_TEST_REQUIRE(made.upstreams.size() == 1U);
    auto const& only = made.upstreams.front();
    BOOST_TEST(only.url == "http://127.0.0.1:9000");
    BOOST_TEST(only.docs_path == "/api/v1/openapi.json");
    BOOST_TEST(only.weight == 1);
    BOOST_TEST(only.rules.decide("/api/v1/x").because == "enable \"/api/v1/*\"");
    BOOST_TEST(only.rules.decide("/plain").because == "white_list \"/*\"");
    BOOST_TEST(made.force_stream_apis == std::vector<std::string>{"/api/v1/chat/stream"});
    BOOST_TEST((made.group.upstream.client.head_timeout == 600s));
    BOOST_TEST(made.key_for("/api/v1/openapi.json") == "docs-key");
    BOOST_TEST(made.key_for("/api/v1/base/{id}") == "service-key");
    BOOST_TEST(made.key_for("/api/v1/other").empty());
}

BOOST_AUTO_TEST_CASE(the_list_form_takes_everything_unless_white_list_says_what)
{
    auto const all = read("[plugins.proxy]\nproxy_urls = [\"http://a:1\", \"http://b/prefix/\"]\n");
    BOOST_TEST_REQUIRE(all.upstreams.size() == 2U);
    BOOST_TEST(all.upstreams[0].url == "http://a:1");
    BOOST_TEST(all.upstreams[1].url == "http://b/prefix");
    BOOST_TEST(all.upstreams[1].docs_path == "/api/v1/openapi.json");
    BOOST_TEST(all.upstreams[1].rules.decide("/x/{y}").because == "white_list \"/*\"");
    BOOST_TEST((all.group.upstream.client.head_timeout == 600s));
    BOOST_TEST((all.refresh == 30s));

    auto const some = read("[plugins.proxy]\nproxy_urls = [\"http://a\"]\nwhite_list = [\"/api/*\"]\n");
    BOOST_TEST(some.upstreams[0].rules.decide("/api/x").taken);
    BOOST_TEST(some.upstreams[0].rules.decide("/x").because == "not in white_list");
}

BOOST_AUTO_TEST_CASE(a_table_without_rules_takes_everything_unless_there_is_a_white_list)
{
    std::string const url =
        "[plugins.proxy.proxy_urls.\"http://a\"]\ndocs_path = \"/spec/openapi.json?x=1\"\n"
        "weight = 3\n";
    auto const all = read(url);
    BOOST_TEST(all.upstreams[0].rules.decide("/x").because == "enable \"*\"");
    BOOST_TEST(all.upstreams[0].docs_path == "/spec/openapi.json?x=1");
    BOOST_TEST(all.upstreams[0].weight == 3);

    auto const white = read("[plugins.proxy]\nwhite_list = [\"/api/*\"]\n" + url);
    BOOST_TEST(white.upstreams[0].rules.decide("/api/x").because == "white_list \"/api/*\"");
    BOOST_TEST(white.upstreams[0].rules.decide("/x").because == "not in white_list");

    auto const strict = read(url + "enable = [\"/api/*\"]\ndisable = [\"/api/internal/*\"]\n");
    BOOST_TEST(strict.upstreams[0].rules.decide("/x").because == "not enabled");
    BOOST_TEST(strict.upstreams[0].rules.decide("/api/internal/x").because == "disable \"/api/internal/*\"");
    BOOST_TEST(read(url + "enable = []\n").upstreams[0].rules.decide("/x").because == "not enabled");
}

BOOST_AUTO_TEST_CASE(several_upstreams_keys_and_functions_are_read)
{
    auto const made = read(R"([plugins.proxy]
timeout = "90s"
refresh = "500ms"
ingress_config = { max_ongoing_requests = 60 }
[plugins.proxy.proxy_urls]
"http://127.0.0.1:18001" = {}
"http://127.0.0.1:18010/" = { enable = ["/api/v1/u/*", "/plain/outside"] }
[plugins.proxy.proxy_functions]
"http://127.0.0.1:18010" = ["lab.add", "lab.give"]
)");
    BOOST_TEST(made.upstreams.size() == 2U);
    BOOST_TEST((made.group.upstream.client.head_timeout == 90s));
    BOOST_TEST((made.refresh == 500ms));
    BOOST_TEST(made.proxy_functions.at("http://127.0.0.1:18010").size() == 2U);
    BOOST_TEST(checked(configuration()).upstreams.empty());
}

BOOST_AUTO_TEST_CASE(unknown_keys_are_refused_with_what_was_meant)
{
    BOOST_TEST(
        refusals("[plugins.proxy]\nwhitelist = [\"/*\"]\n") == R"(error[FX0102]: unknown setting `whitelist`
  --> config.toml:2:1
2 | whitelist = ["/*"]
  | ^^^^^^^^^ in table [plugins.proxy]
help: did you mean `white_list`?
)");
    auto const nested = refusals("[plugins.proxy.proxy_urls.\"http://a\"]\nenabled = [\"/*\"]\n");
    BOOST_TEST(tells(nested, "config.toml:2:1"), nested);
    BOOST_TEST(tells(nested, "did you mean `enable`?"), nested);
    BOOST_TEST(tells(refusals("[plugins.proxy.auth]\noauth = {}\n"), "unknown setting `oauth`"));
}

BOOST_AUTO_TEST_CASE(rules_that_can_never_match_are_refused_at_their_place)
{
    auto const told = refusals(R"([plugins.proxy]
white_list = ["/ok/*", "api/*"]
force_stream_apis = ["/api/v1/*", "/%61"]
[plugins.proxy.proxy_urls."http://a"]
enable = ["/a/../b"]
disable = ["/x*"]
[plugins.proxy.auth.rules]
"api" = ["key"]
)");
    for (auto const* part : {"config.toml:2",
             "`plugins.proxy.white_list[1]` can never match a path: write an exact", "config.toml:3",
             "`plugins.proxy.force_stream_apis[0]` can never match a path: write an exact path",
             "`plugins.proxy.force_stream_apis[1]` can never match a path: paths are normalised before they "
             "are "
             "compared, write /a",
             "`plugins.proxy.proxy_urls.\"http://a\".enable[0]` can never match a path", "write /b",
             "`plugins.proxy.proxy_urls.\"http://a\".disable[0]` can never match a path",
             "`plugins.proxy.auth.rules.api` can never match a path: begin it with /", "6 problems"})
        BOOST_TEST(tells(told, part), part << "\n" << told);
}

BOOST_AUTO_TEST_CASE(urls_that_cannot_be_called_are_refused)
{
    std::pair<char const*, char const*> const wrong[] = {
        {"[\"a\"]", "should be an URL of the form http[s]://host"},
        {"[\"ftp://a\"]", "it has another scheme"},
        {"[\"http://a:99999\"]", "its port is not from 1 to 65535"},
        {"[\"http://a/x?y=1\"]", "should be an URL without a query"},
        {"[\"http://a\", \"http://a/\"]", "`plugins.proxy.proxy_urls[1]` names the same upstream"},
        {"[7]", "`plugins.proxy.proxy_urls[0]` wants a text, found"},
        {"\"http://a\"", "`plugins.proxy.proxy_urls` should be a list of URLs, or a table"},
        {"{ \"http://a\" = 5 }", "wants a table, found"},
        {"{ \"http://a\" = { weight = 0 } }", "should be greater than or equal to 1"},
        {"{ \"http://a\" = { docs_path = \"openapi.json\" } }", "should begin with /"},
        {"{ \"http://a\" = { docs_path = \"/open api.json\" } }", "be percent-encoded"}};
    for (auto const& [urls, words] : wrong) {
        auto const told = refusals("[plugins.proxy]\nproxy_urls = " + std::string(urls) + "\n");
        BOOST_TEST((tells(told, words) && tells(told, "config.toml:2")), urls << "\n" << told);
    }
}

BOOST_AUTO_TEST_CASE(websockets_are_the_paths_of_routes)
{
    auto const made = read(R"([plugins.proxy.proxy_urls."http://a"]
websockets = ["/ws", "/rooms/{id}", "/chat/*", "*"]
)");
    std::vector<std::string> const paths{"/ws", "/rooms/{id}", "/chat/*", "/*"};
    BOOST_TEST(made.upstreams.at(0).websockets == paths);
    auto const told = refusals(R"([plugins.proxy.proxy_urls."http://a"]
websockets = ["ws", "/a/../b", "/rooms/{room-id}"]
)");
    for (auto const* part : {"config.toml:2",
             "`plugins.proxy.proxy_urls.\"http://a\".websockets[0]` can never match a path: write an exact "
             "path",
             "`plugins.proxy.proxy_urls.\"http://a\".websockets[1]` can never match a path", "write /b",
             "`plugins.proxy.proxy_urls.\"http://a\".websockets[2]` cannot be the path of a route: path "
             "pattern "
             "\"/rooms/{room-id}\": a parameter is written {name}",
             "3 problems"})
        BOOST_TEST(tells(told, part), part << "\n" << told);
}

BOOST_AUTO_TEST_CASE(groups_are_made_as_the_settings_say)
{
    auto const made = read(R"([plugins.proxy]
timeout = 90
balance = "least_in_flight"
in_flight = 7
repeats_sent = true
health_path = "/up?deep=1"
tls = { trusts_any_certificate = true }
[plugins.proxy.auth.rules]
"/up" = ["up-key", "another"]
)");
    BOOST_TEST((made.group.upstream.client.connect_timeout == 30s));
    BOOST_TEST((made.group.balance == balance::least_in_flight));
    BOOST_TEST(made.group.in_flight == 7u);
    BOOST_TEST(made.group.retry.repeats_sent);
    BOOST_TEST(made.checks_health);
    BOOST_TEST(made.group.health.path == "/up?deep=1");
    BOOST_TEST(made.group.health.authorization == "up-key");
    BOOST_TEST(made.group.upstream.client.tls.trusts_any_certificate);
    for (auto const* wrong : {"balance = \"random\"", "in_flight = -1", "health_path = \"up\"",
             "tls = { ca_file = \"/nowhere/ca.pem\" }", "tls = { verify = false }"})
        BOOST_TEST(tells(refusals("[plugins.proxy]\n" + std::string(wrong) + "\n"), "config.toml:2"), wrong);
}

BOOST_AUTO_TEST_CASE(keys_functions_and_timeout_are_refused_at_their_place)
{
    auto const told = refusals(R"([plugins.proxy]
proxy_urls = ["http://127.0.0.1:9000"]
timeout = "soon"
refresh = 0
[plugins.proxy.auth.rules]
"/a" = []
"/b" = ["two\nlines"]
[plugins.proxy.proxy_functions]
"http://127.0.0.1:9001" = ["f"]
)");
    for (auto const* part : {"config.toml:3", "`plugins.proxy.timeout` should be a number of seconds above 0",
             "config.toml:4", "`plugins.proxy.refresh` should be a number of seconds above 0",
             "`plugins.proxy.auth.rules.\"/a\"` should list a key to send",
             "`plugins.proxy.auth.rules.\"/b\"[0]` should be a key that a header field can hold",
             "is none of proxy_urls, did you mean http://127.0.0.1:9000?", "5 problems"})
        BOOST_TEST(tells(told, part), part << "\n" << told);
    BOOST_TEST(!tells(told, "two"), told);
    for (auto const* time : {"0", "-1", "true", "[]", "\"0s\""})
        BOOST_TEST(tells(refusals("[plugins.proxy]\ntimeout = " + std::string(time)), "above 0"), time);
}

BOOST_AUTO_TEST_CASE(the_environment_says_the_same)
{
    test::workspace files;
    files.variable("PLUGINS__PROXY__PROXY_URLS", R"({"http://a": {"enable": ["/x/*"], "disable": ["y"]}})");
    auto const told = refusals(files);
    BOOST_TEST(tells(told, "env PLUGINS__PROXY__PROXY_URLS"), told);
    BOOST_TEST(tells(told, "disable[0]` can never match a path"), told);
}

BOOST_AUTO_TEST_SUITE_END()
