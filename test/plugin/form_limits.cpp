// What a form may cost, and that nothing of it stays behind.
#include "plugin/form_lab.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test::form_lab;
using framex::test::spool_files;

namespace {

/// The beginning of a form with a file that is larger than memory allows.
std::string const large =
    std::string("--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"l\"\r\n\r\n")
    + std::string(upload_memory + 1, 'l');

async_generator<std::string> broken_off()
{
    co_yield std::string(large);
    BOOST_TEST(spool_files() == 1);
    throw http_error(400, "the body broke off");
}

async_generator<std::string> stalled(bool& waits)
{
    co_yield std::string(large);
    waits = true;
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
    co_await timer.async_wait(asio::deferred);
}

struct keeper {
    static inline plugin_metadata const metadata{.name = "keeper", .version = "1.0.0"};
    awaitable<std::string> hold(listed)
    {
        asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
        co_await timer.async_wait(asio::deferred);
        co_return "held";
    }
    static void define(api<keeper>& api) { api.post("/hold", &keeper::hold, arg("form")); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(form_limits)

BOOST_AUTO_TEST_CASE(too_many_parts_are_413)
{
    submission call;
    call.limits.form.parts = 3;
    auto const three = file_part("files", "a", "") + field_part("x", "") + field_part("x", "");
    BOOST_TEST(call.of("/list", three + form_end) == "\"1 files\"");
    BOOST_TEST(
        call.of("/list", three + field_part("x", "") + form_end) == "413 the form has more parts than 3");
}

BOOST_AUTO_TEST_CASE(a_field_that_is_too_large_is_413)
{
    submission call;
    call.limits.form.field = 5;
    auto const rest = file_part("files", "a", "large enough") + form_end;
    BOOST_TEST(call.of("/list", field_part("x", "12345") + rest) == "\"1 files\"");
    BOOST_TEST(call.of("/list", field_part("x", "123456") + rest).starts_with("413 a field of the form"));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_too_large_is_413)
{
    submission call;
    call.limits.form.file = 5;
    auto const rest = field_part("x", "large enough") + form_end;
    BOOST_TEST(call.of("/list", file_part("files", "a", "12345") + rest) == "\"1 files\"");
    BOOST_TEST(
        call.of("/list", file_part("files", "a", "123456") + rest).starts_with("413 a file of the form"));
}

BOOST_AUTO_TEST_CASE(files_above_the_bound_are_spooled_and_freed_after_the_handler)
{
    std::string const small(upload_memory, 's');
    BOOST_TEST(submission().of("/spooled", file_part("files", "s", small) + form_end, 0, 65536)
        == "\"0 spooled, 1048576\"");
    BOOST_TEST(submission().of("/spooled",
                   file_part("files", "l", small + "x") + file_part("files", "s", small) + form_end, 0, 65536)
        == "\"1 spooled, 1048577\"");
    BOOST_TEST(spool_files() == 0);
}

BOOST_AUTO_TEST_CASE(a_file_that_nothing_asks_for_is_not_kept)
{
    std::string const big(3 * upload_memory, 'b');
    BOOST_TEST(submission().of("/spooled",
                   file_part("other", "b", big) + file_part("flags", "b", big)
                       + file_part("files", "f", "abc") + form_end,
                   0, 65536)
        == "[" + issue_text("bool_type", "\"flags\",0", "Input should be a valid boolean") + "]");
    BOOST_TEST(submission().of("/spooled",
                   file_part("other", "b", big) + file_part("files", "f", "abc") + form_end, 0, 65536)
        == "\"0 spooled, 3\"");
}

BOOST_AUTO_TEST_CASE(a_form_that_is_refused_leaves_no_file)
{
    auto const faults = submission().of("/spooled",
        file_part("files", "l", std::string(upload_memory + 1, 'l')) + field_part("flags", "x") + form_end, 0,
        65536);
    BOOST_TEST(faults.starts_with(R"([{"type":"bool_parsing","loc":["body","flags",0])"));
    BOOST_TEST(spool_files() == 0);
}

BOOST_AUTO_TEST_CASE(a_client_that_breaks_off_leaves_no_file)
{
    BOOST_TEST(submission().of("/list", broken_off()) == "400 the body broke off");
    BOOST_TEST(spool_files() == 0);
    BOOST_TEST(submission().of("/list", large, 0, 65536).starts_with("400 ")); // the form just ends
    BOOST_TEST(spool_files() == 0);
}

BOOST_AUTO_TEST_CASE(a_form_that_is_given_up_while_it_arrives_leaves_no_file)
{
    for (bool const cancels : {true, false}) {
        bool waits = false;
        bool ended = false;
        {
            asio::cancellation_signal signal;
            listed target;
            std::vector<issue> issues;
            asio::io_context context; // dies first, and with it what is suspended
            multipart_reader parts(body_reader(stalled(waits)), "B");
            asio::co_spawn(context,
                detail::read_form(std::move(parts), detail::form_table_of<listed>(), &target, issues),
                asio::bind_cancellation_slot(
                    signal.slot(), [&](std::exception_ptr e) { ended = e != nullptr; }));
            context.poll();
            BOOST_TEST(waits);
            BOOST_TEST(spool_files() == 1);
            if (cancels) {
                signal.emit(asio::cancellation_type::terminal);
                context.run();
                BOOST_TEST(spool_files() == 0);
            }
        }
        BOOST_TEST(ended == cancels);
        BOOST_TEST(spool_files() == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_handler_that_is_cancelled_leaves_no_file)
{
    keeper instance;
    api<keeper> table;
    keeper::define(table);
    auto const all = std::move(table).take("keeper", "keeper", &instance);
    asio::cancellation_signal signal;
    request_head head;
    head.content_type = "multipart/form-data; boundary=B";
    std::string out;
    invocation call;
    call.head = &head;
    call.out = &out;
    call.body_stream = body_reader(in_pieces(large + "\r\n" + form_end, 0, 65536));
    std::exception_ptr fault;
    asio::io_context context;
    asio::co_spawn(context, all[0].serve(all[0], call),
        asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr e) { fault = e; }));
    context.poll();
    BOOST_TEST(spool_files() == 1);
    signal.emit(asio::cancellation_type::terminal);
    context.run();
    BOOST_TEST((fault != nullptr));
    BOOST_TEST(spool_files() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
