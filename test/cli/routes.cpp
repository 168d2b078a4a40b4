#include "cli/routes.hpp"

#include "cli/golden.hpp"
#include "cli/terminal.hpp"

#include <framex/framex.hpp>
#include <framex/test/upstream.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <builtin_plugins.hpp>

using namespace framex;
using namespace framex::cli;

namespace {

/// Has a route of every kind of answer and guard; counts its starts and stops.
struct kiosk {
    static inline plugin_metadata const metadata{.name = "kiosk", .version = "1.0.0", .class_name = "Kiosk"};
    static inline int starts = 0;
    static inline int stops = 0;

    awaitable<> on_start()
    {
        ++starts;
        co_return;
    }
    awaitable<> on_stop()
    {
        ++stops;
        co_return;
    }
    int paper(int number) { return number; }
    int latest() { return 1; }
    async_generator<sse_event> news() { co_yield sse_event("news", "1"); }
    awaitable<streamed_response> scan() { co_return streamed_response{}; }

    static void define(api<kiosk>& api)
    {
        api.get("/papers/{number}", &kiosk::paper, arg("number"));
        api.get("/papers/latest", &kiosk::latest).auth_keys({"OPENS-kiosk"});
        api.get("/news", &kiosk::news);
        api.get("/scan", &kiosk::scan).auth_keys({});
        api.function("count", &kiosk::latest);
    }
};

struct unable {
    static inline plugin_metadata const metadata{.name = "unable", .version = "1.0.0"};
    awaitable<> on_start()
    {
        throw std::runtime_error("no paper today");
        co_return;
    }
    int n() { return 1; }
    static void define(api<unable>& api) { api.get("/n", &unable::n); }
};

constexpr char const* document = R"({"openapi":"3.1.0","info":{"title":"Press","version":"1"},"paths":{
"/api/v1/press/sheets/{sheet_id}":{"get":{"parameters":[{"name":"sheet_id","in":"path","required":true,
  "schema":{"type":"integer"}}],"responses":{"200":{"description":"One"}}}},
"/api/v1/press/events":{"get":{"responses":{"200":{"description":"Events","content":{"text/event-stream":{}}}}}},
"/api/v1/press/internal":{"get":{"responses":{"200":{"description":"Hidden"}}}},
"/api/v1/papers/{id}":{"get":{"parameters":[{"name":"id","in":"path","required":true,
  "schema":{"type":"integer"}}],"responses":{"200":{"description":"A local route goes first"}}}}}})";

constexpr char const* rules = R"(
[auth.rules]
"/api/v1/*" = ["OPENS-1"]
"/api/v1/press/*" = ["OPENS-2"]
"/api/v1/news" = ["OPENS-3"]
"/api/v1/papers/9" = ["OPENS-4"]
"/health" = []
)";

/// A command line with the plugins of the program, and `kiosk`.
struct fixture : test::terminal {
    fixture()
    {
        linked.builtin = builtin_plugins();
        linked.others = {plugin_entry_of<kiosk>(), plugin_entry_of<unable>()};
        kiosk::starts = kiosk::stops = 0;
    }

