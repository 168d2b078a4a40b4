#include <framex/error.hpp>
#include <framex/http/body.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <exception>
#include <optional>
#include <vector>

using namespace framex;

namespace {

async_generator<std::string> chunks(std::vector<std::string> list, int throw_status)
{
    for (auto& chunk : list)
        co_yield std::move(chunk);
    if (throw_status)
        throw http_error(throw_status, "the client broke off");
}

std::string read(std::vector<std::string> list, std::size_t limit, int throw_status = 0)
{
    asio::io_context context;
    std::string result;
    std::exception_ptr fault;
    body_reader body(chunks(std::move(list), throw_status));
    asio::co_spawn(context, read_all(std::move(body), limit), [&](std::exception_ptr e, std::string text) {
        fault = e;
        result = std::move(text);
    });
    context.run();
    if (fault)
        std::rethrow_exception(fault);
    return result;
}

bool is_413(http_error const& e) { return e.status() == 413; }

} // namespace

BOOST_AUTO_TEST_SUITE(http_body)

BOOST_AUTO_TEST_CASE(all_chunks_are_joined_in_order)
{
    BOOST_TEST(read({}, 0) == "");
    BOOST_TEST(read({"a", "", "bc", "d"}, 4) == "abcd");
}

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_is_a_413)
{
    BOOST_CHECK_EXCEPTION(read({"abcde"}, 4), http_error, is_413);
    BOOST_CHECK_EXCEPTION(read({"abcd", "e"}, 4), http_error, is_413);
    BOOST_CHECK_EXCEPTION(read({"a"}, 0), http_error, is_413);
}

BOOST_AUTO_TEST_CASE(a_fault_of_the_source_reaches_the_reader)
{
    BOOST_CHECK_EXCEPTION(
        read({"a"}, 9, 408), http_error, [](http_error const& e) { return e.status() == 408; });
}

BOOST_AUTO_TEST_CASE(an_empty_reader_is_an_empty_body)
{
    asio::io_context context;
    std::optional<std::string> result;
    asio::co_spawn(context, read_all(body_reader(), 1),
        [&](std::exception_ptr e, std::string text) { result = e ? "fault" : std::move(text); });
    context.run();
    BOOST_TEST((result == ""));
}

BOOST_AUTO_TEST_CASE(a_whole_text_is_moved_out_once)
{
    body_reader body(std::string("all of it, longer than a text without memory"));
    auto const* const there = body.whole()->data();
    auto const taken = body.take_whole();
    BOOST_REQUIRE(taken);
    BOOST_TEST(taken->data() == there);
    BOOST_TEST(!body.take_whole());
    BOOST_TEST(!body.whole());
}

BOOST_AUTO_TEST_SUITE_END()
