#include <framex/http/chunk.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using framex::chunk_limits;
using framex::chunk_reader;

namespace {

struct outcome {
    std::string data;
    std::size_t consumed = 0;
    int status = 0; // 200 when whole, 0 when more is needed
};

outcome read(std::string_view body, chunk_limits const& limits = {}, std::size_t step = 1'000'000)
{
    chunk_reader reader(limits);
    outcome result;
    while (result.consumed < body.size() && !reader.done() && !reader.failed()) {
        std::string const piece(body.substr(result.consumed, step)); // a copy, for the sanitizer
        auto const* end =
            reader.feed(piece.data(), piece.data() + piece.size(), [&](char const* p, std::size_t size) {
                BOOST_TEST(size != 0U);
                result.data.append(p, size);
            });
        result.consumed += static_cast<std::size_t>(end - piece.data());
    }
    result.status = reader.done() ? 200 : reader.failed() ? reader.status() : 0;
    return result;
}

void check_read(std::string const& body, std::string const& data)
{
    for (std::size_t step = 1; step <= body.size(); ++step) {
        auto const result = read(body + "GET", {}, step);
        BOOST_TEST(result.status == 200, body);
        BOOST_TEST(result.data == data, body);
        BOOST_TEST(result.consumed == body.size(), body);
    }
}

void check_refused(std::string const& body, int status = 400)
{
    BOOST_TEST(read(body).status == status, body);
    BOOST_TEST(read(body, {}, 1).status == status, body);
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_chunk_reader)

BOOST_AUTO_TEST_CASE(chunks_are_joined_at_any_split_and_what_follows_is_left)
{
    check_read("0\r\n\r\n", "");
    check_read("5\r\nhello\r\n0\r\n\r\n", "hello");
    check_read("3\r\nhel\r\n2\r\nlo\r\n000\r\n\r\n", "hello");
    check_read("0000000000000A\r\n0123456789\r\n0\r\n\r\n", "0123456789");
    check_read("a\r\n\r\n0\r\n\r\n12\r\r\n0\r\n\r\n", "\r\n0\r\n\r\n12\r");
    check_read("1\r\na\r\n0000C\r\nlonger chunk\r\n1;x\r\n!\r\n00000000\r\n\r\n", "alonger chunk!");
    check_read("1\r\na\r\n0000002\r\nbc\r\n00000003\r\ndef\r\n0\r\nTrailer: of it\r\n\r\n", "abcdef");
}

BOOST_AUTO_TEST_CASE(what_stands_between_two_chunks_is_as_strict_as_before_the_first)
{
    std::string const rest(20, 'x');
    for (char const* between : {"\r\n\r\n", "\r\n5\n", "\r\n5\r", "\n5\r\n", "\r5\r\n", "\r\n5 \r\n",
             "\r\n-5\r\n", "\r\n0x5\r\n", "\r\n5g\r\n", "5\r\n"})
        check_refused("1\r\na" + std::string(between) + rest);
    check_refused("1\r\na\r\n10000000000000005\r\n" + rest, 413);
    chunk_limits limits;
    limits.total = 21;
    std::string const body = "1\r\na\r\n15\r\n" + rest + "y\r\n0\r\n\r\n";
    BOOST_TEST(read(body, limits).status == 413);
    limits.total = 22;
    BOOST_TEST(read(body, limits).status == 200);
    limits.line = 3;
    BOOST_TEST(read("1\r\na\r\n00001\r\nb\r\n0\r\n\r\n", limits).status == 400);
}

BOOST_AUTO_TEST_CASE(extensions_are_checked_and_dropped)
{
    for (char const* extension : {";a", ";a=b", ";a=\"b\"", ";a=\"x;\\\"y\\\\\"", ";a;b=c;d=\"\"", " ;a",
             "\t; a \t= b ;c", ";a = \"b\" ;c", ";a=\"\t \xe4\""})
        check_read("5" + std::string(extension) + "\r\nhello\r\n0" + extension + "\r\n\r\n", "hello");
    for (char const* extension :
        {";", " ", ";;a", ";a=", ";a=b c", ";a b", ";a=\"b\"c", ";a=b ", ";a ", ";=b", ";a==b", ";a\n",
            ";a=\"b", ";a=\"\x01\"", ";a=\"\\\x7f\"", ";a=\"b\nc\"", ";a=\"\rb\"", " x", "\v;a", ";a=b\"c\""})
        check_refused("5" + std::string(extension) + "\r\nhello\r\n0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(sizes_are_hexadecimal_digits_only)
{
    for (char const* size : {"", "+5", "-5", "0x5", " 5", "\t5", "5_0", "5g", "\v5", "5.0", "\xb2", "\"5\"",
             "5,", "5=x", "g", "\r", "\n"})
        check_refused(std::string(size) + "\r\nhello\r\n0\r\n\r\n");
    for (char const* size :
        {"FFFFFFFFFFFFFFFF", "8000000000000000", "10000000000000005", "00001000000000000005"})
        check_refused(std::string(size) + "\r\nhello\r\n0\r\n\r\n", 413);
    BOOST_TEST(read("FFFFFFFFFFFFFFF\r\nhello").status == 0); // below 2^60 and never met
}

BOOST_AUTO_TEST_CASE(zeros_before_a_size_count_only_for_the_length_of_the_line)
{
    check_read("0000000000000005\r\nhello\r\n00000000000000000000\r\n\r\n", "hello");
    std::string const zeros(100, '0');
    check_read(zeros + "5;a\r\nhello\r\n" + zeros + "1\r\n!\r\n0\r\n\r\n", "hello!");
    chunk_limits limits;
    limits.line = 99;
    BOOST_TEST(read(zeros, limits).status == 400);
}

BOOST_AUTO_TEST_CASE(line_ends_are_cr_lf_only)
{
    check_refused("5\nhello\r\n0\r\n\r\n");
    check_refused("5\rhello\r\n0\r\n\r\n");
    check_refused("5\r\nhello0\r\n\r\n");
    check_refused("5\r\nhello\n0\r\n\r\n");
    check_refused("5\r\nhello!\r\n0\r\n\r\n");
    check_refused("5\r\nhello\r\n0\n\n");
    check_refused("5\r\nhello\r\n0\r\nXX\r\n");
    check_refused("5\r\nhello\r\n0\r\n\rX");
}

BOOST_AUTO_TEST_CASE(trailers_are_checked_and_dropped)
{
    check_read("0\r\nA: b\r\nC:\r\nD: \t\xe4 \r\n\r\n", "");
    for (char const* trailer : {"A : b", ": b", "A", " A: b", "A: b\r\n c", "A: \x01", "A: b\n", "A\t: b"})
        check_refused("0\r\n" + std::string(trailer) + "\r\n\r\n");
    check_refused(std::string("0\r\nA: \0\r\n\r\n", 12));
}

BOOST_AUTO_TEST_CASE(an_unfinished_body_is_not_done)
{
    std::string const body = "5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n";
    for (std::size_t size = 0; size < body.size(); ++size)
        BOOST_TEST(read(body.substr(0, size)).status == 0);
}

BOOST_AUTO_TEST_CASE(nothing_is_read_after_a_fault)
{
    auto const result = read("5\r\nhelloXX5\r\nworld\r\n0\r\n\r\n");
    BOOST_TEST(result.status == 400);
    BOOST_TEST(result.data == "hello");
    BOOST_TEST(result.consumed == 9U);
}

BOOST_AUTO_TEST_CASE(each_limit_has_its_answer)
{
    chunk_limits limits;
    limits.total = 8;
    limits.line = 32;
    limits.extensions = 40;
    limits.trailers = 2;
    limits.trailer_octets = 48;
    BOOST_TEST(read("4\r\nhell\r\n4\r\nhell\r\n0\r\n\r\n", limits).status == 200);
    BOOST_TEST(read("4\r\nhell\r\n5\r\n", limits).status == 413);
    BOOST_TEST(read("9\r\n", limits).status == 413);
    BOOST_TEST(read("1;" + std::string(40, 'a'), limits).status == 400); // one line
    std::string const chunk = "1;" + std::string(15, 'a') + "\r\nx\r\n";
    BOOST_TEST(read(chunk + chunk + "0\r\n\r\n", limits).status == 200);
    BOOST_TEST(read(chunk + chunk + chunk + "0\r\n\r\n", limits).status == 400); // all extensions
    BOOST_TEST(read("0\r\nA:b\r\nA:b\r\n\r\n", limits).status == 200);
    BOOST_TEST(read("0\r\nA:b\r\nA:b\r\nA:b\r\n\r\n", limits).status == 431);
    BOOST_TEST(read("0\r\nA:" + std::string(40, 'a'), limits).status == 431);
    std::string const trailer = "A:" + std::string(24, 'a') + "\r\n";
    BOOST_TEST(read("0\r\n" + trailer + trailer, limits).status == 431);
}

BOOST_AUTO_TEST_CASE(the_total_counts_what_was_announced)
{
    chunk_reader reader;
    std::string_view const body = "3\r\nabc\r\n4\r\na";
    reader.feed(body.data(), body.data() + body.size(), [](char const*, std::size_t) {});
    BOOST_TEST(reader.total() == 7U);
}

BOOST_AUTO_TEST_SUITE_END()
