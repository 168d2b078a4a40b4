#include "cli/cli.hpp"

#include "cli/terminal.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <sstream>

using framex::test::terminal;

BOOST_AUTO_TEST_SUITE(run)

BOOST_AUTO_TEST_CASE(every_option_of_run_reaches_its_setting)
{
    terminal user;
    BOOST_TEST(user.run({"run", "--host", "0.0.0.0", "--port", "9000", "--dashboard-host", "::1",
                   "--dashboard-port", "0", "--num-cpus", "-1", "--load-plugins", "foo", "--load-plugins",
                   "a.b.bar", "--load-builtin-plugins", "echo", "--load-builtin-plugins", "proxy",
                   "--use-ray", "--enable-proxy", "--threads", "2", "--plugin-path", "x", "--plugin-path",
                   "y", "--print-port", "--check"})
        == 0);
    BOOST_TEST(user.err() == "");
    BOOST_TEST_REQUIRE(user.request.has_value());
    auto const& settings = user.request->configuration.settings();
    BOOST_TEST(settings.server.host == "0.0.0.0");
    BOOST_TEST(settings.server.port == 9000);
    BOOST_TEST(settings.server.dashboard_host == "::1");
    BOOST_TEST(settings.server.dashboard_port == 0);
    BOOST_TEST(settings.server.num_cpus == -1);
    BOOST_TEST(settings.server.threads == 2);
    BOOST_TEST(settings.server.use_ray);
    BOOST_TEST(settings.server.enable_proxy);
    BOOST_TEST((settings.load_plugins == std::vector<std::string>{"foo", "a.b.bar"}));
    BOOST_TEST((settings.load_builtin_plugins == std::vector<std::string>{"echo", "proxy"}));
    BOOST_TEST((user.request->plugin_paths == std::vector<std::filesystem::path>{"x", "y"}));
    BOOST_TEST(user.request->prints_port);
    BOOST_TEST(user.request->is_check);
}

BOOST_AUTO_TEST_CASE(an_option_that_is_not_given_leaves_the_configured_value)
{
    terminal user;
    user.space.toml("[server]\nuse_ray = true\nport = 7\n").variable("FRAMEX_PLUGIN_PATH", "/a::/b");
    BOOST_TEST(user.run({"run"}) == 0);
    auto const& server = user.request->configuration.settings().server;
    BOOST_TEST(server.use_ray);
    BOOST_TEST(server.port == 7);
    BOOST_TEST((user.request->plugin_paths == std::vector<std::filesystem::path>{"/a", "/b"}));
    BOOST_TEST(!user.request->is_check);
    BOOST_TEST(!user.request->prints_port);
}

BOOST_AUTO_TEST_CASE(a_switch_has_an_opposite_and_the_last_one_counts)
{
    terminal user;
    user.space.toml("[server]\nuse_ray = true\n");
    BOOST_TEST(user.run({"run", "--no-use-ray"}) == 0);
    BOOST_TEST(!user.request->configuration.settings().server.use_ray);
    BOOST_TEST(user.run({"run", "--no-use-ray", "--use-ray"}) == 0);
    BOOST_TEST(user.request->configuration.settings().server.use_ray);
    BOOST_TEST(user.run({"run", "--use-ray", "--no-use-ray", "--no-enable-proxy"}) == 0);
    BOOST_TEST(!user.request->configuration.settings().server.use_ray);
}

BOOST_AUTO_TEST_CASE(set_writes_any_setting_over_the_options)
{
    terminal user;
    BOOST_TEST(
        user.run({"run", "--set", "server.limits.body_size=32 MB", "--set=server.port=5", "--port=4"}) == 0);
    auto const& server = user.request->configuration.settings().server;
    BOOST_TEST(server.limits.body_size.bytes == 33554432U);
    BOOST_TEST(server.port == 5);
}

BOOST_AUTO_TEST_CASE(another_file_may_be_named)
{
    terminal user;
    user.space.toml("[server\n").file("other.toml", "[server]\nport = 5\n");
    BOOST_TEST(user.run({"run", "--config", "other.toml"}) == 0);
    BOOST_TEST(user.request->configuration.settings().server.port == 5);
}

