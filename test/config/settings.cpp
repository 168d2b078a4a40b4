#include "config/inline_tables.hpp"
#include "config/workspace.hpp"

#include <framex/config/settings.hpp>

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using framex::test::workspace;

BOOST_AUTO_TEST_SUITE(settings)

BOOST_AUTO_TEST_CASE(defaults_are_those_that_are_written_down)
{
    framex::settings const made;
    BOOST_TEST(made.server.host == "127.0.0.1");
    BOOST_TEST(made.server.port == 8080);
    BOOST_TEST(made.server.dashboard_port == 8260);
    BOOST_TEST(made.server.num_cpus == -1);
    BOOST_TEST(made.server.error_status == "real");
    BOOST_TEST(made.server.legal_proxy_code == std::vector<std::int64_t>{200});
    BOOST_TEST(!made.log.access);
    BOOST_TEST(!made.auth.oauth);
    framex::limit_settings const& limits = made.server.limits;
    BOOST_TEST(framex::to_text(limits.head_timeout) == "10s");
    BOOST_TEST(framex::to_text(limits.head_size) == "32 KB");
    BOOST_TEST(framex::to_text(limits.target_size) == "8 KB");
    BOOST_TEST(framex::to_text(limits.body_size) == "16 MB");
    BOOST_TEST(framex::to_text(limits.keep_alive) == "30s");
    BOOST_TEST(framex::to_text(limits.handler_timeout) == "0s");
}

