#include "cli/settings_check.hpp"

#include "cli/terminal.hpp"

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::cli;
using framex::test::terminal;
using framex::test::workspace;

namespace {

std::string faults(workspace const& space, std::vector<std::string> const& built_in = {"echo", "proxy"})
{
    auto const made = space.read();
    BOOST_TEST(render(made.problems()) == "");
    return render(unusable_settings(made, built_in));
}

} // namespace

BOOST_AUTO_TEST_SUITE(settings_check)

BOOST_AUTO_TEST_CASE(a_host_that_is_no_address_is_shown_where_it_stands)
{
    BOOST_TEST(faults(workspace().toml("[server]\nhost = \"example\"\n"))
        == "error[FX0201]: `server.host` is `example`, which is no IP address\n"
           "  --> config.toml:2:8\n"
           "2 | host = \"example\"\n"
           "  |        ^^^^^^^^^\n"
           "help: use 127.0.0.1 for this machine only, 0.0.0.0 or :: for every network\n");
    for (std::string const host : {"localhost", "127.0.0.1", "::1", "0.0.0.0"})
        BOOST_TEST(faults(workspace().option("server.host", host)) == "", host);
    BOOST_TEST(address_of_host("localhost")->is_loopback());
}

BOOST_AUTO_TEST_CASE(the_proxy_must_be_loaded_to_be_enabled)
{
    BOOST_TEST(faults(workspace().toml("[server]\nenable_proxy = true\n"))
        == "error[FX0106]: `server.enable_proxy` is true, but the built-in plugin `proxy` is not loaded\n"
           "  --> config.toml:2:16\n"
           "2 | enable_proxy = true\n"
           "  |                ^^^^\n"
           "help: add load_builtin_plugins = [\"proxy\"], or the option --load-builtin-plugins proxy; or "
           "leave the proxy off\n");
    BOOST_TEST(faults(workspace().toml("load_builtin_plugins = [\"proxy\"]\n[server]\nenable_proxy = true\n"))
        == "");
}

BOOST_AUTO_TEST_CASE(a_program_without_the_proxy_says_so_once)
{
    std::string const text =
        "error[FX0106]: `server.enable_proxy` is true, and the proxy is not part of this "
        "program\n  --> command line\nhelp: leave the proxy off: remove enable_proxy, or the option "
        "--enable-proxy\n";
    workspace space;
    space.option("server.enable_proxy", "true");
    BOOST_TEST(faults(space, {"echo"}) == text);
    space.sources.load_builtin_plugins = {"proxy"};
    BOOST_TEST(faults(space, {"echo"}) == text);
}

BOOST_AUTO_TEST_CASE(origins_that_no_browser_sends_are_shown_where_they_stand)
{
    BOOST_TEST(faults(workspace().toml("[server.cors]\norigins = [\"https://app.example/\"]\n"))
        == "error[FX0104]: `server.cors.origins[0]` should end after host and port: browsers send neither "
           "path "
           "nor final \"/\"\n"
           "  --> config.toml:2:12\n"
           "2 | origins = [\"https://app.example/\"]\n"
           "  |            ^^^^^^^^^^^^^^^^^^^^^^\n");
    BOOST_TEST(faults(workspace().toml("[server.cors]\norigins = [\"*\"]\ncredentials = true\n"))
        == "error[FX0106]: `server.cors.credentials` should be false while origins is \"*\": browsers refuse "
           "that pair; list the origins that may send cookies\n"
           "  --> config.toml:3:15\n"
           "3 | credentials = true\n"
           "  |               ^^^^\n");
    BOOST_TEST(faults(workspace().toml("[server.cors]\norigins = [\"*\"]\n")) == "");
}

BOOST_AUTO_TEST_CASE(a_content_coding_that_framex_lacks_is_shown_where_it_stands)
{
    BOOST_TEST(faults(workspace().toml("[server.compression]\nencodings = [\"gzip\", \"brotli\"]\n"))
        == "error[FX0104]: `server.compression.encodings[1]` should be \"zstd\", \"br\" or \"gzip\"\n"
           "  --> config.toml:2:22\n"
           "2 | encodings = [\"gzip\", \"brotli\"]\n"
           "  |                      ^^^^^^^^\n");
}

BOOST_AUTO_TEST_CASE(unknown_built_in_plugins_are_shown_where_they_are_named)
{
    workspace space;
    space.toml("load_builtin_plugins = [\"echo\",\n  \"nope\"]\n");
    space.sources.load_builtin_plugins = {"ecco"};
    BOOST_TEST(faults(space)
        == "error[FX0109]: no built-in plugin `ecco`\n"
           "  --> command line: --load-builtin-plugins\n"
           "help: did you mean `echo`?\n"
           "\n"
           "error[FX0109]: no built-in plugin `nope`\n"
           "  --> config.toml:2:3\n"
           "2 |   \"nope\"]\n"
           "  |   ^^^^^^\n"
           "help: built-in plugins: echo proxy\n"
           "\n"
           "2 problems\n");
}

BOOST_AUTO_TEST_CASE(the_exit_code_is_that_of_the_gravest)
{
    auto const code = [](std::string const& toml) {
        return exit_code_of(unusable_settings(workspace().toml(toml).read(), {}));
    };
    BOOST_TEST(code("[server]\nuse_ray = true\n") == plugin_refused);
    BOOST_TEST(code("[server]\nhost = \"x\"\n") == address_taken);
    BOOST_TEST(code("[auth.rules]\n\"x\" = [\"k\"]\n[server]\nhost = \"x\"\n") == configuration_refused);
}

BOOST_AUTO_TEST_CASE(config_check_refuses_them_together_with_the_faults_of_the_sources)
{
    terminal user;
    user.space.toml("[server]\nprot = 1\nuse_ray = true\n[auth.rules]\n\"api/*\" = [\"hush\"]\n");
    BOOST_TEST(user.run({"config", "check"}) == configuration_refused);
    for (std::string const code : {"FX0102", "FX0402", "FX0601"})
        BOOST_TEST(user.err().find("error[" + code + "]") != std::string::npos, code);
    BOOST_TEST(user.err().find("hush") == std::string::npos);
    BOOST_TEST(user.err().ends_with("\n3 problems\n"));
    BOOST_TEST(user.out() == "");
}

BOOST_AUTO_TEST_SUITE_END()
