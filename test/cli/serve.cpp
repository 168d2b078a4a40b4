// What `framex run` says of a configuration and its plugins before it listens.
#include "cli/serve.hpp"

#include "config/workspace.hpp"

#include <boost/test/unit_test.hpp>

#include <builtin_plugins.hpp>
#include <sstream>

using namespace framex;

namespace {

struct outcome {
    int code = 0;
    std::string text; ///< of standard error
};

/// Loads and starts as `run --check` does.
outcome check(test::workspace const& space, std::vector<std::filesystem::path> plugin_paths = {})
{
    std::ostringstream out, err;
    cli::cli_environment environment{.out = out,
        .err = err,
        .variables = {},
        .working_directory = space.sources.working_directory,
        .built_in_plugins = {},
        .problem_kinds = {},
        .serve = {}};
    cli::run_request request{.configuration = configuration::read(space.sources),
        .plugin_paths = std::move(plugin_paths),
        .is_check = true};
    BOOST_REQUIRE(request.configuration.problems().empty());
    int const code = cli::serve(request, environment, {.builtin = builtin_plugins(), .others = {}});
    return {code, err.str()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(serving)

BOOST_AUTO_TEST_CASE(a_sound_configuration_is_said_to_be_sound)
{
    test::workspace space;
    space.toml("load_builtin_plugins = [\"echo\"]\n");
    auto const seen = check(space);
    BOOST_TEST(seen.code == cli::done);
    BOOST_TEST(seen.text == "the configuration and the plugins are sound\n");
}

BOOST_AUTO_TEST_CASE(settings_that_nothing_acts_on_are_named_and_refuse_nothing)
{
    test::workspace space;
    space.toml("[server]\ndashboard_port = 9000\nport = 1\n[sentry]\nenable = true\n");
    auto const seen = check(space, {"somewhere"});
    BOOST_TEST(seen.code == cli::done);
    BOOST_TEST(seen.text
        == "warning[FX0110]: `server.dashboard_port` has no effect: the operator page is not part of this "
           "program\n"
           "  --> config.toml:2:18\n"
           "2 | dashboard_port = 9000\n"
           "  |                  ^^^^\n"
           "\n"
           "warning[FX0110]: `sentry` has no effect: the report of errors to Sentry is not part of this "
           "program\n"
           "  --> config.toml:4:1\n"
           "4 | [sentry]\n"
           "  | ^^^^^^^^\n"
           "\n"
           "warning[FX0110]: --plugin-path and FRAMEX_PLUGIN_PATH have no effect: the loader of shared "
           "libraries is "
           "not part of this program\n"
           "\n3 warnings\n\n"
           "the configuration and the plugins are sound\n");
}

BOOST_AUTO_TEST_CASE(an_unknown_plugin_is_refused_with_the_nearest_or_all_names)
{
    test::workspace near;
    near.toml("load_builtin_plugins = [\"ecko\"]\n");
    auto seen = check(near);
    BOOST_TEST(seen.code == cli::plugin_refused);
    BOOST_TEST(seen.text
        == "error[FX0301]: load_builtin_plugins: no plugin `ecko` is linked into this program\n"
           "help: did you mean `echo`?\n");
    test::workspace far;
    far.toml("load_builtin_plugins = [\"telephone\"]\n");
    seen = check(far);
    BOOST_TEST(seen.code == cli::plugin_refused);
    BOOST_TEST(seen.text.find("help: plugins are linked into the program") != std::string::npos);
    BOOST_TEST(seen.text.find("`echo`") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(rules_and_parts_that_would_protect_or_do_nothing_are_refused)
{
    test::workspace rules;
    rules.toml("[auth.rules]\n\"api/*\" = [\"key\"]\n");
    BOOST_TEST(check(rules).code == cli::configuration_refused);
    test::workspace oauth;
    oauth.toml("[auth.oauth]\njwt_secret = \"0123456789012345678901234567890123\"\n");
    BOOST_TEST(check(oauth).code == cli::configuration_refused);
    test::workspace ray;
    ray.toml("[server]\nuse_ray = true\n");
    BOOST_TEST(check(ray).code == cli::plugin_refused);
}

BOOST_AUTO_TEST_SUITE_END()
