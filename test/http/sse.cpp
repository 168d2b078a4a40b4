#include <framex/http/sse.hpp>

#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace framex;

namespace {

std::string written(sse_event const& event)
{
    std::string out = "before ";
    append_event(out, event);
    BOOST_TEST(out.starts_with("before "));
    return out.substr(7);
}

// Every event as type|data|id|retry, fed in pieces of `step` octets.
std::vector<std::string> read(std::string_view stream, std::size_t step)
{
    sse_parser parser;
    std::vector<std::string> events;
    for (std::size_t at = 0; at < stream.size(); at += step) {
        std::string const piece(stream.substr(at, step));
        parser.feed(piece, [&](sse_event&& e) {
            std::string const retry = e.retry ? std::to_string(e.retry->count()) : "";
            events.push_back(e.event + "|" + e.data + "|" + e.id + "|" + retry);
        });
    }
    return events;
}

void check_read(std::string_view stream, std::vector<std::string> const& wanted)
{
    for (std::size_t step = 1; step <= stream.size(); ++step) {
        auto const events = read(stream, step);
        BOOST_TEST(events == wanted, boost::test_tools::per_element());
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_sse_writer)

BOOST_AUTO_TEST_CASE(an_event_is_written_field_by_field)
{
    sse_event event("tick", "1", "7");
    event.retry = std::chrono::milliseconds(1500);
    event.comment = "note";
    BOOST_TEST(written(event) == ": note\nevent: tick\nid: 7\nretry: 1500\ndata: 1\n\n");
    BOOST_TEST(written({"tick", "1"}) == "event: tick\ndata: 1\n\n");
    BOOST_TEST(written({"finish"}) == "event: finish\ndata: \n\n");
    BOOST_TEST(written({"", "x"}) == "data: x\n\n");
    BOOST_TEST(written({}) == "data: \n\n");
}

BOOST_AUTO_TEST_CASE(data_is_split_at_every_kind_of_line_end)
{
    BOOST_TEST(written({"", "a\nb\r\nc\rd"}) == "data: a\ndata: b\ndata: c\ndata: d\n\n");
    BOOST_TEST(written({"", "\n\r"}) == "data: \ndata: \ndata: \n\n");
    BOOST_TEST(written({"", "x\n\nevent: evil"}) == "data: x\ndata: \ndata: event: evil\n\n");
    BOOST_TEST(written({"", " x"}) == "data:  x\n\n");
}

BOOST_AUTO_TEST_CASE(a_keep_alive_has_no_data)
{
    sse_event comment;
    comment.comment = "a\nb";
    BOOST_TEST(written(comment) == ": a\n: b\n\n");
    sse_event retry;
    retry.retry = std::chrono::milliseconds(5);
    BOOST_TEST(written(retry) == "retry: 5\n\n");
    BOOST_TEST(written({"", "", "9"}) == "id: 9\n\n");
}

BOOST_AUTO_TEST_CASE(type_and_id_cannot_forge_a_field)
{
    BOOST_TEST(written({"a\r\ndata: evil\n\n", "x", std::string("1\r\n\0", 4) + "2"})
        == "event: adata: evil\nid: 12\ndata: x\n\n");
    sse_event negative("a", "b");
    negative.retry = std::chrono::milliseconds(-1);
    BOOST_TEST(written(negative) == "event: a\ndata: b\n\n");
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back)
{
    for (std::string_view data :
        {"", " ", "a", ":a", " a ", "a\nb", "\n", "\n\n", "data: x", "\xe2\x80\xa8\xc2\x85", "\xef\xbb\xbf"})
        check_read(written({"t", std::string(data), "i"}), {"t|" + std::string(data) + "|i|"});
}

BOOST_AUTO_TEST_CASE(stream_events_are_spelled_as_python_does)
{
    BOOST_TEST(to_text(make_stream_event("message_chunk", "h\xc3\xa9\n\""))
        == "event: message_chunk\ndata: {\"content\": \"h\xc3\xa9\\n\\\"\"}\n\n");
    BOOST_TEST(to_text(make_stream_event("message_chunk", std::string("a:b,c")))
        == "event: message_chunk\ndata: {\"content\": \"a:b,c\"}\n\n");
    BOOST_TEST(to_text(make_stream_event("finish")) == "event: finish\ndata: {}\n\n");
    BOOST_TEST(to_text(make_stream_event("finish", "")) == "event: finish\ndata: {}\n\n");
    BOOST_TEST(to_text(make_stream_event("finish", json::object())) == "event: finish\ndata: {}\n\n");
    BOOST_TEST(to_text(make_stream_event("error", json::object{{"status", 500}, {"detail", {1, 2}}}))
        == "event: error\ndata: {\"status\": 500, \"detail\": [1, 2]}\n\n");
    BOOST_TEST(to_text(make_stream_event("list", std::vector<int>{1, 2})) == "event: list\ndata: [1, 2]\n\n");
    BOOST_TEST(to_text(make_stream_event("a\n\nb")) == "event: ab\ndata: {}\n\n");
    BOOST_TEST(to_text(make_stream_event_from_json("x", "{\"a\":1}")) == "event: x\ndata: {\"a\": 1}\n\n");
}

BOOST_AUTO_TEST_CASE(json_is_spaced_outside_of_strings_only)
{
    BOOST_TEST(spaced_json("{\"a:b,\\\"c\":[1,2,{\"d\":\":\\\\\"}],\"e\":-1.5}")
        == "{\"a:b,\\\"c\": [1, 2, {\"d\": \":\\\\\"}], \"e\": -1.5}");
    BOOST_TEST(spaced_json("") == "");
    BOOST_TEST(spaced_json("\"a\\") == "\"a\\");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http_sse_parser)

BOOST_AUTO_TEST_CASE(events_end_at_an_empty_line_of_any_kind)
{
    for (std::string end : {"\n", "\r\n", "\r"})
        check_read("event: a" + end + "data: 1" + end + "data: 2" + end + end + "data:3" + end + end,
            {"a|1\n2||", "|3||"});
    check_read("data: 1\r\n\rdata: 2\n\r\n", {"|1||", "|2||"});
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_is_dropped_once)
{
    check_read("\xef\xbb\xbf"
               "data: 1\n\n",
        {"|1||"});
    check_read("\xef\xbb\xbf\xef\xbb\xbf"
               "data: 1\n\n",
        {});
    check_read("\n\xef\xbb\xbf"
               "data: 1\n\n",
        {});
}

BOOST_AUTO_TEST_CASE(one_space_after_the_colon_is_dropped)
{
    check_read("data:a\ndata: b\ndata:  c\ndata:\n\n", {"|a\nb\n c\n||"});
    check_read("data\n\n", {"|||"});
    check_read("data\ndata\n\n", {"|\n||"});
}

BOOST_AUTO_TEST_CASE(comments_and_unknown_fields_are_ignored)
{
    check_read(": ping\n\ndata: 1\n:x\nfoo: bar\nDATA: 2\ndata : 3\n data: 4\n\n", {"|1||"});
}

BOOST_AUTO_TEST_CASE(an_event_without_data_or_without_its_end_is_not_dispatched)
{
    check_read("event: a\nid: 1\n\ndata: 2\n\n", {"|2|1|"});
    check_read("data: 1\n\ndata: 2\n", {"|1||"});
}

BOOST_AUTO_TEST_CASE(an_id_stays_until_the_next_and_one_with_nul_is_ignored)
{
    check_read("id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n", {"|a|1|", "|b|1|", "|c||"});
    std::string const nul("id: 1\nid: 2\0\ndata: a\n\n", 22);
    check_read(nul, {"|a|1|"});
    sse_parser parser;
    parser.feed("id: 1\n\nid: 2\n", [](sse_event&&) {});
    BOOST_TEST(parser.last_event_id() == "1");
    parser.feed("\n", [](sse_event&&) {});
    BOOST_TEST(parser.last_event_id() == "2");
}

BOOST_AUTO_TEST_CASE(retry_counts_only_when_it_is_all_digits)
{
    check_read("retry: 10\ndata: a\n\ndata: b\n\n", {"|a||10", "|b||"});
    for (std::string text : {"", "-1", "+1", "1.5", "1x", "x", " 1", "99999999999999999999"})
        check_read("retry: " + text + "\ndata: a\n\n", {"|a||"});
    sse_parser parser;
    BOOST_TEST(!parser.reconnection_time());
    parser.feed("retry: 10\nretry: x\n", [](sse_event&&) {});
    BOOST_TEST((parser.reconnection_time() == std::chrono::milliseconds(10)));
}

BOOST_AUTO_TEST_CASE(an_endless_event_is_cut_off)
{
    auto const ignore = [](sse_event&&) {};
    sse_parser line(64);
    line.feed(std::string(64, 'x'), ignore);
    BOOST_CHECK_THROW(line.feed("x", ignore), std::length_error);
    sse_parser data(64);
    data.feed("data: 1234567890123456789012345678901\n", ignore);
    data.feed("data: 12345678901234567890123456\n", ignore);
    BOOST_CHECK_THROW(data.feed("data: 1", ignore), std::length_error);
    sse_parser fine(64);
    for (int i = 0; i < 100; ++i)
        fine.feed("data: 1234567890\n\n: comment\n", ignore);
}

BOOST_AUTO_TEST_SUITE_END()