BOOST_AUTO_TEST_CASE(the_exit_code_is_that_of_the_service)
{
    terminal user;
    user.serve_code = framex::cli::address_taken;
    BOOST_TEST(user.run({"run"}) == 5);
}

BOOST_AUTO_TEST_CASE(a_service_that_breaks_is_a_message_and_exit_code_1)
{
    terminal user;
    user.serve_throws = true;
    BOOST_TEST(user.run({"run"}) == 1);
    BOOST_TEST(user.err() == "error: the service broke\n");
}

BOOST_AUTO_TEST_CASE(a_refused_configuration_serves_nothing_and_is_exit_code_3)
{
    terminal user;
    user.space.toml("[server]\nprot = 1\n");
    BOOST_TEST(user.run({"run"}) == 3);
    BOOST_TEST(user.err().starts_with("error[FX0102]: unknown setting `prot`\n  --> config.toml:2:1\n"));
    BOOST_TEST(user.out() == "");
    BOOST_TEST(!user.request);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(usage)

BOOST_AUTO_TEST_CASE(what_is_not_understood_is_exit_code_2_with_the_next_thing_to_type)
{
    struct mistake {
        std::vector<std::string> arguments;
        std::string text;
    };
    std::string const see_run = "help: see `framex help run`\n";
    for (mistake const& each :
        {
            mistake{{"rnu"}, "error[FX0107]: unknown command `rnu`\nhelp: did you mean `framex run`?\n"},
            mistake{{"banana"}, "error[FX0107]: unknown command `banana`\nhelp: see `framex help`\n"},
            mistake{{"config", "shwo"},
                "error[FX0107]: unknown command `config shwo`\nhelp: did you mean `framex config show`?\n"},
            mistake{{"run", "--prot", "1"},
                "error[FX0107]: unknown option `--prot`\nhelp: did you mean `--port`?\n"},
            mistake{{"run", "--prot=1"},
                "error[FX0107]: unknown option `--prot`\nhelp: did you mean `--port`?\n"},
            mistake{{"run", "--no-use-rya"},
                "error[FX0107]: unknown option `--no-use-rya`\nhelp: did you mean `--no-use-ray`?\n"},
            mistake{{"run", "-p", "1"}, "error[FX0107]: unknown option `-p`\n" + see_run},
            mistake{{"--port", "80", "run"},
                "error[FX0107]: unknown option `--port`\nhelp: options follow the command: framex run "
                "--port\n"},
            mistake{{"run", "extra"}, "error[FX0107]: `framex run` takes no argument `extra`\n" + see_run},
            mistake{{"run", "config"}, "error[FX0107]: `framex run` takes no argument `config`\n" + see_run},
            mistake{{"run", "--port"}, "error[FX0107]: `--port` wants a value: --port PORT\n" + see_run},
            mistake{{"run", "--port", "--host", "h"}, "error[FX0107]: `--port` wants a value: --port PORT\n"},
            mistake{{"run", "--port", "eighty"},
                "error[FX0107]: `--port` wants a whole number from 0 to 65535, found `eighty`\n"},
            mistake{{"run", "--port", "65536"},
                "error[FX0107]: `--port` wants a whole number from 0 to 65535, found `65536`\n"},
            mistake{{"run", "--threads", "0"},
                "error[FX0107]: `--threads` wants a whole number from 1 to 1024, found `0`\n"},
            mistake{{"run", "--host", ""}, "error[FX0107]: `--host` wants a value: --host HOST\n"},
            mistake{{"run", "--port", "1", "--port", "2"},
                "error[FX0107]: `--port` was given 2 times\nhelp: give it once\n"},
            mistake{{"run", "--load-plugins", "a,b"},
                "error[FX0107]: `--load-plugins` takes one name\nhelp: repeat the option instead of using "
                "commas: "
                "--load-plugins a --load-plugins b\n"},
            mistake{{"run", "--load-builtin-plugins", "echo,proxy"},
                "error[FX0107]: `--load-builtin-plugins` takes one name\nhelp: repeat the option instead of "
                "using "
                "commas: --load-builtin-plugins echo --load-builtin-plugins proxy\n"},
            mistake{{"run", "--load-plugins", "a", "b"},
                "error[FX0107]: `framex run` takes no argument `b`\n" + see_run},
            mistake{{"run", "--set", "server.port"},
                "error[FX0107]: `--set` wants KEY=VALUE, found `server.port`\n"
                "help: for example: --set server.port=9000\n"},
            mistake{{"run", "--color", "pink"},
                "error[FX0107]: `--color` wants one of auto, always, never, found `pink`\n"},
        }) {
        terminal user;
        BOOST_TEST(user.run(each.arguments) == 2);
        BOOST_TEST(user.err() == each.text);
        BOOST_TEST(user.out() == "");
        BOOST_TEST(!user.request);
    }
}

BOOST_AUTO_TEST_CASE(the_version_is_one_line_on_standard_output)
{
    terminal user;
    BOOST_TEST(user.run({"--version"}) == 0);
    BOOST_TEST(user.out() == "framex, version 0.1.0\n");
    BOOST_TEST(user.err() == "");
}

BOOST_AUTO_TEST_CASE(messages_are_coloured_only_where_a_terminal_takes_it)
{
    auto const is_coloured = [](terminal& user, std::vector<std::string> options) {
        options.insert(options.begin(), "run");
        user.space.toml("x = 1\n");
        BOOST_TEST(user.run(options) == 3);
        return user.err().find('\x1b') != std::string::npos;
    };
    terminal pipe;
    BOOST_TEST(!is_coloured(pipe, {}));
    BOOST_TEST(is_coloured(pipe, {"--color", "always"}));
    terminal screen;
    screen.is_terminal = true;
    BOOST_TEST(is_coloured(screen, {}));
    BOOST_TEST(!is_coloured(screen, {"--color", "never"}));
    terminal plain;
    plain.is_terminal = true;
    plain.space.variable("NO_COLOR", "1");
    BOOST_TEST(!is_coloured(plain, {}));
    BOOST_TEST(is_coloured(plain, {"--color=always"}));
    terminal dumb;
    dumb.is_terminal = true;
    dumb.space.variable("TERM", "dumb");
    BOOST_TEST(!is_coloured(dumb, {}));
    BOOST_TEST(dumb.run({"--color", "always", "run"}) == 3);
    BOOST_TEST(dumb.err().find('\x1b') != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(explain)

BOOST_AUTO_TEST_CASE(a_code_is_explained_on_standard_output)
{
    terminal user;
    BOOST_TEST(user.run({"explain", "fx0102"}) == 0);
    BOOST_TEST(user.out().starts_with("FX0102: unknown setting\n\n"));
    BOOST_TEST(user.run({"explain", "FX0999", "fx0999"}) == 0);
    std::string const twice = user.out();
    BOOST_TEST(user.run({"explain", "FX0999"}) == 0);
    BOOST_TEST(twice == user.out() + "\n" + user.out());
    BOOST_TEST(
        user.out() == "FX0999: a fault of another room\n\nwhy\n\nExample:\n  how\n\nWhat to do:\n  what\n");
}

BOOST_AUTO_TEST_CASE(without_a_code_all_codes_of_all_rooms_are_listed_in_their_order)
{
    terminal user;
    BOOST_TEST(user.run({"explain"}) == 0);
    BOOST_TEST(user.out().find("FX0102  unknown setting\n") != std::string::npos);
    BOOST_TEST(user.out().find("FX0999  a fault of another room\n") != std::string::npos);
    std::istringstream lines(user.out());
    std::vector<std::string> codes;
    for (std::string line; std::getline(lines, line);)
        codes.push_back(line.substr(0, line.find(' ')));
    BOOST_TEST(std::ranges::is_sorted(codes));
}

BOOST_AUTO_TEST_CASE(an_unknown_code_gets_a_suggestion)
{
    terminal user;
    BOOST_TEST(user.run({"explain", "FX012"}) == 2);
    BOOST_TEST(user.err() == "error[FX0107]: unknown error code `FX012`\nhelp: did you mean `FX0102`?\n");
}

BOOST_AUTO_TEST_SUITE_END()
