#include "called.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>

using namespace framex;
using namespace call_test;

namespace {

bool holds(std::string const& text, std::string_view part) { return text.find(part) != text.npos; }

} // namespace

BOOST_FIXTURE_TEST_SUITE(calls, fixture)

BOOST_AUTO_TEST_CASE(a_stream_of_models_arrives_as_any_value_or_as_lines)
{
    auto const native = all<thing>("c.C.things", arg("count") = 2);
    BOOST_TEST_REQUIRE(native.size() == 2u);
    BOOST_TEST(native[1].name == "n1");
    auto const other = all<sized>("c.C.things", arg("count") = 3);
    BOOST_TEST_REQUIRE(other.size() == 3u);
    BOOST_TEST(other[2].size == 2);
    auto const dynamic = all<json::value>("c.C.things", arg("count") = 1);
    BOOST_TEST_REQUIRE(dynamic.size() == 1u);
    BOOST_TEST(dynamic[0].at("name").as_string() == "n0");
    auto const lines = all<std::string>("c.C.things", arg("count") = 2);
    BOOST_TEST_REQUIRE(lines.size() == 2u);
    BOOST_TEST(lines[1] == "{\"name\":\"n1\",\"size\":1}\n");
    BOOST_TEST(all<thing>("c.C.things", arg("count") = "2").size() == 2u);
    BOOST_TEST(all<sized>("c.C.things", arg("count") = 0).empty());
}

BOOST_AUTO_TEST_CASE(text_and_events_arrive_as_they_are_and_as_text)
{
    std::vector<std::string> const both{"c\"0", "c\"1"};
    BOOST_TEST(all<std::string>("c.C.chunks", arg("count") = 2) == both);
    BOOST_TEST(all<std::string>("c.C.chunks", arg("count") = 2L) == both);
    auto const dynamic = all<json::value>("c.C.chunks", arg("count") = 1);
    BOOST_TEST_REQUIRE(dynamic.size() == 1u);
    BOOST_TEST(dynamic[0].as_string() == "c\"0");
    auto const events = all<sse_event>("c.C.events", arg("count") = 2L);
    BOOST_TEST_REQUIRE(events.size() == 2u);
    BOOST_TEST(events[1].data == "1");
    auto const wire = all<std::string>("c.C.events", arg("count") = 1);
    BOOST_TEST(wire == std::vector<std::string>{"event: tick\ndata: 0\n\n"});
}

BOOST_AUTO_TEST_CASE(what_a_callee_does_not_give_is_refused_with_both_types)
{
    auto text = refusal<thing>("c.C.things", arg("count") = 1);
    BOOST_TEST(text
        == "plugin caller calls the API c.C.things of plugin c: it gives a stream of call_test::thing, the "
           "caller asks for call_test::thing");
    text = refusal<async_generator<thing>>("c.C.one", arg("name") = "a");
    BOOST_TEST(
        holds(text, "c.C.one of plugin c: it gives call_test::thing, the caller asks for a stream of "));
    text = refusal<async_generator<sse_event>>("c.C.chunks", arg("count") = 1);
    BOOST_TEST(
        holds(text, "it gives a stream of std::string, the caller asks for a stream of framex::sse_event"));
    text = refusal<async_generator<thing>>("c.C.events", arg("count") = 1);
    BOOST_TEST(holds(text, "gives a stream of framex::sse_event"));
    text = refusal<async_generator<thing>>("c.C.chunks", arg("count") = 1);
    BOOST_TEST(holds(text, "a stream of call_test::thing"));
    text = refusal<response>("c.C.one", arg("name") = "a");
    BOOST_TEST(holds(text, "asks for framex::response"));
    text = refusal<void>("c.C.things", arg("count") = 1);
    BOOST_TEST(holds(text, "asks for nothing"));
    text = refusal<std::unique_ptr<int>>("c.C.one", arg("name") = "a");
    BOOST_TEST(holds(text, "std::unique_ptr<int"));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_the_plugins_fault_and_told_with_its_place)
{
    auto const unfit = [&]<class R>(std::type_identity<R>, std::string_view place, std::string_view text,
                           auto argument) {
        BOOST_CHECK_EXCEPTION(call<R>("c.C.one", argument), call_error, [&](call_error const& error) {
            BOOST_TEST(error.what() == text);
            BOOST_TEST(error.told().empty());
            return error.issues().size() == 1
                && std::get<std::string>(error.issues().front().loc.front()) == place;
        });
    };
    unfit(std::type_identity<int>(), "result",
        "plugin caller calls the API c.C.one of plugin c: it gives call_test::thing, the caller asks for "
        "int, "
        "which does not fit: result: Input should be a valid integer",
        arg("name") = "a");
    unfit(std::type_identity<thing>(), "name",
        "plugin caller calls the API c.C.one of plugin c: it takes (name: std::string), and the caller's "
        "arguments do not fit: name: Input should be a valid string",
        arg("name") = 7);
    BOOST_CHECK_EXCEPTION(
        all<std::vector<int>>("c.C.things", arg("count") = 1), call_error, [](call_error const& error) {
            return holds(error.what(),
                       "it gives a stream of call_test::thing, the caller asks for a stream of ")
                && holds(error.what(), ": result: Input should be a valid list");
        });
    BOOST_TEST(holds(refusal<thing>("c.C.one"), "do not fit: name: Field required"));
    BOOST_CHECK_THROW(all<sized>("c.C.things", arg("count") = "x"), call_error);
}

