#include "cli/serving.hpp"

#include <framex/framex.hpp>

#include <system_error>

using namespace framex;
using namespace framex::cli;

namespace {

/// Has a table of settings.
struct desk_settings {
    int port = 0;
};
BOOST_DESCRIBE_STRUCT(desk_settings, (), (port))
struct desk {
    static inline plugin_metadata const metadata{.name = "desk", .version = "1.0.0"};
    explicit desk(plugin_context& context) { context.config<desk_settings>(); }
    static void define(api<desk>&) {}
};

/// Has a table of APIs that cannot be made.
struct tableless {
    static inline plugin_metadata const metadata{.name = "tableless", .version = "1.0.0"};
    static void define(api<tableless>&)
    {
        throw std::system_error(2, std::generic_category(), "no list of APIs");
    }
};

/// Reads a model of its own, from elsewhere than its table.
struct port_of_server {
    int port = 0;
};
BOOST_DESCRIBE_STRUCT(port_of_server, (), (port))
struct far_settings {
    port_of_server server;
};
BOOST_DESCRIBE_STRUCT(far_settings, (), (server))
struct far {
    static inline plugin_metadata const metadata{.name = "far", .version = "1.0.0"};
    explicit far(plugin_context&)
    {
        far_settings read;
        std::vector<issue> issues;
        read_json(R"({"server":{"port":"x"}})", read, issues, location{});
        throw validation_error(std::move(issues));
    }
    static void define(api<far>&) {}
};

/// Reads its table when it starts, or never.
template <bool Reads>
struct late {
    static inline plugin_metadata const metadata{.name = "late", .version = "1.0.0"};
    explicit late(plugin_context& context) : context_(context) {}
    awaitable<> on_start()
    {
        if (Reads)
            context_.config<desk_settings>();
        co_return;
    }
    static void define(api<late>&) {}

private:
    plugin_context& context_;
};
struct deaf {
    static inline plugin_metadata const metadata{.name = "deaf", .version = "1.0.0"};
    static void define(api<deaf>&) {}
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(refusals, test::serving)

BOOST_AUTO_TEST_CASE(settings_that_nothing_acts_on_are_named_and_refuse_nothing)
{
    BOOST_TEST(serve("[server]\ndashboard_port = 9000\nport = 1\n[sentry]\nenable = true\n") == done);
    BOOST_TEST(err.str()
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
           "\n2 warnings\n\n"
           "the configuration and the plugins are sound\n");
}

BOOST_AUTO_TEST_CASE(a_table_of_a_plugin_that_is_not_loaded_is_named_with_the_one_that_is_meant)
{
    auto const* const toml = "load_plugins = [\"desk\"]\n[plugins.dsek]\nport = 1\n[plugins.telephone]\n"
                             "[plugins.desk]\nport = 2\n";
    BOOST_TEST(serve(toml, {plugin_entry_of<desk>()}) == done);
    BOOST_TEST(err.str()
        == "warning[FX0110]: `plugins.dsek` has no effect: no plugin `dsek` is loaded\n"
           "  --> config.toml:2:1\n"
           "2 | [plugins.dsek]\n"
           "  | ^^^^^^^^^^^^^^\n"
           "help: did you mean [plugins.desk]?\n"
           "\n"
           "warning[FX0110]: `plugins.telephone` has no effect: no plugin `telephone` is loaded\n"
           "  --> config.toml:4:1\n"
           "4 | [plugins.telephone]\n"
           "  | ^^^^^^^^^^^^^^^^^^^\n"
           "help: load the plugin, or remove the table\n"
           "\n2 warnings\n\n"
           "the configuration and the plugins are sound\n");
}

BOOST_AUTO_TEST_CASE(a_table_that_its_plugin_does_not_read_is_named)
{
    BOOST_TEST(
        serve("load_plugins = [\"deaf\"]\n[plugins.deaf]\nport = 1\n", {plugin_entry_of<deaf>()}) == done);
    BOOST_TEST(err.str()
        == "warning[FX0110]: `plugins.deaf` has no effect: the plugin `deaf` has not read it\n"
           "  --> config.toml:2:1\n"
           "2 | [plugins.deaf]\n"
           "  | ^^^^^^^^^^^^^^\n"
           "help: read it in the plugin, `context.config<T>()`, or remove the table\n"
           "\n"
           "the configuration and the plugins are sound\n");
    err.str("");
    BOOST_TEST(serve("load_plugins = [\"deaf\"]\n", {plugin_entry_of<deaf>()}) == done);
    BOOST_TEST(!says("warning"));
}

BOOST_AUTO_TEST_CASE(a_table_may_be_read_until_its_plugin_has_started)
{
    std::string const toml =
        "load_plugins = [\"late\"]\n[plugins.late]\nport = 1\n[server]\nhost = \"192.0.2.1\"\n";
    BOOST_TEST(serve(toml, {plugin_entry_of<late<false>>()}) == done); // only a start would tell
    BOOST_TEST(!says("warning"));
    is_check = false;
    BOOST_TEST(serve(toml, {plugin_entry_of<late<true>>()}) == address_taken);
    BOOST_TEST(!says("warning"));
    BOOST_TEST(serve(toml, {plugin_entry_of<late<false>>()}) == address_taken);
    BOOST_TEST(says("warning[FX0110]: `plugins.late` has no effect: the plugin `late` has not read it\n"));
}

BOOST_AUTO_TEST_CASE(what_a_plugin_refuses_in_its_table_is_shown_where_it_stands)
{
    BOOST_TEST(serve("load_plugins = [\"desk\"]\n[plugins.desk]\nprot = 1\nport = \"one\"\n",
                   {plugin_entry_of<desk>()})
        == configuration_refused);
    BOOST_TEST(err.str()
        == "error[FX0103]: `plugins.desk.port` wants a whole number, found a text\n"
           "  --> config.toml:4:8\n"
           "4 | port = \"one\"\n"
           "  |        ^^^^^\n"
           "\n"
           "error[FX0102]: unknown setting `prot`\n"
           "  --> config.toml:3:1\n"
           "3 | prot = 1\n"
           "  | ^^^^ in table [plugins.desk]\n"
           "help: did you mean `port`?\n"
           "\n2 problems\n");
}

BOOST_AUTO_TEST_CASE(a_plugin_of_another_id_reads_the_table_of_its_name)
{
    BOOST_TEST(
        serve("load_plugins = [\"desk2\"]\n[plugins.desk]\nport = 1\n", {plugin_entry_of<desk>("desk2")})
        == done);
    BOOST_TEST(err.str() == "the configuration and the plugins are sound\n");
    err.str("");
    BOOST_TEST(
        serve("load_plugins = [\"desk2\"]\n[plugins.desk]\nport = \"x\"\n", {plugin_entry_of<desk>("desk2")})
        == configuration_refused);
    BOOST_TEST(says("error[FX0103]: `plugins.desk.port` wants a whole number, found a text\n"
                    "  --> config.toml:3:8\n"));
    err.str("");
    BOOST_TEST(serve("load_plugins = [\"desk2\"]\n[plugins.desk]\nport = 1\n[plugins.desk2]\nport = 2\n",
                   {plugin_entry_of<desk>("desk2")})
        == done);
    BOOST_TEST(says("warning[FX0110]: `plugins.desk` has no effect: no plugin `desk` is loaded\n"));
}

BOOST_AUTO_TEST_CASE(what_a_plugin_refuses_elsewhere_is_no_fault_of_the_configuration)
{
    BOOST_TEST(
        serve("load_plugins = [\"far\"]\n[server]\nport = 0\n", {plugin_entry_of<far>()}) == plugin_refused);
    BOOST_TEST(says("error[FX0302]: plugin far: its constructor failed: server.port: Input should be"));
    BOOST_TEST(!says("config.toml"));
}

BOOST_AUTO_TEST_CASE(a_table_of_apis_that_cannot_be_made_is_the_plugins_failure)
{
    is_check = false;
    BOOST_TEST(serve("load_plugins = [\"tableless\"]\n[server]\nport = 0\n", {plugin_entry_of<tableless>()})
        == plugin_refused);
    BOOST_TEST(says("error[FX0302]: plugin tableless: its table of APIs failed: no list of APIs"));
}

BOOST_AUTO_TEST_SUITE_END()
