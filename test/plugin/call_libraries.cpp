// Calls from one plugin library into another, both built as a stranger builds them: see library/lender.cpp
// and library/borrower.cpp.
#include "framex/plugin/call.hpp"

#include <framex/plugin/loader.hpp>
#include <framex/test/client.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace framex;

namespace {

struct fixture {
    test::app_client client;

    fixture()
    {
        std::filesystem::path const libraries = FRAMEX_TEST_LIBRARIES;
        client.app().load(load_plugin(libraries / "borrower.so"));
        client.app().load(load_plugin(libraries / "lender.so"));
    }
    json::value asked(std::string const& what, name_value_list const& query = {})
    {
        return client.get("/api/v1/borrower/" + what, query).data();
    }
    /// Calls and streams that have not been left in `lender`.
    json::value open() { return client.get("/api/v1/lender/open").data(); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(call_libraries, fixture)

BOOST_AUTO_TEST_CASE(exceptions_keep_their_type_between_libraries)
{
    for (auto const* late : {"false", "true"}) {
        auto const caught = [&](char const* kind) {
            return asked("caught", {{"kind", kind}, {"late", late}});
        };
        BOOST_TEST(caught("http") == "http_error 418 teapot X-Why");
        BOOST_TEST(caught("issues") == "validation_error missing shelf");
        BOOST_TEST(caught("own") == "out_of_books 7 the shelf is empty");
        BOOST_TEST(caught("other") == "out_of_range elsewhere");
    }
    BOOST_TEST(asked("last") == "the last one, then shelf 9");
    BOOST_TEST(open() == 0);
}

BOOST_AUTO_TEST_CASE(types_of_one_name_and_two_layouts_go_through_text)
{
    BOOST_TEST(asked("double_weight") == "a label too long to be kept inside of the string object: 42");
}

BOOST_AUTO_TEST_CASE(a_model_goes_to_a_library_and_back_without_a_copy)
{
    auto const seen = asked("borrow");
    BOOST_TEST(seen.at("same_text") == true);
    BOOST_TEST(seen.at("copies_here") == 0);
    BOOST_TEST(seen.at("copies_there") == 0);
}

BOOST_AUTO_TEST_CASE(a_stream_of_a_library_is_pulled_one_by_one_and_unwinds_when_it_is_left)
{
    auto const check = [&](char const* kind, json::value const& items, int yielded) {
        auto const seen = asked("taste", {{"kind", kind}, {"count", "2"}});
        BOOST_TEST(seen.at("items") == items);
        BOOST_TEST(seen.at("yielded") == yielded);
        BOOST_TEST(seen.at("open_before") == 1);
        BOOST_TEST(seen.at("open_after") == 0);
        BOOST_TEST(seen.at("copies") == 0);
    };
    check("events", {"loan 0", "loan 1"}, 2);
    check("lines", {"line 2", "line 3"}, 4);
    check("books", {"volume 4", "volume 5"}, 6);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_unwinds_the_streams_of_both_libraries)
{
    {
        auto reply = client.open(request("GET", "/api/v1/borrower/follow"));
        BOOST_TEST(reply.next().value() == "event: loan\ndata: 0\n\n");
        BOOST_TEST(open() == 1);
    }
    BOOST_TEST(open() == 0);
}

BOOST_AUTO_TEST_CASE(a_caller_that_is_cancelled_unwinds_the_call_in_the_other_library)
{
    BOOST_TEST(open() == 0); // the app has started
    asio::cancellation_signal signal;
    bool ended = false;
    asio::co_spawn(client.context(), client.app().dispatch(request("GET", "/api/v1/borrower/wait")),
        asio::bind_cancellation_slot(
            signal.slot(), [&](std::exception_ptr, streamed_response) { ended = true; }));
    BOOST_TEST(open() == 1);
    BOOST_TEST(!ended);
    signal.emit(asio::cancellation_type::terminal);
    client.context().restart();
    while (!ended && client.context().run_one_for(std::chrono::seconds(30))) {}
    BOOST_TEST_REQUIRE(ended);
    BOOST_TEST(open() == 0);
}

BOOST_AUTO_TEST_CASE(a_deadline_of_the_caller_unwinds_the_call_in_the_other_library)
{
    BOOST_TEST(asked("hurry") == "timed out");
    BOOST_TEST(open() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
