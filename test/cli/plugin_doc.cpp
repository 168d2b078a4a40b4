#include "cli/plugin_doc.hpp"

#include "cli/golden.hpp"
#include "cli/terminal.hpp"

#include <framex/framex.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <builtin_plugins.hpp>
#include <functional>

using namespace framex;
using namespace framex::cli;

enum class press_ink { black, blue };
BOOST_DESCRIBE_ENUM(press_ink, black, blue)

struct press_sheet {
    std::string text;
    int copies = 1;
    std::optional<press_ink> ink;
    std::vector<std::string> tags;

    press_sheet() = default;

    static constexpr auto rules()
    {
        return framex::rules(
            framex::field(&press_sheet::text, framex::length{1, 80}, framex::pattern("[a-z|]+")),
            framex::field(&press_sheet::copies, framex::range{1, 1000}, framex::describe("How many to print"),
                framex::defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(press_sheet, (), (text, copies, ink, tags))

struct press_proof {
    upload scan;
    std::string note;

    press_proof() = default;
};
BOOST_DESCRIBE_STRUCT(press_proof, (), (scan, note))

namespace {

/// A plugin with a handler of every kind.
struct press {
    static inline plugin_metadata const metadata{.name = "press",
        .version = "2.1.0",
        .description = "Prints what it is sent",
        .author = "Ada",
        .url = "https://example.com/press",
        .required_remote_apis = {"/api/v1/ink", "paper.Paper.take"},
        .class_name = "Press"};

    awaitable<int> print(press_sheet sheet) { co_return sheet.copies; }
    awaitable<press_sheet> find(int, bool) { co_return press_sheet(); }
    async_generator<sse_event> follow(int) { co_yield sse_event("printed", "1"); }
    async_generator<std::string> raw() { co_yield "x"; }
    async_generator<press_sheet> all()
    {
        press_sheet one;
        co_yield std::move(one);
    }
    response page(request asked) { return response::text(asked.body); }
    awaitable<bool> proof(press_proof) { co_return true; }
    awaitable<> clean() { co_return; }
    int each(std::function<int(int)> f, int n) { return f(n); }

    static void define(api<press>& api)
    {
        api.post("/sheets", &press::print, arg("sheet")).summary("Prints a sheet").callable_as("print");
        api.get("/sheets/{number}", &press::find, arg("number"), arg("is_long") = false).cached();
        api.get("/sheets/{number}/events", &press::follow, arg("number"));
        api.get("/raw", &press::raw).media_type("text/csv").no_prefix();
        api.get("/sheets", &press::all);
        api.put("/page", &press::page);
        api.post("/proof", &press::proof, arg("proof"));
        api.del("/ink", &press::clean);
        api.function("each", &press::each, arg("f"), arg("n") = 1);
    }
};

struct misplaced {
    static inline plugin_metadata const metadata{.name = "misplaced", .version = "1.0.0"};
    int n() { return 1; }
    static void define(api<misplaced>& api) { api.get("n", &misplaced::n).no_prefix(); }
};

struct fixture : test::terminal {
    fixture()
    {
        linked.builtin = builtin_plugins();
        linked.others.push_back(plugin_entry_of<misplaced>());
    }
    bool prints(std::string_view part) const { return out().find(part) != std::string::npos; }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(plugin_doc, fixture)

BOOST_AUTO_TEST_CASE(the_page_of_a_plugin_with_everything_is_the_one_that_was_reviewed)
{
    test::check_golden("plugin_doc.txt", page_of(plugin_entry_of<press>()));
}

BOOST_AUTO_TEST_CASE(built_in_plugins_and_files_are_documented_by_name_and_path)
{
    std::string const folder = FRAMEX_TEST_LIBRARIES;
    BOOST_TEST(run({"plugin", "doc", "echo", folder + "/greeter.so"}) == done);
    BOOST_TEST(prints("# echo " + std::string(version) + "\n\nAnswers what it is sent"));
    BOOST_TEST(prints("\n| `message` | query | string | required |\n\nAnswers in the envelope: string.\n"));
    BOOST_TEST(
        prints("\n\n# greeter 2.0.0\n\n- Class: `greeter`\n- Requires: nothing\n\n## GET /api/v1/greet"));
    BOOST_TEST(err() == "");
    BOOST_TEST(run({"plugin", "doc", "greeter", "--plugin-path", folder}) == done);
    BOOST_TEST(out().starts_with("# greeter 2.0.0\n"));
}

BOOST_AUTO_TEST_CASE(what_has_no_page_is_refused_and_the_others_are_printed)
{
    BOOST_TEST(run({"plugin", "doc", "ecko", "misplaced", "echo"}) == plugin_refused);
    BOOST_TEST(out().starts_with("# echo "));
    BOOST_TEST(err().find("error[FX0301]: no plugin `ecko` in `") != std::string::npos);
    BOOST_TEST(err().find("help: did you mean `echo`?") != std::string::npos);
    BOOST_TEST(err().find("error[FX0401]: misplaced: the path n must begin with /") != std::string::npos);
    BOOST_TEST(run({"plugin", "doc"}) == usage);
}

BOOST_AUTO_TEST_SUITE_END()