BOOST_AUTO_TEST_CASE(every_key_of_the_original_is_accepted)
{
    workspace space;
    space.toml(R"(load_plugins = ["lab"]
load_builtin_plugins = ["echo", "proxy"]
[base_ingress_config]
max_ongoing_requests = 10
[server]
host = "0.0.0.0"
port = 18002
dashboard_host = "127.0.0.1"
dashboard_port = 8260
use_ray = false
enable_proxy = true
legal_proxy_code = [200, 201]
num_cpus = -1
excluded_log_paths = ["/api/v1/lab/full"]
ingress_config = { max_ongoing_requests = 60 }
reversion = "9.9"
[log]
simple_log = true
ignored_contains = ["GET /ping"]
[sentry]
enable = false
ignore_errors = []
[cache]
enabled = true
mode = "file"
ttl = -1
max_size = 3
file_dir = "cachedir"
[auth.rules]
"/api/v1/echo" = ["echo-key", "echo-key-2"]
[auth.oauth]
provider = "gitlab"
base_url = "http://127.0.0.1:18010"
client_id = "cid"
client_secret = "csecret"
redirect_uri = "/oauth/callback"
app_url = "http://127.0.0.1:18002"
jwt_secret = "corpus-secret"
[[docs.action_buttons]]
title = "Guarded"
body = { id = 5 }
[docs.action_buttons.auth]
type = "password"
[[docs.action_buttons.inputs]]
name = "label"
[repository.auth.gitlab]
endpoints = [{ host = "git.example.com" }]
[test]
silent = true
[plugins.proxy]
timeout = 5
white_list = ["/*"]
[plugins.proxy.proxy_urls."http://127.0.0.1:18411"]
enable = ["/api/v1/px/*"]
)");
    BOOST_TEST(space.problems() == "");
    auto const made = space.read();
    BOOST_TEST(made.settings().auth.rules.at("/api/v1/echo").size() == 2U);
    BOOST_TEST(made.settings().auth.oauth->jwt_algorithm == "HS256");
    BOOST_TEST(made.settings().cache.ttl == -1);
    BOOST_TEST(framex::json::serialize(made.settings().docs.action_buttons.front())
        == R"({"auth":{"type":"password"},"body":{"id":5},"inputs":[{"name":"label"}],"title":"Guarded"})");
    BOOST_TEST(framex::json::serialize(made.settings().plugins.at("proxy"))
        == R"({"proxy_urls":{"http://127.0.0.1:18411":{"enable":["/api/v1/px/*"]}},)"
           R"("timeout":5,"white_list":["/*"]})");
}

BOOST_AUTO_TEST_CASE(an_inline_table_over_several_lines_is_accepted_as_people_print_it)
{
    workspace space;
    space.toml("[plugins.proxy.auth]\n"
               "rules = {\n"
               "  \"/api/v1/openapi.json\" = [\"docs-key\"], # with } and \"\n"
               "  \"/api/v1/base/version\" = [\"service-key\"],\n"
               "  \"/api/v1/base/*\" = [\"a\", # one\n \"b\"],\n"
               "}\n"
               "[server]\n"
               "prot = 1\n");
    auto const made = space.read();
    BOOST_TEST(framex::json::serialize(made.settings().plugins.at("proxy"))
        == R"({"auth":{"rules":{"/api/v1/base/*":["a","b"],"/api/v1/base/version":["service-key"],)"
           R"("/api/v1/openapi.json":["docs-key"]}}})");
    BOOST_TEST(made.history({"plugins", "proxy", "auth", "rules", "/api/v1/base/version"})->origin.text()
        == "config.toml:4");
    BOOST_TEST_REQUIRE(made.problems().size() == 1U);
    BOOST_TEST(made.problems().front().place == "config.toml:9:1");
}

BOOST_AUTO_TEST_CASE(a_depth_that_no_json_body_can_have_is_refused)
{
    BOOST_TEST(workspace().toml("[server.limits]\njson_depth = 64\n").problems() == "");
    BOOST_TEST(workspace()
            .toml("[server.limits]\njson_depth = 65\n")
            .problems()
            .starts_with("error[FX0104]: `server.limits.json_depth` should be less than or equal to 64\n"));
}

BOOST_AUTO_TEST_CASE(joining_changes_nothing_outside_of_inline_tables)
{
    for (std::string const text : {"a = [1,\n2, # } {\n]\n", "a = \"{\\\"\n\"\n", "a = '''\n{\n'''\nb = 1\n",
             "a = \"\"\"\n{ \\\"\"\"\" # {\n\"\"\"\n", "# {\na = 1\n", "a = {}\nb = { c = 1 }\n",
             "a = { b = 1\nc = 2\n"})
        BOOST_TEST(framex::join_inline_tables(text) == text);
}

BOOST_AUTO_TEST_CASE(joining_keeps_every_octet_at_its_place)
{
    BOOST_TEST(
        framex::join_inline_tables("a = {\n b = 1, # x\r\n}\nc = 1\n") == "a = {  b = 1       }\nc = 1\n");
    BOOST_TEST(framex::join_inline_tables("a = { b = \"\"\"\n\"\"\",\n c = [ {\n}, ] }\n")
        == "a = { b = \"\"\"\n\"\"\",  c = [ { }, ] }\n");
}

BOOST_AUTO_TEST_CASE(a_text_cut_at_any_place_is_either_read_or_refused)
{
    std::string const text =
        "[auth]\nrules = {\n  \"/a\" = [\"k\"], # }\n}\n[server.limits]\nbody_size = '1 MB'\n";
    for (std::size_t length = 0; length <= text.size(); ++length) {
        auto const made = workspace().toml(text.substr(0, length)).read();
        BOOST_TEST(made.problems().size() <= 1U);
        BOOST_TEST(framex::join_inline_tables(text.substr(0, length)).size() == length);
    }
}

BOOST_AUTO_TEST_CASE(toml_values_without_a_json_kind_become_texts)
{
    workspace space;
    space.toml("[plugins.x]\nday = 2026-01-02\ntime = 03:04:05\nmoment = 2026-01-02T03:04:05Z\nlimit = "
               "inf\nreal = 1.5\n");
    BOOST_TEST(framex::json::serialize(space.read().settings().plugins.at("x"))
        == R"({"day":"2026-01-02","limit":"inf","moment":"2026-01-02T03:04:05Z",)"
           R"("real":1.5E0,"time":"03:04:05"})");
}

BOOST_AUTO_TEST_SUITE_END()
