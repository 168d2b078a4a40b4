// The same forms, pulled.
#include <framex/http/multipart.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace framex;

namespace {

std::string const head = "Content-Disposition: form-data; name=\"n\"\r\n\r\n";

std::string const file_head =
    "Content-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\nContent-Type: a/b\r\n\r\n";

std::string form(std::string const& part_head, std::string const& content)
{
    return "--B0undary\r\n" + part_head + content + "\r\n--B0undary--\r\n";
}

async_generator<std::string> pieces(std::string body, std::size_t step)
{
    for (std::size_t at = 0; at < body.size(); at += step)
        co_yield body.substr(at, step);
}

awaitable<std::string> read_everything(multipart_reader form)
{
    std::string text;
    while (auto part = co_await form.next()) {
        text += part->name() + (part->is_file() ? "(" + *part->filename() + ")" : "") + "=";
        while (auto chunk = co_await part->next())
            text += *chunk;
        text += ";";
        auto const after = co_await part->next();
        BOOST_TEST(!after);
    }
    auto const again = co_await form.next();
    BOOST_TEST(!again);
    co_return text;
}

awaitable<std::string> read_first_octets(multipart_reader form)
{
    std::string text;
    std::vector<multipart_part> old;
    while (auto part = co_await form.next()) {
        auto const chunk = co_await part->next();
        text += part->name() + "=" + chunk.value_or("-").substr(0, 1) + ";";
        old.push_back(std::move(*part));
    }
    for (auto& part : old) { // the reader has moved on
        auto const chunk = co_await part.next();
        BOOST_TEST(!chunk);
    }
    co_return text;
}

// The beginning of a form whose rest does not come.
async_generator<std::string> stalled(std::shared_ptr<int> witness)
{
    co_yield "--B0undary\r\n" + head + "hello";
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
    co_await timer.async_wait(asio::deferred);
    witness.reset();
}

using handler = awaitable<std::string> (*)(multipart_reader);

std::string run(handler f, std::string const& body, std::size_t step)
{
    asio::io_context context;
    std::string result;
    multipart_reader reader(body_reader(pieces(body, step)), "B0undary");
    asio::co_spawn(context, f(std::move(reader)), [&](std::exception_ptr e, std::string text) {
        result = std::move(text);
        try {
            if (e)
                std::rethrow_exception(e);
        } catch (http_error const& fault) {
            result = std::to_string(fault.status());
        }
    });
    context.run();
    return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_multipart_reader)

BOOST_AUTO_TEST_CASE(parts_and_their_content_are_pulled_in_order)
{
    auto const body = "--B0undary\r\n" + head + "hello\r\n--B0undary\r\n" + file_head
        + "a\r\nc\r\n--B0undary--\r\nepilogue";
    for (std::size_t step = 1; step <= body.size(); ++step)
        BOOST_TEST(run(&read_everything, body, step) == "n=hello;f(a.txt)=a\r\nc;");
}

BOOST_AUTO_TEST_CASE(what_a_handler_does_not_pull_is_skipped)
{
    auto const body = "--B0undary\r\n" + head + "hello\r\n--B0undary\r\n" + file_head
        + "abc\r\n--B0undary\r\n" + head + "\r\n--B0undary--";
    for (std::size_t step = 1; step <= body.size(); ++step)
        BOOST_TEST(run(&read_first_octets, body, step) == "n=h;f=a;n=-;");
}

BOOST_AUTO_TEST_CASE(a_reader_that_is_dropped_while_it_waits_frees_its_body)
{
    auto const witness = std::make_shared<int>();
    bool ended = false;
    {
        asio::io_context context;
        multipart_reader reader(body_reader(stalled(witness)), "B0undary");
        asio::co_spawn(context, read_everything(std::move(reader)),
            [&ended](std::exception_ptr, std::string const&) { ended = true; });
        context.poll();
        BOOST_TEST(witness.use_count() == 2);
    }
    BOOST_TEST(!ended);
    BOOST_TEST(witness.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_reader_that_is_cancelled_while_it_waits_ends_with_the_cancellation)
{
    auto const witness = std::make_shared<int>();
    asio::io_context context;
    asio::cancellation_signal signal;
    std::exception_ptr fault;
    multipart_reader reader(body_reader(stalled(witness)), "B0undary");
    asio::co_spawn(context, read_everything(std::move(reader)),
        asio::bind_cancellation_slot(
            signal.slot(), [&fault](std::exception_ptr e, std::string const&) { fault = e; }));
    context.poll();
    signal.emit(asio::cancellation_type::terminal);
    context.run();
    BOOST_REQUIRE(fault);
    BOOST_CHECK_THROW(std::rethrow_exception(fault), boost::system::system_error);
    BOOST_TEST(witness.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_broken_form_throws_at_the_pull_that_meets_it)
{
    BOOST_TEST(run(&read_everything, "--B0undary\r\n" + head + "hello", 3) == "400");
    BOOST_TEST(run(&read_everything, form("garbage\r\n\r\n", ""), 3) == "400");
    BOOST_TEST(run(&read_everything, form(head, std::string(65'537, 'x')), 1'000) == "413");
    BOOST_TEST(run(&read_everything, form(head, "") + std::string(65'537, 'x'), 1'000) == "413");
    BOOST_TEST(run(&read_everything, "", 1) == "400");
}

BOOST_AUTO_TEST_SUITE_END()
