#include <framex/plugin/plugin.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <exception>

using namespace framex;

namespace {

struct sample {
    static inline plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};

    static awaitable<std::string> octets_of(multipart_reader form)
    {
        std::string text;
        while (auto part = co_await form.next())
            while (auto piece = co_await part->next())
                text += *piece;
        co_return text;
    }
    awaitable<std::string> form_first(multipart_reader form, request incoming)
    {
        auto const content = co_await octets_of(std::move(form));
        co_return incoming.method + " " + content + " '" + incoming.body + "'";
    }
    awaitable<std::string> request_first(request incoming, multipart_reader form)
    {
        co_return co_await form_first(std::move(form), std::move(incoming));
    }
    awaitable<std::string> path_of(request incoming)
    {
        std::string text;
        for (auto const& [name, value] : incoming.path_parameters)
            text += name + "=" + value + ";";
        co_return text;
    }
    awaitable<json::value> nested(json::value body) { co_return body; }
    awaitable<std::string> body_and_request(std::vector<int> body, request incoming)
    {
        co_return std::to_string(body.size()) + " " + incoming.body;
    }

    static void define(api<sample>& api)
    {
        api.post("/form_first", &sample::form_first);
        api.post("/request_first", &sample::request_first);
        api.get("/path/{first}/{second}", &sample::path_of);
        api.post("/nested", &sample::nested, arg("body"));
        api.post("/both", &sample::body_and_request, arg("body"));
    }
};

std::vector<route> routes()
{
    static sample instance;
    api<sample> table;
    sample::define(table);
    return std::move(table).take("sample", "sample", &instance);
}

async_generator<std::string> whole(std::string body) { co_yield std::move(body); }

/// Serves the call as a connection does; the answer, or the issues.
std::string served(route const& entry, invocation& call)
{
    asio::io_context context;
    std::string out;
    std::exception_ptr fault;
    call.out = &out;
    asio::co_spawn(context, entry.serve(entry, call), [&](std::exception_ptr e) { fault = e; });
    context.run();
    if (fault)
        std::rethrow_exception(fault);
    if (!call.issues.empty())
        write_issues(out, call.issues);
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(binder)

BOOST_AUTO_TEST_CASE(a_form_and_its_request_come_in_either_order)
{
    auto const all = routes();
    for (std::size_t const i : {0U, 1U}) {
        BOOST_TEST((all[i].body == body_kind::multipart));
        request_head head;
        head.method = "POST";
        head.content_type = "multipart/form-data; boundary=B";
        invocation call;
        call.head = &head;
        call.body_stream =
            body_reader(whole("--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nabc\r\n--B--\r\n"));
        BOOST_TEST(served(all[i], call).ends_with("\"data\":\"POST abc ''\"}"), i);
    }
}

BOOST_AUTO_TEST_CASE(a_json_body_and_its_request_see_the_same_octets)
{
    auto const all = routes();
    BOOST_TEST((all[4].body == body_kind::json));
    request_head head;
    head.content_type = "application/json";
    invocation call;
    call.head = &head;
    call.body = "[1, 2]";
    BOOST_TEST(served(all[4], call).ends_with("\"data\":\"2 [1, 2]\"}"));
}

BOOST_AUTO_TEST_CASE(path_parameters_of_a_request_are_decoded)
{
    request_head head;
    invocation call;
    call.head = &head;
    std::array<std::string_view, 2> const values{"a%2Fb", "100%25"};
    call.path_values = values;
    BOOST_TEST(served(routes()[2], call).ends_with("\"data\":\"first=a/b;second=100%;\"}"));
}

BOOST_AUTO_TEST_CASE(a_json_body_is_read_to_the_depth_that_is_allowed)
{
    body_limits limits;
    limits.json_depth = 3;
    request_head head;
    head.content_type = "application/json";
    for (auto const* body : {"[[[1]]]", "[[[[1]]]]"}) {
        invocation call;
        call.head = &head;
        call.limits = &limits;
        call.body = body;
        auto const answer = served(routes()[3], call);
        BOOST_TEST((answer.find("[[[1]]]}") != answer.npos) == (body[3] == '1'), answer);
        BOOST_TEST((answer.find(R"("ctx":{"error":"Nested deeper than 3 levels"})") != answer.npos)
                == (body[3] == '['),
            answer);
    }
}

BOOST_AUTO_TEST_SUITE_END()
