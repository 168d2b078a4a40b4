#include <framex/http/response_head.hpp>

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <memory>
#include <string>

using framex::head_limits;
using framex::response_head;
using result = response_head::result;

namespace {

// A head read from a copy of exactly its size, so that a sanitizer sees every octet read past the end.
struct reading {
    explicit reading(std::string const& text, head_limits const& limits = {})
        : octets(new char[text.size()]), head(new response_head)
    {
        std::memcpy(octets.get(), text.data(), text.size());
        std::uint32_t resume = 0;
        verdict = head->read(octets.get(), octets.get() + text.size(), resume, limits);
    }
    std::unique_ptr<char[]> octets;
    std::unique_ptr<response_head> head;
    result verdict;
};

char verdict_of(std::string const& text, head_limits const& limits = {})
{
    reading const r(text, limits);
    return r.verdict == result::ok ? 'y' : r.verdict == result::more ? '?' : r.head->too_large ? 'l' : 'n';
}
std::string with_fields(std::string const& fields) { return "HTTP/1.1 200 OK\r\n" + fields + "\r\n"; }
char fields_verdict(std::string const& fields) { return verdict_of(with_fields(fields)); }

std::string const sample =
    "HTTP/1.1 404 Not  Found\r\nServer: \t old \t\r\nConnection: foo, Close\r\nContent-Length: 12\r\n\r\n";

void check_sample(response_head const& head)
{
    BOOST_TEST(head.status == 404);
    BOOST_TEST(head.reason == "Not  Found");
    BOOST_TEST(head.http11);
    BOOST_TEST(!head.keep_alive);
    BOOST_TEST(!head.chunked);
    BOOST_TEST(head.has_length);
    BOOST_TEST(head.length == 12U);
    BOOST_TEST(head.field_count == 3);
    BOOST_TEST(head.fields[0].name == "Server");
    BOOST_TEST(head.fields[0].value == "old");
    BOOST_TEST(head.find("SERVER")->value == "old");
    BOOST_TEST(head.size == sample.size());
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_response_head)

BOOST_AUTO_TEST_CASE(a_whole_head_is_read_at_once_and_what_follows_is_left_alone)
{
    reading const r(sample + "twelve octet");
    BOOST_TEST((r.verdict == result::ok));
    check_sample(*r.head);
}

BOOST_AUTO_TEST_CASE(a_head_dripped_octet_by_octet_is_the_same_and_the_octets_may_move)
{
    auto head = std::make_unique<response_head>();
    std::uint32_t resume = 0;
    for (std::size_t size = 0; size < sample.size(); ++size) {
        auto const copy = std::make_unique<std::string>(sample.substr(0, size));
        BOOST_TEST_REQUIRE((head->read(copy->data(), copy->data() + size, resume, {}) == result::more), size);
    }
    BOOST_TEST((head->read(sample.data(), sample.data() + sample.size(), resume, {}) == result::ok));
    check_sample(*head);
}

BOOST_AUTO_TEST_CASE(a_head_cut_in_two_at_every_octet_is_the_same)
{
    for (std::size_t cut = 0; cut < sample.size(); ++cut) {
        response_head head;
        std::uint32_t resume = 0;
        BOOST_TEST_REQUIRE((head.read(sample.data(), sample.data() + cut, resume, {}) == result::more), cut);
        BOOST_TEST_REQUIRE(
            (head.read(sample.data(), sample.data() + sample.size(), resume, {}) == result::ok), cut);
        check_sample(head);
    }
}

BOOST_AUTO_TEST_CASE(one_object_reads_one_head_after_another)
{
    response_head head;
    std::string const last = with_fields("");
    for (auto const* text : {&sample, &last}) {
        std::uint32_t resume = 0;
        BOOST_TEST((head.read(text->data(), text->data() + text->size(), resume, {}) == result::ok));
    }
    BOOST_TEST(head.status == 200);
    BOOST_TEST(head.keep_alive);
    BOOST_TEST(!head.has_length);
    BOOST_TEST(head.length == 0U);
    BOOST_TEST(head.field_count == 0);
}

BOOST_AUTO_TEST_CASE(malformed_status_lines_are_refused)
{
    for (char const* line : {"HTTP/1.1 200", "HTTP/1.1  200 OK", " HTTP/1.1 200 OK", "http/1.1 200 OK",
             "HTTP/2.0 200 OK", "HTTP/0.9 200 OK", "HTTP/1.10 200 OK", "HTTP/1.1\t200 OK", "HTTP/1.1 20 OK",
             "HTTP/1.1 2000 OK", "HTTP/1.1 -20 OK", "HTTP/1.1 2x0 OK", "HTTP/1.1 099 OK", "HTTP/1.1 000 OK",
             "HTTP/1.1 600 OK", "HTTP/1.1 999 OK", "HTTP/1.1 200\tOK", "HTTP/1.1 200-OK",
             "HTTP/1.1 200 O\x01K", "HTTP/1.1 200 O\x7fK", "HTTP/1.1 200 O\rK", "HTTP/1.1 200 OK\r",
             "HTTP/1.1 200 OK\nX: y", "ICY 200 OK", "", "GET / HTTP/1.1"})
        BOOST_TEST(verdict_of(line + std::string("\r\nX: y\r\n\r\n")) == 'n', line);
    BOOST_TEST(verdict_of("\r\n" + sample) == 'n');
    BOOST_TEST(verdict_of(std::string("HTTP/1.1 200 O\0K\r\n\r\n", 20)) == 'n');
    BOOST_TEST(verdict_of("HTTP/1.1 200 OK\n\n") == 'n');
}

BOOST_AUTO_TEST_CASE(the_reason_may_be_empty_and_of_any_visible_octets)
{
    BOOST_TEST(reading("HTTP/1.1 200 \r\n\r\n").head->reason == "");
    BOOST_TEST(reading("HTTP/1.1 200 \xc3\xa9\t!\r\n\r\n").head->reason == "\xc3\xa9\t!");
    BOOST_TEST(reading("HTTP/1.1 100 \r\n\r\n").head->status == 100);
    BOOST_TEST(reading("HTTP/1.1 599 \r\n\r\n").head->status == 599);
}

BOOST_AUTO_TEST_CASE(versions_decide_about_the_connection)
{
    BOOST_TEST(reading("HTTP/1.1 200 \r\n\r\n").head->keep_alive);
    BOOST_TEST(reading("HTTP/1.7 200 \r\n\r\n").head->http11);
    BOOST_TEST(!reading("HTTP/1.0 200 \r\n\r\n").head->keep_alive);
    BOOST_TEST(reading("HTTP/1.0 200 \r\nConnection: keep-alive\r\n\r\n").head->keep_alive);
    BOOST_TEST(
        !reading("HTTP/1.1 200 \r\nConnection: keep-alive\r\nconnection: close\r\n\r\n").head->keep_alive);
    BOOST_TEST(fields_verdict("Connection: a b\r\n") == 'n');
}

BOOST_AUTO_TEST_CASE(malformed_fields_are_refused)
{
    for (char const* line :
        {"X : v\r\n", ": v\r\n", "X\r\n", " X: v\r\n", "X: v\r\n folded\r\n", "X: v\r\n\tfolded\r\n",
            "X: a\n", "X: a\rb\r\n", "X: a\r\r\n", "X: a\x01\r\n", "X\xc3\xa9: v\r\n"})
        BOOST_TEST(fields_verdict(line) == 'n', line);
    BOOST_TEST(fields_verdict(std::string("X: a\0b\r\n", 8)) == 'n');
    BOOST_TEST(fields_verdict("X:\r\nX: \t \r\n") == 'y');
}

BOOST_AUTO_TEST_CASE(content_length_is_one_number_however_often_it_is_told)
{
    for (char const* same : {"Content-Length: 5\r\n", "Content-Length: 5\r\ncontent-length: 5\r\n",
             "Content-Length: 5, 5\r\n", "Content-Length: 5\r\nContent-Length: 05\r\n"}) {
        reading const r(with_fields(same));
        BOOST_TEST((r.verdict == result::ok), same);
        BOOST_TEST(r.head->length == 5U, same);
    }
    for (char const* value : {"", "-5", "+5", "0x14", "5a", "5.0", "5,", ",5", "5;x", "5 5", "5, 6",
             "5, 5, 6", "18446744073709551621", "1234567890123456789"})
        BOOST_TEST(fields_verdict("Content-Length: " + std::string(value) + "\r\n") == 'n', value);
    BOOST_TEST(fields_verdict("Content-Length: 5\r\nContent-Length: 6\r\n") == 'n');
}

BOOST_AUTO_TEST_CASE(transfer_encoding_is_chunked_alone)
{
    BOOST_TEST(reading(with_fields("Transfer-Encoding: Chunked\r\n")).head->chunked);
    for (char const* value :
        {"", "identity", "gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "xchunked"})
        BOOST_TEST(fields_verdict("Transfer-Encoding: " + std::string(value) + "\r\n") == 'n', value);
    BOOST_TEST(fields_verdict("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") == 'n');
    BOOST_TEST(fields_verdict("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n") == 'n');
    BOOST_TEST(fields_verdict("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n") == 'n');
    BOOST_TEST(verdict_of("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") == 'n');
}

BOOST_AUTO_TEST_CASE(some_answers_have_no_body_whatever_their_fields_say)
{
    auto const body = [](int status, char const* method) {
        return reading("HTTP/1.1 " + std::to_string(status) + " \r\nContent-Length: 5\r\n\r\n")
            .head->has_body(method);
    };
    BOOST_TEST(body(200, "GET"));
    BOOST_TEST(body(404, "POST"));
    BOOST_TEST(!body(200, "HEAD"));
    for (int status : {100, 103, 204, 304})
        BOOST_TEST(!body(status, "GET"), status);
}

BOOST_AUTO_TEST_CASE(limits_hold_for_what_is_still_incomplete)
{
    head_limits small;
    small.line = 64;
    small.head = 256;
    small.fields = 3;
    std::string const start = "HTTP/1.1 200 OK\r\n";
    BOOST_TEST(verdict_of("HTTP/1.1 200 " + std::string(51, 'a'), small) == '?');
    BOOST_TEST(verdict_of("HTTP/1.1 200 " + std::string(52, 'a'), small) == 'l');
    BOOST_TEST(verdict_of(start + "X: " + std::string(61, 'a'), small) == '?');
    BOOST_TEST(verdict_of(start + "X: " + std::string(62, 'a'), small) == 'l');
    BOOST_TEST(verdict_of(start + std::string(257, 'a')) == 'l');
    BOOST_TEST(verdict_of(start + "A:1\r\nB:2\r\nC:3\r\n\r\n", small) == 'y');
    BOOST_TEST(verdict_of(start + "A:1\r\nB:2\r\nC:3\r\nD:4\r\n", small) == 'l');
    std::string many = start;
    for (int i = 0; i < 8; ++i)
        many += "X: " + std::string(40, 'a') + "\r\n";
    small.fields = 100;
    BOOST_TEST(verdict_of(many, small) == 'l');
}

BOOST_AUTO_TEST_SUITE_END()