BOOST_AUTO_TEST_CASE(a_response_gives_its_body_and_its_error_status)
{
    BOOST_TEST(call<std::string>("c.C.reply", arg("status") = 200) == "\"body\"");
    BOOST_TEST(call<json::value>("c.C.reply", arg("status") = 201).as_string() == "body");
    auto const text = call<json::value>("c.C.reply", arg("status") = 200, arg("type") = "text/plain");
    BOOST_TEST(text.as_string() == "\"body\"");
    BOOST_TEST(call<json::value>("c.C.plain_reply", arg("status") = 200).as_string() == "plain");
    BOOST_CHECK_NO_THROW(call<void>("c.C.reply", arg("status") = 204));
    auto const is_403 = [](http_error const& e) {
        return e.status() == 403 && e.what() == std::string("plain");
    };
    BOOST_CHECK_EXCEPTION(call<std::string>("c.C.plain_reply", arg("status") = 403), http_error, is_403);
    BOOST_CHECK_EXCEPTION(call<json::value>("c.C.plain_reply", arg("status") = 403L), http_error, is_403);
    BOOST_CHECK_EXCEPTION(call<void>("c.C.plain_reply", arg("status") = 403), http_error, is_403);
    BOOST_CHECK_THROW(call<std::string>("c.C.reply", arg("status") = 400), http_error);
    BOOST_TEST(call<response>("c.C.plain_reply", arg("status") = 403).status == 403);
    BOOST_TEST(call<response>("c.C.plain_reply", arg("status") = 403L).status == 403);
}

BOOST_AUTO_TEST_CASE(a_call_may_ask_for_nothing)
{
    call<void>("c.C.nothing", arg("n") = 1);
    call<void>("c.C.nothing", arg("n") = 1L);
    call<void>("c.C.plain_nothing", arg("n") = 1);
    call<void>("c.C.plain_nothing", arg("n") = 1L);
    BOOST_TEST(target.runs == 4);
    BOOST_TEST(call<json::value>("c.C.nothing", arg("n") = 1).is_null());
    BOOST_CHECK_NO_THROW(call<void>("c.C.one", arg("name") = "dropped"));
    BOOST_CHECK_EXCEPTION(call<void>("c.C.nobody"), call_error, [](call_error const& error) {
        return error.told()
            == "API c.C.nobody is not declared in current plugin remote_apis; add it to required_remote_apis."
            && error.what() == "plugin caller: " + error.told();
    });
}