    /// Echo, kiosk and the proxy before the upstreams of these URLs.
    void configure(std::string const& url, std::string const& other = "http://127.0.0.1:1")
    {
        space.toml(R"(load_builtin_plugins = ["echo", "proxy"]
load_plugins = ["kiosk"]
)" + std::string(rules)
            + R"([plugins.proxy.proxy_urls.")" + url + R"("]
disable = ["/api/v1/press/internal", "/api/v1/papers/secret"]
[plugins.proxy.proxy_urls.")"
            + other + R"("]
enable = ["/api/v1/press/sheets/{id}"]
[plugins.proxy.auth.rules]
"/api/v1/press/*" = ["OPENS-press"]
)");
    }
    /// What was printed, with an upstream's port as PPPPP.
    std::string printed(test::upstream const& of) const
    {
        std::string text = out();
        auto const port = of.name().substr(of.name().find(':') + 1);
        for (auto at = text.find(port); at != text.npos; at = text.find(port, at))
            text.replace(at, port.size(), std::string(port.size(), 'P'));
        return text;
    }
    bool shows(std::string_view part) const { return out().find(part) != std::string::npos; }
    bool tells(std::string_view part) const { return err().find(part) != std::string::npos; }
    bool shows_keys() const { return shows("OPENS"); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(routes, fixture)

BOOST_AUTO_TEST_CASE(the_table_of_local_built_in_and_upstream_routes_is_the_one_that_was_reviewed)
{
    test::upstream press;
    press.on("GET", "/api/v1/openapi.json").answer(200, document);
    configure(press.url());
    BOOST_TEST(run({"routes"}) == done);
    test::check_golden("routes.txt", printed(press));
    BOOST_TEST(!shows_keys());
    BOOST_TEST(kiosk::starts == 1);
    BOOST_TEST(kiosk::stops == 1);
}

BOOST_AUTO_TEST_CASE(as_json_it_is_one_array_with_the_same_facts)
{
    test::upstream press;
    press.on("GET", "/api/v1/openapi.json").answer(200, document);
    configure(press.url());
    BOOST_TEST(run({"routes", "--json"}) == done);
    test::check_golden("routes_json.txt", printed(press));
    BOOST_TEST(json::parse(out()).as_array().size() > 10U);
    BOOST_TEST(!shows_keys());
}

BOOST_AUTO_TEST_CASE(an_upstream_that_does_not_answer_is_told_beside_the_other_routes)
{
    test::upstream press;
    press.refuse();
    configure(press.url());
    BOOST_TEST(run({"routes"}) == done);
    BOOST_TEST(tells("upstream " + press.url() + ": "));
    BOOST_TEST(tells("it has no routes until it answers"));
    BOOST_TEST(shows("/api/v1/echo"));
    BOOST_TEST(!shows("/api/v1/press"));
}

BOOST_AUTO_TEST_CASE(the_options_of_run_choose_the_plugins)
{
    space.toml("[auth.rules]\n\"/api/v1/echo\" = []\n");
    BOOST_TEST(run({"routes", "--load-builtin-plugins", "echo"}) == done);
    BOOST_TEST(shows("closed by /api/v1/echo\n"));
    BOOST_TEST(!shows("kiosk"));
    BOOST_TEST(run({"routes", "--load-plugins", "kiosk"}) == done);
    BOOST_TEST(shows("kiosk"));
    BOOST_TEST(!shows("/api/v1/echo"));
}

BOOST_AUTO_TEST_CASE(what_run_would_refuse_is_refused_with_the_same_code)
{
    BOOST_TEST(run({"routes", "--load-plugins", "kiosc"}) == plugin_refused);
    BOOST_TEST(tells("error[FX0301]: no plugin `kiosc`"));
    BOOST_TEST(run({"routes", "--load-plugins", "unable"}) == plugin_refused);
    BOOST_TEST(tells("error[FX0302]: plugin unable: on_start failed: no paper today"));
    space.toml("[auth.rules]\n\"api/*\" = []\n");
    BOOST_TEST(run({"routes"}) == configuration_refused);
    BOOST_TEST(tells("error[FX0601]"));
    space.toml("[server]\nprot = 1\n");
    BOOST_TEST(run({"routes"}) == configuration_refused);
    BOOST_TEST(run({"routes", "--why", "/"}) == configuration_refused);
    BOOST_TEST(out() == "");
}

BOOST_AUTO_TEST_CASE(options_that_do_not_fit_together_are_refused)
{
    BOOST_TEST(run({"routes", "--method", "GET"}) == usage);
    BOOST_TEST(err() == "error[FX0107]: `--method` is for one request\nhelp: name its path: --why PATH\n");
    BOOST_TEST(run({"routes", "--why", "/", "--json"}) == usage);
    BOOST_TEST(err() == "error[FX0107]: `--why` prints text only\nhelp: leave --json away\n");
    BOOST_TEST(run({"routes", "--why", "http://127.0.0.1/x"}) == usage);
    BOOST_TEST(err()
        == "error[FX0107]: `--why` wants a path that begins with /, found `http://127.0.0.1/x`\n"
           "help: write the path of the URL: --why /api/v1/echo\n");
    BOOST_TEST(run({"routes", "--why", "/", "--method", "get"}) == usage);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(routes_why, fixture)

BOOST_AUTO_TEST_CASE(every_reason_reads_as_it_was_reviewed)
{
    configure("http://127.0.0.1:2");
    std::string text;
    for (std::vector<std::string> const& each : std::vector<std::vector<std::string>>{
             {"/api/v1/echo?message=hi"},
             {"/api/v1/./papers/%37"},
             {"/api/v1/papers/9"},
             {"/api/v1/papers/latest", "--method", "HEAD"},
             {"/api/v1/papers/latest", "--method", "POST"},
             {"/api/v1/papers/secret"},
             {"/api/v1/scan"},
             {"/health"},
             {"/healht"},
             {"/api/v1/press/sheets/{id}"},
             {"/api/v1/press/sheets/7", "--method", "HEAD"},
             {"/api/v1/press/internal"},
             {"/a%zz"},
         }) {
        std::vector<std::string> line = {"routes", "--why"};
        line.insert(line.end(), each.begin(), each.end());
        BOOST_TEST(run(line) == done);
        BOOST_TEST(err() == "");
        BOOST_TEST(!shows_keys());
        text += (text.empty() ? "" : "\n") + out();
    }
    test::check_golden("routes_why.txt", text);
}

BOOST_AUTO_TEST_CASE(nothing_is_started_and_no_upstream_is_asked)
{
    test::upstream press;
    configure(press.url());
    BOOST_TEST(run({"routes", "--why", "/api/v1/press/events"}) == done);
    BOOST_TEST(shows("upstream  " + press.url() + " is taken: enable \"*\""));
    BOOST_TEST(press.connections() == 0);
    BOOST_TEST(kiosk::starts == 0);
    BOOST_TEST(kiosk::stops == 0);
}

BOOST_AUTO_TEST_CASE(the_paths_of_websockets_are_told)
{
    space.toml(R"(load_builtin_plugins = ["proxy"]
[plugins.proxy.proxy_urls."http://127.0.0.1:2"]
enable = ["/live/*"]
websockets = ["/ws", "/live/*"]
)");
    BOOST_TEST(run({"routes", "--why", "/ws"}) == done);
    BOOST_TEST(shows("upstream  http://127.0.0.1:2 is not taken: not enabled\n"
                     "          its WebSockets go there: websockets \"/ws\"\n"));
    BOOST_TEST(shows("answer    WebSockets by http://127.0.0.1:2, to everybody; else 426\n"));
    BOOST_TEST(run({"routes", "--why", "/live/a"}) == done);
    BOOST_TEST(
        shows("answer    WebSockets by http://127.0.0.1:2; by http://127.0.0.1:2, to everybody, when its "
              "document has GET /live/a; else 426\n"));
    BOOST_TEST(run({"routes", "--why", "/ws", "--method", "POST"}) == done);
    BOOST_TEST(!shows("WebSocket"));
}

BOOST_AUTO_TEST_CASE(a_rule_on_a_template_is_told_whatever_its_parameter_is_called)
{
    space.toml(R"(load_builtin_plugins = ["proxy"]
[auth.rules]
"/api/v1/items/{id}" = ["k"]
[plugins.proxy.proxy_urls."http://127.0.0.1:2"]
enable = ["/api/*"]
[plugins.proxy.auth.rules]
"/api/v1/items/{id}" = ["sent"]
)");
    BOOST_TEST(run({"routes", "--why", "/api/v1/items/{item_id}"}) == done);
    BOOST_TEST(shows("it is sent the key of plugins.proxy.auth.rules /api/v1/items/{id}\n"));
    BOOST_TEST(shows("keys      /api/v1/items/{id} counts, it is exactly /api/v1/items/{item_id}\n"));
    BOOST_TEST(shows("to who sends a key, else 401"));
    BOOST_TEST(run({"routes", "--why", "/api/v1/items/3"}) == done);
    BOOST_TEST(shows("a rule on the template in the upstream's document counts as well"));
    BOOST_TEST(shows(", to everybody unless such a rule guards it, when its document has"));
}

BOOST_AUTO_TEST_CASE(without_the_proxy_no_upstream_is_spoken_of)
{
    BOOST_TEST(run({"routes", "--why", "/api/v1/ecko", "--load-builtin-plugins", "echo"}) == done);
    BOOST_TEST(out()
        == "GET /api/v1/ecko\n\n"
           "path      it is compared as it is\n"
           "route     no plugin has the path; did you mean /api/v1/echo?\n"
           "keys      not asked: there is nothing to open\n"
           "answer    404\n");
}

BOOST_AUTO_TEST_SUITE_END()
