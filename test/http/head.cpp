#include <framex/http/head.hpp>

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

using framex::head_limits;
using framex::request_head;
using result = request_head::result;

namespace {

// A head read from a copy of exactly its size, so that a sanitizer sees every octet read past the end.
struct reading {
    explicit reading(std::string const& text, head_limits const& limits = {})
        : octets(new char[text.size()]), head(new request_head)
    {
        std::memcpy(octets.get(), text.data(), text.size());
        std::uint32_t resume = 0;
        verdict = head->read(octets.get(), octets.get() + text.size(), resume, limits);
    }
    std::unique_ptr<char[]> octets;
    std::unique_ptr<request_head> head;
    result verdict;
};

int refusal(std::string const& text, head_limits const& limits = {})
{
    reading const r(text, limits);
    return r.verdict == result::bad ? r.head->status : r.verdict == result::ok ? 200 : 0;
}

std::string with_fields(std::string const& fields)
{
    return "POST /a HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}
int fields_refused(std::string const& fields) { return refusal(with_fields(fields)); }
std::string with_target(std::string const& method, std::string const& target)
{
    return method + " " + target + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

std::string const hello =
    "GET /api/v1/echo?message=hello&x=1 HTTP/1.1\r\nHost: localhost:8080\r\n"
    "User-Agent: \t curl/8 \t\r\nConnection: foo, Close\r\nContent-Type: text/plain\r\n\r\n";

void check_hello(request_head const& head)
{
    BOOST_TEST(head.method == "GET");
    BOOST_TEST((head.method_id == boost::beast::http::verb::get));
    BOOST_TEST(head.target == "/api/v1/echo?message=hello&x=1");
    BOOST_TEST(head.path == "/api/v1/echo");
    BOOST_TEST(head.query == "message=hello&x=1");
    BOOST_TEST(head.host == "localhost:8080");
    BOOST_TEST(head.content_type == "text/plain");
    BOOST_TEST(head.http11);
    BOOST_TEST(!head.keep_alive);
    BOOST_TEST(!head.chunked);
    BOOST_TEST(!head.has_length);
    BOOST_TEST(head.length == 0U);
    BOOST_TEST(head.field_count == 4);
    BOOST_TEST(head.fields[1].name == "User-Agent");
    BOOST_TEST(head.fields[1].value == "curl/8");
    BOOST_TEST(head.size == hello.size());
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_request_head)

BOOST_AUTO_TEST_CASE(a_whole_head_is_read_at_once)
{
    reading const r(hello);
    BOOST_TEST((r.verdict == result::ok));
    check_hello(*r.head);
}

BOOST_AUTO_TEST_CASE(a_head_dripped_octet_by_octet_is_the_same_and_the_octets_may_move)
{
    auto head = std::make_unique<request_head>();
    std::uint32_t resume = 0;
    for (std::size_t size = 0; size < hello.size(); ++size) {
        auto const copy = std::make_unique<std::string>(hello.substr(0, size));
        BOOST_TEST_REQUIRE(
            (head->read(copy->data(), copy->data() + size, resume, head_limits()) == result::more), size);
    }
    auto const result = head->read(hello.data(), hello.data() + hello.size(), resume, head_limits());
    BOOST_TEST((result == result::ok));
    check_hello(*head);
}

BOOST_AUTO_TEST_CASE(a_head_cut_in_two_at_every_octet_is_the_same)
{
    for (std::size_t cut = 0; cut < hello.size(); ++cut) {
        request_head head;
        std::uint32_t resume = 0;
        BOOST_TEST_REQUIRE((head.read(hello.data(), hello.data() + cut, resume, {}) == result::more), cut);
        BOOST_TEST_REQUIRE(
            (head.read(hello.data(), hello.data() + hello.size(), resume, {}) == result::ok), cut);
        check_hello(head);
    }
}

BOOST_AUTO_TEST_CASE(octets_after_the_head_are_left_alone)
{
    reading const r(hello + "GET /next HTTP/1.1\r\n");
    BOOST_TEST((r.verdict == result::ok));
    BOOST_TEST(r.head->size == hello.size());
}

BOOST_AUTO_TEST_CASE(one_object_reads_one_message_after_another)
{
    request_head head;
    std::string const first =
        with_fields("Content-Length: 12\r\nContent-Type: a/b\r\nExpect: 100-continue\r\n");
    std::uint32_t resume = 0;
    BOOST_TEST((head.read(first.data(), first.data() + first.size(), resume, {}) == result::ok));
    BOOST_TEST(head.length == 12U);
    BOOST_TEST(head.expect_continue);
    resume = 0;
    BOOST_TEST((head.read(hello.data(), hello.data() + hello.size(), resume, {}) == result::ok));
    check_hello(head);
    BOOST_TEST(!head.expect_continue);
}

BOOST_AUTO_TEST_CASE(one_empty_line_before_the_request_is_ignored)
{
    reading const r("\r\n" + hello);
    BOOST_TEST((r.verdict == result::ok));
    BOOST_TEST(r.head->size == hello.size() + 2);
    BOOST_TEST(refusal("\r\n\r\n" + hello) == 400);
    BOOST_TEST(refusal("\n" + hello) == 400);
    BOOST_TEST(refusal("\rGET") == 400);
    BOOST_TEST(refusal("\r") == 0);
}

BOOST_AUTO_TEST_CASE(malformed_request_lines_are_refused)
{
    std::string const rest = "\r\nHost: h\r\n\r\n";
    for (char const* line : {"GET /", "GET / ", "GET /  HTTP/1.1", "GET  / HTTP/1.1", " GET / HTTP/1.1",
             "GET / HTTP/1.1 ", "GET\t/ HTTP/1.1", "GET\v/\vHTTP/1.1", "GET\r/\rHTTP/1.1", "GET / http/1.1",
             "GET / HTTP/1.1.1", "GET / HTTP/1.10", "GET / HTTP/ 1.1", "GET / HTTP/1.", "GET / HTTP/1",
             "GET / HTTP1.1", "GET / HTTP/x.y", "GET / HTTP/1.1x", "GET / FTP/1.1", "G\x01T / HTTP/1.1",
             "GE\xc3\xa9T / HTTP/1.1", "GET; / HTTP/1.1", "[GET] / HTTP/1.1", " / HTTP/1.1", "",
             "\xef\xbb\xbfGET / HTTP/1.1", "HTTP/1.1 200 OK", "GET /\xff HTTP/1.1", "GET /a\x7f HTTP/1.1",
             "GET /\"x HTTP/1.1", "GET /<x> HTTP/1.1", "GET /a#b HTTP/1.1", "GET /a\\b HTTP/1.1",
             "GET / HTTP/1.1\r", "GET / HTTP/1.1\nX: y"})
        BOOST_TEST(refusal(line + rest) == 400, line);
    BOOST_TEST(refusal(std::string("GE\0T / HTTP/1.1", 15) + rest) == 400);
    BOOST_TEST(refusal("GET / HTTP/1.1\n") == 400);
}

BOOST_AUTO_TEST_CASE(versions_are_told_apart)
{
    BOOST_TEST(refusal("GET / HTTP/2.0\r\nHost: h\r\n\r\n") == 505);
    BOOST_TEST(refusal("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505);
    BOOST_TEST(refusal("GET / HTTP/0.9\r\nHost: h\r\n\r\n") == 505);
    BOOST_TEST(refusal("GET / HTTP/1.9\r\nHost: h\r\n\r\n") == 200);
    reading const old("GET / HTTP/1.0\r\n\r\n");
    BOOST_TEST((old.verdict == result::ok));
    BOOST_TEST(!old.head->http11);
    BOOST_TEST(!old.head->keep_alive);
    BOOST_TEST(reading("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").head->keep_alive);
    BOOST_TEST(reading("GET / HTTP/1.2\r\nHost: h\r\n\r\n").head->keep_alive);
}

BOOST_AUTO_TEST_CASE(methods_are_tokens_and_have_a_longest_length)
{
    BOOST_TEST((reading(with_target("PATCH", "/")).head->method_id == boost::beast::http::verb::patch));
    for (char const* unknown : {"get", "BREW", "!#$%&'*+-.^_`|~9"}) {
        reading const r(with_target(unknown, "/"));
        BOOST_TEST((r.verdict == result::ok), unknown);
        BOOST_TEST((r.head->method_id == boost::beast::http::verb::unknown), unknown);
        BOOST_TEST(r.head->method == unknown);
    }
    BOOST_TEST(refusal(with_target(std::string(33, 'A'), "/")) == 501);
    BOOST_TEST(refusal(std::string(33, 'A')) == 501);
}

BOOST_AUTO_TEST_CASE(queries_may_hold_what_browsers_send_unencoded)
{
    reading const r(with_target("GET", "/a[1]|x^?q={a}\\`[]|^?/%&%zz"));
    BOOST_TEST((r.verdict == result::ok));
    BOOST_TEST(r.head->path == "/a[1]|x^");
    BOOST_TEST(r.head->query == "q={a}\\`[]|^?/%&%zz");
}

BOOST_AUTO_TEST_CASE(the_authority_of_an_absolute_target_replaces_host)
{
    reading const r(with_target("GET", "http://example.com:81/p?q"));
    BOOST_TEST((r.verdict == result::ok));
    BOOST_TEST(r.head->host == "example.com:81");
    BOOST_TEST(r.head->path == "/p");
    BOOST_TEST(r.head->query == "q");
    BOOST_TEST(reading(with_target("GET", "HTTPS://e?a=/b")).head->path == "/");
    BOOST_TEST(reading(with_target("GET", "HTTPS://e?a=/b")).head->query == "a=/b");
    BOOST_TEST(reading(with_target("GET", "http://[::1]:80")).head->host == "[::1]:80");
    BOOST_TEST(reading(with_target("GET", "http://e")).head->path == "/");
    for (char const* target : {"http://", "http:///a", "ftp://e/", "example.com:80", "?a=b", "*", "a",
             "http:/a", "http://u@e/", "http://e:99999/", "http://e/{a}", "://e", "http://[::1/"})
        BOOST_TEST(refusal(with_target("GET", target)) == 400, target);
    BOOST_TEST(refusal("GET http://e/ HTTP/1.1\r\n\r\n") == 400); // Host is needed all the same
    BOOST_TEST(refusal("GET http://e/ HTTP/1.1\r\nHost:\r\n\r\n") == 200);
}

BOOST_AUTO_TEST_CASE(options_may_ask_for_everything_and_connect_is_not_served)
{
    BOOST_TEST(reading(with_target("OPTIONS", "*")).head->path == "*");
    BOOST_TEST(reading(with_target("OPTIONS", "http://e")).head->path == "*");
    BOOST_TEST(refusal(with_target("OPTIONS", "*x")) == 400);
    BOOST_TEST(refusal(with_target("CONNECT", "e:443")) == 501);
    BOOST_TEST(refusal(with_target("CONNECT", "/")) == 501);
}

BOOST_AUTO_TEST_CASE(field_names_are_tokens)
{
    for (unsigned c = 0; c < 256; ++c) {
        bool const token =
            std::isalnum(static_cast<int>(c)) || (c && std::strchr("!#$%&'*+-.^_`|~", static_cast<int>(c)));
        if (c < 128 || !token)
            BOOST_TEST(fields_refused(std::string("X") + static_cast<char>(c) + "Y: v\r\n")
                    == (token || c == ':' ? 200 : 400),
                c);
    }
    for (char const* line : {"X : v\r\n", "X\t: v\r\n", ": v\r\n", ":\r\n", "X\r\n", " X: v\r\n",
             "X: v\r\n folded\r\n", "X: v\r\n\tfolded\r\n"})
        BOOST_TEST(fields_refused(line) == 400, line);
}

BOOST_AUTO_TEST_CASE(field_values_hold_no_control_octet_but_tab)
{
    for (unsigned c = 0; c < 256; ++c) {
        bool const good = c == '\t' || (c >= 0x20 && c != 0x7f);
        BOOST_TEST(
            fields_refused(std::string("X: a") + static_cast<char>(c) + "b\r\n") == (good ? 200 : 400), c);
    }
    BOOST_TEST(reading(with_fields("X:\r\n")).head->fields[1].value == "");
    BOOST_TEST(reading(with_fields("X: \t \r\n")).head->fields[1].value == "");
    BOOST_TEST(fields_refused("X: a\n") == 400);
    BOOST_TEST(fields_refused("X: a\r\r\n") == 400);
}

BOOST_AUTO_TEST_CASE(host_is_needed_once_and_must_be_an_authority)
{
    BOOST_TEST(refusal("GET / HTTP/1.1\r\n\r\n") == 400);
    BOOST_TEST(fields_refused("hOST: h\r\n") == 400);
    for (char const* host : {"", "a%zz", "a b", "a/b", "a:port", "a?b", "a#b", "a\"b", "a:80:80", "a^b",
             "a|b", "u@a", ":80", "[::1", "[]", "[::1]x", "[1]", "[g::1]", "[1:2]", "[::::]", "[:::1]",
             "a:65536", "a:000080", "a,b:x", "[::1%25eth0]"})
        BOOST_TEST(refusal("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n") == 400, host);
    for (char const* host :
        {"a", "a.b-c_d:8080", "127.0.0.1", "[::1]", "[::ffff:1.2.3.4]:80", "a:", "a%41", "a:65535"})
        BOOST_TEST(refusal("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n") == 200, host);
}

BOOST_AUTO_TEST_CASE(content_length_is_one_decimal_number)
{
    reading const r(with_fields("Content-Length: 00000000000000020\r\n"));
    BOOST_TEST(r.head->has_length);
    BOOST_TEST(r.head->length == 20U);
    for (char const* value : {"", "-5", "+5", "0x14", "20a", "a20", "20.0", "20,", ",20", "20, 20", "20;x",
             "2_0", "'20'", "\"20\"", "NaN", "20 20", "20\t21", "-0", "1e3", "\xb2"})
        BOOST_TEST(fields_refused("Content-Length: " + std::string(value) + "\r\n") == 400, value);
    BOOST_TEST(fields_refused("Content-Length: 18446744073709551636\r\n") == 413);
    BOOST_TEST(fields_refused("Content-Length: 001844674407370955163\r\n") == 413);
    std::string const zeros(40, '0');
    BOOST_TEST(reading(with_fields("Content-Length: " + zeros + "20\r\n")).head->length == 20U);
    BOOST_TEST(reading(with_fields("Content-Length: " + zeros + "\r\n")).head->length == 0U);
    BOOST_TEST(fields_refused("Content-Length: 2\r\nContent-Length: 2\r\n") == 400);
}

BOOST_AUTO_TEST_CASE(transfer_encoding_is_chunked_alone)
{
    reading const r(with_fields("Transfer-Encoding: \tChunked \r\n"));
    BOOST_TEST((r.verdict == result::ok));
    BOOST_TEST(r.head->chunked);
    for (char const* value : {"gzip, chunked", "compress,chunked", "identity , chunked"})
        BOOST_TEST(fields_refused("Transfer-Encoding: " + std::string(value) + "\r\n") == 501, value);
    for (char const* value : {"", "identity", "xchunked", "chunked, gzip", "chunked, chunked", "\"chunked\"",
             "'chunked'", ",chunked", "chunked ,", "chunked cow", "cow chunked", "chunked=1", "ch\x96nked",
             "chunked;q=1", "a b, chunked"})
        BOOST_TEST(fields_refused("Transfer-Encoding: " + std::string(value) + "\r\n") == 400, value);
    BOOST_TEST(fields_refused("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") == 400);
    BOOST_TEST(fields_refused("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n") == 400);
    BOOST_TEST(fields_refused("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n") == 400);
    BOOST_TEST(refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
}

BOOST_AUTO_TEST_CASE(expectations_other_than_100_continue_fail)
{
    BOOST_TEST(reading(with_fields("Expect: 100-Continue\r\nContent-Length: 1\r\n")).head->expect_continue);
    BOOST_TEST(
        reading(with_fields("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n")).head->expect_continue);
    BOOST_TEST(
        !reading(with_fields("Expect: 100-continue\r\n")).head->expect_continue); // nothing to wait for
    for (char const* value : {"100-continue, 100-continue", ",100-CONTINUE,", " , 100-continue"})
        BOOST_TEST(reading(with_fields("Content-Length: 1\r\nExpect: " + std::string(value) + "\r\n"))
                       .head->expect_continue,
            value);
    for (char const* value : {"", ",", " , ,"})
        BOOST_TEST(fields_refused("Expect: " + std::string(value) + "\r\n") == 200, value);
    for (char const* value : {"the-worst", "100-continue, the-worst", "100", "100-continue;q=1", "a=\"b\""})
        BOOST_TEST(fields_refused("Expect: " + std::string(value) + "\r\n") == 417, value);
    std::string const old = "POST / HTTP/1.0\r\nContent-Length: 1\r\n";
    BOOST_TEST(!reading(old + "Expect: 100-continue\r\n\r\n").head->expect_continue);
    BOOST_TEST(refusal(old + "Expect: the-worst\r\n\r\n") == 200);
}

BOOST_AUTO_TEST_CASE(connection_options_are_tokens_in_any_number_of_lines)
{
    BOOST_TEST(!reading(with_fields("Connection: a\r\nConnection: b,,CLOSE ,c\r\n")).head->keep_alive);
    BOOST_TEST(reading(with_fields("Connection: closed, keep-alive\r\n")).head->keep_alive);
    BOOST_TEST(!reading(with_fields("Connection: keep-alive, close\r\n")).head->keep_alive);
    BOOST_TEST(fields_refused("Connection: a b\r\n") == 400);
}

BOOST_AUTO_TEST_CASE(a_field_is_found_whatever_its_case)
{
    reading const r(hello);
    BOOST_TEST_REQUIRE(r.head->find("user-AGENT"));
    BOOST_TEST(r.head->find("user-AGENT")->value == "curl/8");
    BOOST_TEST(!r.head->find("user-agents"));
}

BOOST_AUTO_TEST_CASE(limits_hold_for_what_is_still_incomplete)
{
    head_limits small;
    small.target = 16;
    small.line = 64;
    small.head = 256;
    small.fields = 3;
    std::string const start = "GET / HTTP/1.1\r\nHost: h\r\n";
    BOOST_TEST(refusal("GET /" + std::string(15, 'a'), small) == 0);
    BOOST_TEST(refusal("GET /" + std::string(16, 'a'), small) == 414);
    BOOST_TEST(refusal("GET /?" + std::string(15, 'a') + " HTTP/1.1\r\n", small) == 414);
    BOOST_TEST(refusal("GET " + std::string(17, 'a'), small) == 414);
    BOOST_TEST(refusal(start + "X: " + std::string(61, 'a'), small) == 0);
    BOOST_TEST(refusal(start + "X: " + std::string(62, 'a'), small) == 431);
    BOOST_TEST(refusal(start + std::string(257, 'a')) == 431);
    BOOST_TEST(refusal(start + "A:1\r\nB:2\r\n\r\n", small) == 200);
    BOOST_TEST(refusal(start + "A:1\r\nB:2\r\nC:3\r\n", small) == 431);
    small.fields = 100;
    std::string lines;
    while (lines.size() <= 256)
        lines += "X: 1\r\n";
    BOOST_TEST(refusal(start + lines, small) == 431);
    BOOST_TEST(refusal(start + lines.substr(0, 200), small) == 0);
    std::string many;
    for (int i = 0; i < 101; ++i)
        many += "X: 1\r\n";
    BOOST_TEST(fields_refused(many) == 431);
}

BOOST_AUTO_TEST_CASE(a_line_that_never_ends_is_cut_off_while_it_arrives)
{
    std::string text = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
    request_head head;
    std::uint32_t resume = 0;
    auto verdict = result::more;
    while (verdict == result::more && text.size() < 100'000) {
        text.append(1'000, 'x');
        verdict = head.read(text.data(), text.data() + text.size(), resume, {});
    }
    BOOST_TEST((verdict == result::bad));
    BOOST_TEST(head.status == 431);
    BOOST_TEST(text.size() < 18'000U);
}

BOOST_AUTO_TEST_SUITE_END()
