#include <framex/plugin/plugin.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <stdexcept>

using namespace framex;

namespace {

struct part {
    std::string sku;
    int quantity = 1;
};
BOOST_DESCRIBE_STRUCT(part, (), (sku, quantity))

struct sample {
    static inline plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
    awaitable<std::string> text(std::string a) { co_return a; }
    awaitable<part> take(std::string, part body) { co_return body; }
    async_generator<sse_event> events() { co_yield {"one"}; }
    std::string plain(std::optional<int> n) { return std::to_string(n.value_or(0)); }
    awaitable<response> whole(request incoming) { co_return response::text(incoming.body); }
};

template <class F>
std::vector<route> made_by(F define)
{
    api<sample> table;
    define(table);
    return std::move(table).take("id", "Sample", nullptr);
}

} // namespace

BOOST_AUTO_TEST_SUITE(apis)

BOOST_AUTO_TEST_CASE(paths_get_their_prefix_once)
{
    auto const path_of = [](std::string path) {
        return made_by([&](auto& api) { api.get(path, &sample::events); }).front().path;
    };
    BOOST_TEST(path_of("/x") == "/api/v1/x");
    BOOST_TEST(path_of("x/y") == "/api/v1/x/y");
    BOOST_TEST(path_of("/api/v1/x") == "/api/v1/x");
    BOOST_TEST(path_of("/api/v1") == "/api/v1");
    BOOST_TEST(path_of("/api/v2/x") == "/api/v1/api/v2/x");
    BOOST_TEST(path_of("/api/v1beta") == "/api/v1/api/v1beta");
    BOOST_TEST(path_of("/api/v10/x") == "/api/v1/api/v10/x");
}

BOOST_AUTO_TEST_CASE(without_a_prefix_the_path_stays_and_decides_about_the_envelope)
{
    auto const made = made_by([](auto& api) {
        api.get("/lab/x", &sample::events).no_prefix();
        api.get("/api/v2/x", &sample::events).no_prefix();
        api.get("/raw", &sample::events).raw_response();
    });
    BOOST_TEST(made[0].path == "/lab/x");
    BOOST_TEST(!made[0].enveloped);
    BOOST_TEST(made[1].path == "/api/v2/x");
    BOOST_TEST(made[1].enveloped);
    BOOST_TEST(!made[2].enveloped);
    BOOST_CHECK_THROW(
        made_by([](auto& api) { api.get("lab", &sample::events).no_prefix(); }), std::logic_error);
}

BOOST_AUTO_TEST_CASE(parameters_are_described_with_place_default_and_need)
{
    auto const made = made_by([](auto& api) {
        api.post("/parts/{note}", &sample::take, arg("note"), arg("body"));
        api.get("/plain", &sample::plain, arg("n"));
        api.get("/text", &sample::text, arg("a") = "x");
    });
    BOOST_TEST((made[0].parameters[0].place == parameter_place::path));
    BOOST_TEST((made[0].parameters[1].place == parameter_place::body));
    BOOST_TEST((made[0].body == body_kind::json));
    BOOST_TEST(made[0].parameters[1].required);
    BOOST_TEST(!made[1].parameters[0].required);
    BOOST_TEST(made[2].parameters[0].fallback == "\"x\"");
    BOOST_TEST(!made[2].parameters[0].required);
}

BOOST_AUTO_TEST_CASE(results_decide_what_is_on_the_wire)
{
    auto const made = made_by([](auto& api) {
        api.get("/a", &sample::text, arg("a"));
        api.get("/b", &sample::events);
        api.post("/c", &sample::whole);
        api.get("/d", [](int n) { return n; }, arg("n"));
        api.get("/e", []() -> awaitable<streamed_response> { co_return streamed_response(); });
    });
    BOOST_TEST((made[0].answer == answer_kind::json));
    BOOST_TEST((made[0].serve && !made[0].now));
    BOOST_TEST((made[1].answer == answer_kind::sse));
    BOOST_TEST((made[1].now && !made[1].serve));
    BOOST_TEST((made[2].answer == answer_kind::response));
    BOOST_TEST((made[2].body == body_kind::whole));
    BOOST_TEST((made[3].now && !made[3].serve));
    BOOST_TEST((made[4].answer == answer_kind::streamed));
    BOOST_TEST((made[4].serve && !made[4].stream));
}

BOOST_AUTO_TEST_CASE(functions_have_full_names_and_no_method)
{
    auto const made = made_by([](auto& api) {
        api.function("say", &sample::text, arg("a"));
        api.get("/say", &sample::text, arg("a")).callable_as("both");
    });
    BOOST_TEST(made[0].function == "id.Sample.say");
    BOOST_TEST(made[0].method.empty());
    BOOST_TEST(made[1].function == "id.Sample.both");
    BOOST_TEST(made[1].method == "GET");
}

BOOST_AUTO_TEST_CASE(a_path_parameter_without_a_name_is_refused)
{
    BOOST_CHECK_EXCEPTION(made_by([](auto& api) { api.get("/x/{id}", &sample::text, arg("a")); }),
        std::logic_error, [](auto const& error) {
            return std::string_view(error.what()).find("{id}") != std::string_view::npos;
        });
    BOOST_CHECK_THROW(
        made_by([](auto& api) { api.get("/x/{id", &sample::text, arg("a")); }), std::logic_error);
}

BOOST_AUTO_TEST_CASE(tags_are_the_plugins_id_unless_given)
{
    auto const made = made_by([](auto& api) {
        api.get("/a", &sample::events);
        api.get("/b", &sample::events).tags({"t"}).summary("s").hidden().media_type("text/x");
    });
    BOOST_TEST(made[0].tags == std::vector<std::string>{"id"});
    BOOST_TEST(made[1].tags == std::vector<std::string>{"t"});
    BOOST_TEST(made[1].summary == "s");
    BOOST_TEST(!made[1].include_in_schema);
    BOOST_TEST(made[1].media_type == "text/x");
}

BOOST_AUTO_TEST_SUITE_END()
