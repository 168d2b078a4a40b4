#include "coro/run.hpp"

#include <framex/http/multipart.hpp>
#include <framex/http/multipart_writer.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

using namespace framex;
using namespace std::string_literals;

namespace {

namespace fs = std::filesystem;

awaitable<void> collect(async_generator<std::string> pieces, std::string* text, std::size_t* largest)
{
    while (auto piece = co_await pieces.next()) {
        *largest = std::max(*largest, piece->size());
        *text += *piece;
    }
}

/// The whole body, which has the size that was announced.
std::string written(multipart_writer form, std::size_t most_at_once = 1'000'000)
{
    auto const size = form.size();
    std::string text;
    std::size_t largest = 0;
    test_coro::run(collect(std::move(form).body(), &text, &largest));
    if (size)
        BOOST_TEST(*size == text.size());
    BOOST_TEST(largest <= most_at_once);
    return text;
}

async_generator<std::string> pieces(std::vector<std::string> list)
{
    for (auto& piece : list)
        co_yield std::move(piece);
}

/// name(filename)type=content; for every part.
awaitable<void> read(multipart_reader form, std::string* seen)
{
    while (auto part = co_await form.next()) {
        *seen += part->name() + "(" + part->filename().value_or("-") + ")" + part->content_type() + "=";
        while (auto piece = co_await part->next())
            *seen += *piece;
        *seen += ";";
    }
}

std::string read_back(multipart_writer form)
{
    auto const boundary = boundary_of(form.content_type());
    BOOST_TEST_REQUIRE(boundary.has_value());
    std::string seen;
    test_coro::run(read(multipart_reader(body_reader(std::move(form).body()), *boundary), &seen));
    return seen;
}

/// A file with that content, while it lives.
struct sample_file {
    explicit sample_file(std::string const& content)
        : path(fs::temp_directory_path() / ("multipart-" + std::to_string(::getpid()) + " \".bin"))
    {
        std::ofstream(path, std::ios::binary) << content;
    }
    sample_file(sample_file const&) = delete;
    sample_file& operator=(sample_file const&) = delete;
    ~sample_file() { fs::remove(path); }
    fs::path path;
};

} // namespace

BOOST_AUTO_TEST_SUITE(http_multipart_writer)

BOOST_AUTO_TEST_CASE(a_form_is_written_octet_by_octet_as_a_browser_does)
{
    multipart_writer form("B0undary");
    form.add("title", "two\nlines").add_file("a\"b\r\nc", "d\"e.txt", "\0\r\n"s + "--B0", "text/plain");
    form.add("empty", "");
    BOOST_TEST(form.content_type() == "multipart/form-data; boundary=B0undary");
    BOOST_TEST(written(std::move(form))
        == "--B0undary\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\ntwo\nlines\r\n"
           "--B0undary\r\nContent-Disposition: form-data; name=\"a%22b%0D%0Ac\"; filename=\"d%22e.txt\"\r\n"
           "Content-Type: text/plain\r\n\r\n"s
            + "\0\r\n"s + "--B0\r\n"
            + "--B0undary\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--B0undary--\r\n");
    BOOST_TEST(written(multipart_writer("x")) == "--x--\r\n");
}

BOOST_AUTO_TEST_CASE(every_kind_of_part_is_read_back)
{
    sample_file const file("from the disk");
    multipart_writer form;
    form.add("t", "text").add_file("m", "\xc3\xa4 ;.bin", "memory").add_path("d", file.path, "a/b");
    form.add_pulled("p", "p.txt", body_reader(pieces({"pul", "", "led"})));
    form.add_pulled("s", "", body_reader(pieces({"sized"})), 5, "text/plain");
    BOOST_TEST(!form.size().has_value()); // of p
    BOOST_TEST(read_back(std::move(form))
        == "t(-)text/plain=text;m(\xc3\xa4 ;.bin)application/octet-stream=memory;d("
            + file.path.filename().string()
            + ")a/b=from the disk;p(p.txt)application/octet-stream=pulled;s()text/plain=sized;");
}

BOOST_AUTO_TEST_CASE(a_large_file_is_read_in_pieces_and_has_a_known_size)
{
    sample_file const file(std::string(1'000'000, 'x'));
    multipart_writer form;
    form.add_path("big", file.path);
    BOOST_TEST(written(std::move(form), 66'000).find(std::string(1'000'000, 'x')) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_not_as_announced_breaks_the_body_off)
{
    for (std::uint64_t const size : {2U, 4U}) {
        multipart_writer form;
        form.add_pulled("p", "p", body_reader(pieces({"abc"})), size);
        BOOST_CHECK_THROW(written(std::move(form)), std::invalid_argument);
    }
    sample_file const file("content");
    multipart_writer form;
    form.add_path("d", file.path);
    fs::resize_file(file.path, 3);
    BOOST_CHECK_EXCEPTION(written(std::move(form)), std::system_error, [&](auto const& error) {
        return std::string(error.what()).find(file.path.string() + " has become shorter")
            != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_sent_is_named_at_once)
{
    multipart_writer form;
    BOOST_CHECK_EXCEPTION(form.add_path("d", "/nowhere/at.all"), std::system_error, [](auto const& error) {
        return std::string(error.what()).find("/nowhere/at.all cannot be opened") != std::string::npos;
    });
    BOOST_CHECK_THROW(form.add_path("d", fs::temp_directory_path()), std::system_error);
    BOOST_TEST(written(std::move(form)).starts_with("--framex-")); // nothing was added
}

BOOST_AUTO_TEST_CASE(names_and_types_that_would_be_misread_are_refused)
{
    multipart_writer form;
    for (auto const& name : {""s, "a\0"s, "a\tb"s, "a\\"s, "\x7f"s})
        BOOST_CHECK_THROW(form.add(name, "x"), std::invalid_argument);
    BOOST_CHECK_THROW(form.add_file("f", "a\x01", "x"), std::invalid_argument);
    BOOST_CHECK_THROW(form.add_file("f", "a", "x", "a/b\r\nX: y"), std::invalid_argument);
    for (auto const& boundary : {""s, std::string(71, 'x'), "a\"b"s, "a\r\nb"s, "a;b"s})
        BOOST_CHECK_THROW(multipart_writer{boundary}, std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(boundaries_are_quoted_when_they_must_be_and_differ_otherwise)
{
    BOOST_TEST(multipart_writer("a:b=c").content_type() == "multipart/form-data; boundary=\"a:b=c\"");
    BOOST_TEST(multipart_writer().content_type() != multipart_writer().content_type());
}

BOOST_AUTO_TEST_SUITE_END()