BOOST_AUTO_TEST_CASE(errors_keep_their_type_natively_and_through_text)
{
    for (auto const* name : {"c.C.fail", "c.C.fail_plainly"}) {
        BOOST_CHECK_EXCEPTION(call<int>(name, arg("kind") = "http"), http_error, [](auto const& e) {
            return e.status() == 418 && e.what() == std::string("teapot") && e.headers().size() == 1;
        });
        BOOST_CHECK_EXCEPTION(call<long>(name, arg("kind") = "http"), http_error,
            [](auto const& e) { return e.status() == 418 && e.headers().size() == 1; });
        auto const one_issue = [](auto const& e) { return e.issues().size() == 1; };
        BOOST_CHECK_EXCEPTION(call<int>(name, arg("kind") = "issues"), validation_error, one_issue);
        BOOST_CHECK_EXCEPTION(call<long>(name, arg("kind") = "issues"), validation_error, one_issue);
        BOOST_CHECK_THROW(call<int>(name, arg("kind") = "public"), public_error);
        BOOST_CHECK_THROW(call<long>(name, arg("kind") = "public"), public_error);
        BOOST_CHECK_THROW(call<int>(name, arg("kind") = "other"), std::out_of_range);
        BOOST_CHECK_THROW(call<long>(name, arg("kind") = "other"), std::out_of_range);
    }
    BOOST_CHECK_THROW(all<thing>("c.C.broken_things", arg("count") = 1), http_error);
    BOOST_CHECK_THROW(all<sized>("c.C.broken_things", arg("count") = 1), http_error);
    BOOST_CHECK_THROW(all<std::string>("c.C.broken_things", arg("count") = 1), http_error);
}

BOOST_AUTO_TEST_CASE(errors_wait_for_the_caller_to_await)
{
    BOOST_CHECK_NO_THROW(
        static_cast<void>(caller->call_plugin_api<int>("c.C.fail_plainly", arg("kind") = "http")));
    BOOST_CHECK_NO_THROW(static_cast<void>(caller->call_plugin_api<int>("c.C.one", arg("z") = 1)));
}

BOOST_AUTO_TEST_CASE(cancelling_a_call_unwinds_the_callee)
{
    BOOST_TEST(ends_when_cancelled(caller->call_plugin_api<int>("c.C.slow", arg("n") = 1)));
    BOOST_TEST(target.unwound == 1);
    BOOST_TEST(ends_when_cancelled(caller->call_plugin_api<json::value>("c.C.slow", arg("n") = 1)));
    BOOST_TEST(target.unwound == 2);
    BOOST_TEST(target.runs == 2);
}

BOOST_AUTO_TEST_CASE(cancelling_a_callers_next_unwinds_the_stream_of_the_callee)
{
    auto const stream = [&]<class T>(std::type_identity<T>) {
        return drain<T>(caller->call_plugin_api<async_generator<T>>("c.C.slow_things", arg("count") = 1));
    };
    BOOST_TEST(ends_when_cancelled(stream(std::type_identity<thing>())));
    BOOST_TEST(target.unwound == 1);
    BOOST_TEST(ends_when_cancelled(stream(std::type_identity<sized>())));
    BOOST_TEST(target.unwound == 2);
    BOOST_TEST(ends_when_cancelled(stream(std::type_identity<std::string>())));
    BOOST_TEST(target.unwound == 3);
    BOOST_TEST(target.runs == 3);
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_dropped_unwinds_the_callee)
{
    auto items = run(caller->call_plugin_api<async_generator<sized>>("c.C.things", arg("count") = 9));
    BOOST_CHECK_NO_THROW(items = {});
    BOOST_TEST(ends_when_cancelled(
        drain<sized>(caller->call_plugin_api<async_generator<sized>>("c.C.slow_things", arg("count") = 1))));
    BOOST_TEST(target.unwound == 1);
}

BOOST_AUTO_TEST_CASE(what_is_no_value_is_called_natively_or_refused)
{
    std::function<int(int)> const plus = [](int n) { return n + 1; };
    BOOST_TEST(call<int>("c.C.apply", arg("f") = plus, arg("n") = 1) == 2);
    auto text = refusal<int>("c.C.apply", arg("f") = plus, arg("n") = 1L);
    BOOST_TEST(holds(text,
        "c.C.apply of plugin c: it can be called with its own types only: it takes (f: std::function<int "
        "(int)>, "
        "n: int) and gives int"));
    BOOST_TEST(refusal<json::value>("c.C.apply", arg("f") = plus, arg("n") = 1) == text);
    text = refusal<thing>("c.C.one", arg("name") = plus);
    BOOST_TEST(holds(text,
        ": it takes name as std::string, the caller gives std::function<int (int)>, which cannot be written "
        "as "
        "JSON"));
    text = refusal<thing>("c.C.one", arg("name") = "a", arg("other") = 1);
    BOOST_TEST(holds(text, "c.C.one of plugin c: it has no parameter other, it takes (name: std::string)"));
    BOOST_TEST(
        holds(refusal<std::string>("/api/v1/whole"), "/api/v1/whole of plugin c: it takes the HTTP request"));
}

BOOST_AUTO_TEST_SUITE_END()
