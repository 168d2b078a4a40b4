#include <framex/http/multipart.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace framex;

namespace {

using event = multipart_parser::event;

std::string const head = "Content-Disposition: form-data; name=\"n\"\r\n\r\n";
std::string const file_head =
    "Content-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\nContent-Type: a/b\r\n\r\n";

// The parts as name(filename)type=content; then "end", or the status of the fault.
std::string parse(std::string_view body, multipart_limits const& limits = {}, std::size_t step = 1'000'000,
    bool takes = false)
{
    multipart_parser parser("B0undary", limits);
    std::string text;
    std::size_t at = 0;
    try {
        for (;;) {
            switch (parser.next()) {
            case event::need_more:
                if (at >= body.size())
                    parser.finish();
                else
                    parser.push(std::string(body.substr(at, step)));
                at += step;
                break;
            case event::part_begin:
                text += parser.head().name + "(" + parser.head().filename.value_or("-") + ")"
                    + parser.head().content_type + "=";
                break;
            case event::data:
                BOOST_TEST(!parser.data().empty());
                text += takes ? parser.take_data() : std::string(parser.data());
                BOOST_TEST((!takes || parser.data().empty()));
                break;
            case event::part_end:
                text += ';';
                break;
            case event::end:
                for (; at < body.size(); at += step) {
                    parser.push(std::string(body.substr(at, step)));
                    BOOST_TEST((parser.next() == event::end));
                }
                return text + "end";
            }
        }
    } catch (http_error const& fault) {
        BOOST_CHECK_THROW(parser.next(), http_error); // and again
        return text + std::to_string(fault.status());
    }
}

void check(std::string const& body, std::string const& wanted)
{
    for (std::size_t step = 1; step <= body.size(); ++step) {
        BOOST_TEST(parse(body, {}, step) == wanted);
        BOOST_TEST(parse(body, {}, step, true) == wanted);
    }
}

std::string form(std::string const& part_head, std::string const& content)
{
    return "--B0undary\r\n" + part_head + content + "\r\n--B0undary--\r\n";
}

std::string disposition(std::string const& text)
{
    return parse(form("Content-Disposition: " + text + "\r\n\r\n", ""));
}

std::string file_name(std::string const& raw)
{
    auto const text = disposition("form-data; name=f; filename=\"" + raw + "\"");
    return text.substr(0, text.find(')'));
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_boundary_of)

BOOST_AUTO_TEST_CASE(a_boundary_is_a_token_or_a_quoted_string)
{
    BOOST_TEST((boundary_of("multipart/form-data; boundary=simple") == "simple"));
    BOOST_TEST((boundary_of("Multipart/Form-Data;charset=utf-8; BOUNDARY=\"with space in\" ; x=y")
        == "with space in"));
    BOOST_TEST((boundary_of("multipart/form-data; boundary=\"=_?x\"") == "=_?x"));
    BOOST_TEST((boundary_of("multipart/form-data; boundary=--") == "--"));
    BOOST_TEST((boundary_of("multipart/form-data; boundary=" + std::string(70, 'a')).has_value()));
}

BOOST_AUTO_TEST_CASE(anything_else_has_none)
{
    for (std::string_view type : {"", "multipart/form-data", "multipart/form-data;",
             "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
             "multipart/form-data; boundary=a; boundary=a", "multipart/form-data; boundary=\"a \"",
             "multipart/form-data; boundary=a b", "multipart/form-data; boundary=\"a",
             "multipart/form-data; boundary=\"a#b\"", "multipart/form-data; boundary=\"\xe4\"",
             "multipart/form-data; boundary=\"a\tb\"", "multipart/form-data boundary=a",
             "multipart/mixed; boundary=a", "text/plain; boundary=a"})
        BOOST_TEST(!boundary_of(type), type);
    BOOST_TEST(!boundary_of("multipart/form-data; boundary=" + std::string(71, 'a')));
    BOOST_TEST(!boundary_of("multipart/form-data; boundary=\"" + std::string(8'000, '\\')));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http_multipart_parser)

BOOST_AUTO_TEST_CASE(fields_and_files_are_told_apart_at_any_split)
{
    check("--B0undary\r\n" + head + "hello\r\n--B0undary\r\n" + file_head + "abc\r\n--B0undary--\r\n",
        "n(-)text/plain=hello;f(a.txt)a/b=abc;end");
    check(form(file_head, ""), "f(a.txt)a/b=;end");
    check("--B0undary--\r\n", "end");
}

BOOST_AUTO_TEST_CASE(content_keeps_every_octet)
{
    for (std::string data : {"\r\n\r\n\r\n", "abc\r\n", "abc\r", "\r", "\n", "a\nb\n", "--B0undary",
             "x--B0undaryq", "\r\n--B0undar", "\r\n--B0undarx\r\n", "\n--B0undary\n", "x--B0undary--",
             "\r\n--b0undary--\r\n", "\r--B0undary", "\r\n --B0undary", "\r\n-B0undary", "\r\n\r\n--B0undar",
             "-", "\r\n--B0undaryX", "\r\n--B0undary-X", "\r\n--B0undary--X", "\r\n--B0undary \tX",
             "\r\n--B0undary\rX", "\r\n--B0undary\n", "\r\r\n--B0unda"})
        check(form(file_head, data), "f(a.txt)a/b=" + data + ";end");
    check(form(file_head, std::string("\0\xff", 2)), "f(a.txt)a/b=" + std::string("\0\xff", 2) + ";end");
}

BOOST_AUTO_TEST_CASE(a_delimiter_is_found_wherever_it_begins)
{
    for (std::string const filler : {"x", "\r", "-", "\r\n--B0undar", "undary", "y\r\n"})
        for (std::size_t size = 0; size < 80; ++size) {
            std::string content;
            while (content.size() < size)
                content += filler;
            content.resize(size);
            std::string const wanted = "f(a.txt)a/b=" + content + ";end";
            BOOST_TEST(parse(form(file_head, content)) == wanted);
            BOOST_TEST(parse(form(file_head, content), {}, 41) == wanted);
        }
}

BOOST_AUTO_TEST_CASE(what_was_looked_at_passes_as_it_came_at_any_split)
{
    auto const whole = form(file_head, "a\r\n--B0undar\r\r\nb");
    for (auto const& body :
        {whole, "\r\n" + whole, "before\r\n" + whole + "behind", "\r" + whole, form(head, "")})
        for (std::size_t step = 1; step <= body.size(); ++step) {
            multipart_parser parser("B0undary");
            std::string passed;
            for (std::size_t at = 0; at < body.size(); at += step) {
                parser.push(body.substr(at, step));
                for (auto seen = parser.next(); seen != event::need_more && seen != event::end;)
                    seen = parser.next();
                passed += parser.take_passed();
                BOOST_TEST_REQUIRE(body.starts_with(passed));
                BOOST_TEST_REQUIRE(passed.size() + 100 > at); // a head and a delimiter at most stay behind
            }
            parser.finish();
            while (parser.next() != event::end)
                ;
            BOOST_TEST_REQUIRE(passed + parser.take_passed() == body);
        }
}

BOOST_AUTO_TEST_CASE(what_stands_outside_of_the_parts_is_ignored)
{
    auto const whole = form(head, "x");
    check("ignore me\r\n" + whole, "n(-)text/plain=x;end");
    check("\r\n" + whole, "n(-)text/plain=x;end");
    check("--B0undaryX\r\n\r\n" + whole, "n(-)text/plain=x;end");
    check(whole + "ignore me\r\n--B0undary\r\n", "n(-)text/plain=x;end");
    check("--B0undary \t\r\n" + head + "x\r\n--B0undary--", "n(-)text/plain=x;end");
    check("--B0undary\r\n" + head + "x\r\n--B0undary-- ", "n(-)text/plain=x;end");
}

BOOST_AUTO_TEST_CASE(a_form_that_is_cut_off_anywhere_is_refused)
{
    auto const whole =
        "--B0undary\r\n" + head + "hello\r\n--B0undary\r\n" + file_head + "abc\r\n--B0undary--";
    for (std::size_t size = 0; size < whole.size(); ++size)
        BOOST_TEST(parse(whole.substr(0, size)).ends_with("400"), size);
    check("hello world", "400");
}

BOOST_AUTO_TEST_CASE(other_line_ends_are_refused)
{
    check("--B0undary\nContent-Disposition: form-data; name=\"n\"\n\nx\n--B0undary--\n", "400");
    check(form("Content-Disposition: form-data; name=n\n\n\r\n\r\n", ""), "400");
    check(form("Content-Disposition: form-data; name=n\rX: y\r\n\r\n", ""), "400");
}

BOOST_AUTO_TEST_CASE(malformed_part_heads_are_refused)
{
    std::string const good = "Content-Disposition: form-data; name=n\r\n";
    for (std::string lines : {std::string("\r\n"), std::string("Content-Type: a/b\r\n\r\n"),
             good + good + "\r\n", "garbage\r\n" + good + "\r\n", good + " folded\r\n\r\n",
             good + "X : y\r\n\r\n", good + ": y\r\n\r\n", good + "X: \x01\r\n\r\n",
             good + "Content-Type: a\r\nContent-Type: b\r\n\r\n"})
        check(form(lines, "x"), "400");
    check(form(good + "Content-Transfer-Encoding: base64\r\n\r\n", "YWJj"), "n(-)text/plain=YWJj;end");
}

BOOST_AUTO_TEST_CASE(the_disposition_names_the_part)
{
    BOOST_TEST(
        disposition("form-data; filename=\"a;b.txt\"; name=\"file\"") == "file(a;b.txt)text/plain=;end");
    BOOST_TEST(disposition("Form-Data; NAME=n; x=y") == "n(-)text/plain=;end");
    BOOST_TEST(disposition("form-data; name=\"a%22b\\\"c\\\\d\"") == "a\"b\"c\\d(-)text/plain=;end");
    BOOST_TEST(disposition("form-data; name=\"\xe4\xbd\xa0\"") == "\xe4\xbd\xa0(-)text/plain=;end");
    BOOST_TEST(disposition("form-data; name=\"a%0d%0Ab%41\"") == "a%0d%0Ab%41(-)text/plain=;end");
    for (std::string text : {"", "form-data", "form-data; name=\"\"", "form-data; name=",
             "attachment; name=n", "form-data; name=a; name=b", "form-data; name=n; filename=a; filename=b",
             "form-data; name=\"n", "form-data, name=n", "form-data; name=\"\xff\"",
             "form-data; name=\"a\tb\"", "form-data; name = n", "form-data; filename=a"})
        BOOST_TEST(disposition(text) == "400", text);
    BOOST_TEST(disposition("form-data; name=n" + std::string(10'000, ';')) == "n(-)text/plain=;end");
}

BOOST_AUTO_TEST_CASE(a_file_name_is_the_last_part_of_a_path)
{
    BOOST_TEST(file_name("") == "f(");
    BOOST_TEST(file_name("a b.txt") == "f(a b.txt");
    BOOST_TEST(file_name("/etc/passwd") == "f(passwd");
    BOOST_TEST(file_name("C:\\dir\\a.txt") == "f(a.txt");
    BOOST_TEST(file_name("a/../../b") == "f(b");
    BOOST_TEST(file_name("....//x") == "f(x");
    BOOST_TEST(file_name("..\\\\..\\\\x") == "f(x");
    BOOST_TEST(file_name("%2e%2e%2fx") == "f(%2e%2e%2fx");
    BOOST_TEST(file_name("<img src=x>.txt") == "f(<img src=x>.txt");
    BOOST_TEST(file_name("a%22\\\"b") == "f(a\"\"b");
    for (std::string raw :
        {".", "..", "a/", "..%00/", "../..", "a\\\\..", "/", "a\x01", "a\x7f", "\xff", "a\tb"})
        BOOST_TEST(file_name(raw) == "400", raw);
}

BOOST_AUTO_TEST_CASE(an_extended_file_name_counts_only_alone)
{
    BOOST_TEST(disposition("form-data; name=f; filename=a.txt; filename*=UTF-8''..%2fevil.sh")
        == "f(a.txt)text/plain=;end");
    BOOST_TEST(disposition("form-data; name=f; filename*=utf-8'en'%e4%bd%a0.txt")
        == "f(\xe4\xbd\xa0.txt)text/plain=;end");
    BOOST_TEST(
        disposition("form-data; name=f; filename*=UTF-8''..%2fevil.sh") == "f(evil.sh)text/plain=;end");
    for (std::string value : {"a.txt", "latin-1''a", "UTF-8'a", "UTF-8''%4", "UTF-8''%zz", "UTF-8''%ff",
             "UTF-8''%00", "UTF-8''.."})
        BOOST_TEST(disposition("form-data; name=f; filename*=" + value) == "400", value);
}

BOOST_AUTO_TEST_CASE(each_limit_is_a_413)
{
    multipart_limits limits;
    limits.parts = 2;
    limits.head = 100;
    limits.head_fields = 2;
    limits.name = 5;
    limits.field = 3;
    limits.file = 5;
    limits.outside = 20;
    auto const part = "\r\n--B0undary\r\n" + head;
    for (std::size_t step : {1U, 7U, 1'000U}) {
        auto refused = [&](std::string const& body) { return parse(body, limits, step).ends_with("413"); };
        BOOST_TEST(!refused(part + "abc" + part + "\r\n--B0undary--"));
        BOOST_TEST(refused(part + part + part + "\r\n--B0undary--"));
        BOOST_TEST(refused(part + "abcd\r\n--B0undary--"));
        BOOST_TEST(!refused(form(file_head, "abcde")));
        BOOST_TEST(refused(form(file_head, "abcdef")));
        BOOST_TEST(refused(form("A:\r\nB:\r\n" + head, "")));
        BOOST_TEST(refused(form("A: " + std::string(100, 'a') + "\r\n" + head, "")));
        BOOST_TEST(refused("--B0undary\r\nA: " + std::string(200, 'a')));
        BOOST_TEST(refused(form("Content-Disposition: form-data; name=nnnnnn\r\n\r\n", "")));
        BOOST_TEST(refused(form("Content-Disposition: form-data; name=n; filename=\"aaaaaa\"\r\n\r\n", "")));
        BOOST_TEST(refused(std::string(21, 'x') + form(head, "")));
        BOOST_TEST(refused(form(head, "") + std::string(21, 'x')));
        BOOST_TEST(!refused(std::string(18, 'x') + "\r\n" + form(head, "") + std::string(20, 'x')));
        auto const exact = "Content-Disposition: form-data; name=n\r\nA: " + std::string(57, 'a');
        BOOST_TEST(exact.size() == 100U);
        BOOST_TEST(!refused(form(exact + "\r\n\r\n", "")));
        BOOST_TEST(refused(form(exact + "a\r\n\r\n", "")));
    }
}

BOOST_AUTO_TEST_CASE(the_headers_of_a_part_are_kept)
{
    multipart_parser parser("B0undary");
    parser.push(form("X-A: 1\r\n" + file_head, "x"));
    BOOST_TEST((parser.next() == event::part_begin));
    BOOST_TEST(parser.head().headers["x-a"] == "1");
    BOOST_TEST(parser.head().headers[boost::beast::http::field::content_type] == "a/b");
}

BOOST_AUTO_TEST_SUITE_END()
