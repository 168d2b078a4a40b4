#include "cli/serving.hpp"

#include <framex/framex.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <streambuf>
#include <sys/resource.h>
#include <thread>

using namespace framex;
using namespace framex::cli;

namespace {

struct one {
    static inline plugin_metadata const metadata{.name = "one", .version = "1.0.0"};
    int n() { return 1; }
    static void define(api<one>& api) { api.get("/n", &one::n); }
};
struct other {
    static inline plugin_metadata const metadata{.name = "other", .version = "1.0.0"};
    int n() { return 1; }
    static void define(api<other>& api) { api.get("/n", &other::n); }
};
struct misplaced {
    static inline plugin_metadata const metadata{.name = "misplaced", .version = "1.0.0"};
    int n() { return 1; }
    static void define(api<misplaced>& api) { api.get("/n/{open", &misplaced::n); }
};
/// Has a job done when the service runs, then ends it as an operator would.
struct worker {
    static inline plugin_metadata const metadata{.name = "worker", .version = "1.0.0"};
    static inline bool is_elsewhere = false;

    explicit worker(plugin_context& context)
    {
        asio::co_spawn(context.executor(), work(), [](std::exception_ptr) { std::raise(SIGTERM); });
    }
    static awaitable<void> work()
    {
        auto const there = co_await remote(std::this_thread::get_id)();
        is_elsewhere = there != std::this_thread::get_id();
    }
    static void define(api<worker>&) {}
};

/// Starts for ever; a signal comes meanwhile.
struct starting {
    static inline plugin_metadata const metadata{.name = "starting", .version = "1.0.0"};
    awaitable<> on_start()
    {
        std::raise(SIGTERM);
        co_await sleep_for(std::chrono::hours(1));
    }
    int n() { return 1; }
    static void define(api<starting>& api) { api.get("/n", &starting::n); }
};

/// Does not start, or has a task that fails later.
template <bool Later>
struct failing {
    static inline plugin_metadata const metadata{.name = "failing", .version = "1.0.0"};
    explicit failing(plugin_context& context) : executor_(context.executor()) {}
    awaitable<> on_start()
    {
        if (!Later)
            throw std::runtime_error("no database");
        asio::post(executor_, [] { throw std::runtime_error("lost the database"); });
        co_return;
    }
    int n() { return 1; }
    static void define(api<failing>& api) { api.get("/n", &failing::n); }

private:
    asio::any_io_executor executor_;
};

#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
#define FRAMEX_TEST_NEEDS_DESCRIPTORS
#endif
#endif
/// UndefinedBehaviorSanitizer looks at memory through a pipe, and reports a fault where it cannot open one.
#ifdef FRAMEX_TEST_NEEDS_DESCRIPTORS
constexpr bool needs_descriptors = true;
#else
constexpr bool needs_descriptors = false;
#endif

/// Once something is written to it, the process opens no further descriptor; until it dies.
class closing_door : public std::streambuf {
public:
    closing_door() { ::getrlimit(RLIMIT_NOFILE, &before_); }
    closing_door(closing_door const&) = delete;
    closing_door& operator=(closing_door const&) = delete;
    ~closing_door() override { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    int_type overflow(int_type c) override
    {
        close();
        return c;
    }
    std::streamsize xsputn(char const*, std::streamsize count) override
    {
        close();
        return count;
    }
    void close()
    {
        auto shut = before_;
        shut.rlim_cur = 3;
        ::setrlimit(RLIMIT_NOFILE, &shut);
    }

    rlimit before_{};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(serving, test::serving)

BOOST_AUTO_TEST_CASE(a_sound_configuration_is_only_checked)
{
    BOOST_TEST(serve("load_plugins = [\"one\"]\n", {plugin_entry_of<one>()}) == done);
    BOOST_TEST(err.str() == "the configuration and the plugins are sound\n");
}

BOOST_AUTO_TEST_CASE(a_rule_that_can_never_match_is_refused_with_the_spelling_that_does)
{
    BOOST_TEST(
        serve("[auth.rules]\n\"/api/v1/a%2fb/*\" = [\"k\"]\n\"/x/../%79\" = [\"k\"]\n\"/z*\" = [\"k\"]\n")
        == configuration_refused);
    BOOST_TEST(says("error[FX0601]: the rule `/api/v1/a%2fb/*` can never match a path"));
    BOOST_TEST(says("write `/api/v1/a%2Fb/*`"));
    BOOST_TEST(says("write `/y`"));
    BOOST_TEST(says("begin it with / and end it with /* for everything below a path"));
}

BOOST_AUTO_TEST_CASE(plugins_that_do_not_fit_together_are_refused)
{
    BOOST_TEST(
        serve("load_plugins = [\"one\", \"other\"]\n", {plugin_entry_of<one>(), plugin_entry_of<other>()})
        == plugin_refused);
    BOOST_TEST(says("error[FX0401]: GET /api/v1/n is offered by plugin one and by plugin other\n"
                    "help: give one of them another path\n"));
    err.str("");
    BOOST_TEST(serve("load_plugins = [\"misplaced\"]\n", {plugin_entry_of<misplaced>()}) == plugin_refused);
    BOOST_TEST(says("error[FX0401]: plugin misplaced: "));
    BOOST_TEST(says("/api/v1/n/{open"));
    BOOST_TEST(says("\nhelp: mend it in its define()\n"));
}

BOOST_AUTO_TEST_CASE(threads_that_all_fail_to_listen_end_the_service_with_one_reason,
    *boost::unit_test::enable_if<!needs_descriptors>())
{
    is_check = false;
    closing_door door;
    std::ostream to(&door);
    BOOST_TEST(serve("[server]\nport = 0\nthreads = 8\n", {}, &to) == address_taken);
    BOOST_TEST(says("cannot listen on 127.0.0.1:0: Too many open files"));
    BOOST_TEST(!says("help: ")); // another port or host would not do
}

BOOST_AUTO_TEST_CASE(an_address_is_not_shared_with_another_service)
{
    asio::io_context context;
    asio::ip::tcp::acceptor taken(context, asio::ip::tcp::v4());
    asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT> const shares(true);
    taken.set_option(shares);
    taken.bind({asio::ip::address_v4::loopback(), 0});
    taken.listen();
    auto const port = std::to_string(taken.local_endpoint().port());
    is_check = false;
    for (std::string const threads : {"1", "2"}) {
        err.str("");
        BOOST_TEST(serve("[server]\nport = " + port + "\nthreads = " + threads + "\n") == address_taken);
        BOOST_TEST(says("error[FX0201]: cannot listen on 127.0.0.1:" + port + ": Address already in use"));
        BOOST_TEST(says("framex run --port "));
    }
}

BOOST_AUTO_TEST_CASE(an_address_of_another_machine_is_refused_with_one_of_this)
{
    is_check = false;
    BOOST_TEST(serve("[server]\nhost = \"192.0.2.1\"\nport = 0\n") == address_taken);
    BOOST_TEST(says("help: choose an address of this machine: framex run --host 127.0.0.1"));
}

BOOST_AUTO_TEST_CASE(a_plugin_that_does_not_start_refuses_the_service)
{
    is_check = false;
    BOOST_TEST(
        serve("load_plugins = [\"failing\"]\n[server]\nport = 0\n", {plugin_entry_of<failing<false>>()})
        == plugin_refused);
    BOOST_TEST(says("error[FX0302]: plugin failing: on_start failed: no database"));
    BOOST_TEST(out.str() == ""); // it never listened
}

BOOST_AUTO_TEST_CASE(a_signal_ends_a_start_that_hangs)
{
    is_check = false;
    BOOST_TEST(
        serve("load_plugins = [\"starting\"]\n[server]\nport = 0\n", {plugin_entry_of<starting>()}) == done);
    BOOST_TEST(out.str() == ""); // it never listened
    BOOST_TEST(err.str() == "");
}

BOOST_AUTO_TEST_CASE(a_task_that_fails_ends_the_service_in_order)
{
    is_check = false;
    for (std::string const threads : {"1", "3"}) {
        err.str("");
        BOOST_TEST(serve("load_plugins = [\"failing\"]\n[server]\nport = 0\nthreads = " + threads + "\n",
                       {plugin_entry_of<failing<true>>()})
            == failed);
        BOOST_TEST(says("error[FX0501]: a task of a plugin failed, and nobody caught it: lost the database"));
    }
}

BOOST_AUTO_TEST_CASE(jobs_of_plugins_run_beside_the_threads_that_serve)
{
    is_check = false;
    auto const* const toml = "load_plugins = [\"worker\"]\n[server]\nport = 0\nthreads = 2\nnum_cpus = 1\n";
    BOOST_TEST(serve(toml, {plugin_entry_of<worker>()}) == done);
    BOOST_TEST(worker::is_elsewhere);
    BOOST_TEST(says("  plugins   worker (0 APIs)\n"));
    BOOST_TEST(err.str().find("FX0110") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_unknown_built_in_plugin_is_refused)
{
    BOOST_TEST(serve("load_builtin_plugins = [\"ecko\"]\n") == plugin_refused);
    BOOST_TEST(says("error[FX0109]: no built-in plugin `ecko`\n  --> config.toml:1:25\n"));
    BOOST_TEST(says("help: did you mean `echo`?\n"));
}

BOOST_AUTO_TEST_CASE(plugin_files_are_loaded_by_name_once_and_beside_linked_plugins)
{
    plugin_paths = {FRAMEX_TEST_LIBRARIES};
    auto const file = std::string(FRAMEX_TEST_LIBRARIES) + "/greeter.so";
    BOOST_TEST(
        serve("load_plugins = [\"one\", \"shop.greeter\", \"" + file + "\"]\n", {plugin_entry_of<one>()})
        == done);
    BOOST_TEST(err.str() == "the configuration and the plugins are sound\n");
}

BOOST_AUTO_TEST_CASE(every_bad_plugin_file_is_named_with_its_code)
{
    plugin_paths = {FRAMEX_TEST_LIBRARIES};
    BOOST_TEST(serve("load_plugins = [\"plain\", \"unresolved\", \"throws\"]\n") == plugin_refused);
    BOOST_TEST(says("error[FX0303]: `"));
    BOOST_TEST(says("error[FX0305]: `"));
    BOOST_TEST(says("error[FX0302]: `"));
    BOOST_TEST(says("3 problems"));
}

BOOST_AUTO_TEST_CASE(parts_that_would_protect_or_do_nothing_are_refused)
{
    BOOST_TEST(serve("[auth.oauth]\njwt_secret = \"0123456789012345678901234567890123\"\n")
        == configuration_refused);
    BOOST_TEST(serve("[server]\nuse_ray = true\n") == plugin_refused);
}

BOOST_AUTO_TEST_SUITE_END()
