#include "http/spool_files.hpp"

#include <framex/coro/pipeline.hpp>
#include <framex/http/upload.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <exception>
#include <system_error>
#include <vector>

using namespace framex;
using framex::test::spool_files;

static_assert(async_source<upload>);

namespace {

template <class T>
T run(awaitable<T> body)
{
    asio::io_context context;
    std::exception_ptr fault;
    std::optional<T> result;
    asio::co_spawn(context, std::move(body), [&](std::exception_ptr e, T made) {
        fault = e;
        result = std::move(made);
    });
    context.run();
    if (fault)
        std::rethrow_exception(fault);
    return std::move(*result);
}

async_generator<std::string> pieces(std::string body, std::size_t step)
{
    for (std::size_t at = 0; at < body.size(); at += step)
        co_yield body.substr(at, step);
}

std::string file_part(std::string const& name, std::string const& content)
{
    return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"dir/" + name
        + ".txt\"\r\nContent-Type: text/x\r\n\r\n" + content + "\r\n";
}

awaitable<std::vector<upload>> keep_all(multipart_reader parts, std::size_t memory)
{
    upload_spool spool(memory);
    std::vector<upload> all;
    while (auto part = co_await parts.next()) {
        auto kept = co_await spool.keep(std::move(*part));
        all.push_back(std::move(kept));
    }
    co_return all;
}

/// The files of a form of that many octets of content each.
std::vector<upload> kept(std::vector<std::string> const& contents, std::size_t memory)
{
    std::string body;
    for (std::size_t i = 0; i < contents.size(); ++i)
        body += file_part("f" + std::to_string(i), contents[i]);
    multipart_reader parts(body_reader(pieces(body + "--B--\r\n", 1000)), "B");
    return run(keep_all(std::move(parts), memory));
}

awaitable<std::string> read_on(upload& file)
{
    std::string text;
    while (auto piece = co_await file.next()) {
        BOOST_TEST((!piece->empty() && piece->size() <= 65536));
        text += *piece;
    }
    co_return text;
}

std::string pattern(std::size_t size)
{
    std::string text;
    for (std::size_t i = 0; text.size() < size; ++i)
        text += std::to_string(i);
    text.resize(size);
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_upload)

BOOST_AUTO_TEST_CASE(an_upload_tells_what_its_part_said)
{
    auto const file = kept({"hello"}, 100).front();
    BOOST_TEST(file.name() == "f0");
    BOOST_TEST(file.filename() == "f0.txt");
    BOOST_TEST(file.content_type() == "text/x");
    BOOST_TEST(file.size() == 5U);
    BOOST_TEST(file.text() == "hello");
}

BOOST_AUTO_TEST_CASE(one_made_by_default_is_empty_and_one_made_by_hand_is_not)
{
    upload nothing;
    BOOST_TEST(nothing.size() == 0U);
    BOOST_TEST(nothing.text() == "");
    BOOST_TEST(run(read_on(nothing)) == "");
    upload made("a.txt", "abc");
    BOOST_TEST(made.filename() == "a.txt");
    BOOST_TEST(made.content_type() == "application/octet-stream");
    BOOST_TEST(run(read_on(made)) == "abc");
}

BOOST_AUTO_TEST_CASE(content_is_the_same_in_memory_and_in_the_file)
{
    for (std::size_t const size : {0U, 1U, 999U, 1000U, 1001U, 65536U, 200'000U}) {
        auto const content = pattern(size);
        for (std::size_t const memory : {std::size_t{0}, size, size - (size > 0), std::size_t{1} << 20}) {
            auto file = kept({content}, memory).front();
            BOOST_TEST(spool_files() == (size > memory ? 1 : 0));
            BOOST_TEST(file.size() == size);
            BOOST_TEST((file.text() == content));
            BOOST_TEST((run(read_on(file)) == content));
            BOOST_TEST((file.text() == content)); // wherever next() stands
            BOOST_TEST(run(read_on(file)) == "");
        }
    }
    BOOST_TEST(spool_files() == 0);
}

BOOST_AUTO_TEST_CASE(the_files_of_a_form_share_memory_and_one_temporary_file)
{
    std::vector<std::string> contents{
        pattern(3000), pattern(100'000), pattern(2000), pattern(50'000), pattern(1)};
    auto files = kept(contents, 5000);
    BOOST_TEST(spool_files() == 1);
    for (std::size_t i = 0; i < contents.size(); ++i)
        BOOST_TEST((files[i].text() == contents[i]), i);
    files.erase(files.begin() + 1);
    BOOST_TEST(spool_files() == 1); // the fourth and the fifth still lie there
    files.resize(2);
    BOOST_TEST(spool_files() == 0);
    BOOST_TEST((files[1].text() == contents[2]));
}

BOOST_AUTO_TEST_CASE(copies_read_independently_and_keep_the_content_alive)
{
    auto const content = pattern(150'000);
    auto first = kept({content}, 0).front();
    auto const begun = run(first.next());
    BOOST_TEST(begun->size() == 65536U);
    auto second = first;
    BOOST_TEST((run(read_on(first)) == content.substr(65536)));
    first = upload();
    BOOST_TEST(spool_files() == 1);
    BOOST_TEST((run(read_on(second)) == content.substr(65536)));
    second = upload();
    BOOST_TEST(spool_files() == 0);
}

BOOST_AUTO_TEST_CASE(the_whole_text_has_a_limit)
{
    upload const file("a", std::string(101, 'a'));
    BOOST_TEST(file.text(101).size() == 101U);
    BOOST_CHECK_EXCEPTION(file.text(100), http_error, [](http_error const& e) { return e.status() == 413; });
    BOOST_CHECK_THROW(upload("b", std::string(upload_memory + 1, 'b')).text(), http_error);
}

BOOST_AUTO_TEST_CASE(a_form_that_breaks_leaves_no_file)
{
    multipart_reader parts(body_reader(pieces(file_part("f", pattern(100'000)), 1000)), "B");
    BOOST_CHECK_THROW(run(keep_all(std::move(parts), 1000)), http_error);
    BOOST_TEST(spool_files() == 0);
}

BOOST_AUTO_TEST_CASE(the_folder_is_the_one_that_tmpdir_names)
{
    std::string const before = std::getenv("TMPDIR") ? std::getenv("TMPDIR") : "/tmp";
    ::setenv("TMPDIR", "/nowhere/at/all", 1);
    BOOST_CHECK_THROW(kept({"abc"}, 2), std::system_error);
    BOOST_TEST(kept({"abc"}, 3).front().text() == "abc"); // memory needs none
    ::setenv("TMPDIR", before.c_str(), 1);
    BOOST_TEST(kept({"abc"}, 2).front().text() == "abc");
}

BOOST_AUTO_TEST_SUITE_END()
