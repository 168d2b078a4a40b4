#include "cli/child_process.hpp"

#include "config/workspace.hpp"
#include "coro/run.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fstream>
#include <thread>

using namespace framex;
using namespace framex::cli;
using namespace std::chrono_literals;

namespace {

process_end end_of(std::vector<std::string> command)
{
    process_end end;
    test_coro::run([](std::vector<std::string> words, process_end& to) -> awaitable<> {
        to = co_await run_process(std::move(words));
    }(std::move(command), end));
    return end;
}

} // namespace

BOOST_AUTO_TEST_SUITE(child_processes)

BOOST_AUTO_TEST_CASE(both_outputs_come_together_with_how_it_ended)
{
    auto const well = end_of({"sh", "-c", "echo one; echo two >&2; cat; echo three"});
    BOOST_TEST(well.succeeded);
    BOOST_TEST(well.output == "one\ntwo\nthree\n"); // and nothing came from the input
    auto const badly = end_of({"sh", "-c", "echo no; exit 3"});
    BOOST_TEST(!badly.succeeded);
    BOOST_TEST(badly.output == "no\n");
    BOOST_TEST(!end_of({"sh", "-c", "kill -9 $$"}).succeeded);
    BOOST_TEST(end_of({"sh", "-c", "head -c 3000000 /dev/zero"}).output.size() == 1u << 20);
}

BOOST_AUTO_TEST_CASE(it_is_seen_to_end_well_where_the_ends_of_children_are_ignored)
{
    auto* const before = std::signal(SIGCHLD, SIG_IGN);
    BOOST_TEST(end_of({"true"}).succeeded);
    std::signal(SIGCHLD, before);
}

BOOST_AUTO_TEST_CASE(it_gets_the_variables_that_it_is_given)
{
    process_end end;
    test_coro::run([](process_end& to) -> awaitable<> {
        std::vector<std::string> command{"/bin/sh", "-c", "echo $A; echo $HOME"};
        std::vector<std::string> variables{"A=b"};
        to = co_await run_process(std::move(command), std::move(variables));
    }(end));
    BOOST_TEST(end.output == "b\n\n");
}

BOOST_AUTO_TEST_CASE(it_gets_no_socket_of_this_process)
{
    asio::io_context context;
    asio::ip::tcp::acceptor open(context, {asio::ip::address_v4::loopback(), 0});
    auto const there = "/proc/$$/fd/" + std::to_string(open.native_handle());
    BOOST_TEST(
        end_of({"sh", "-c", "test -e " + there + " && echo open || echo closed"}).output == "closed\n");
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_there_is_named)
{
    BOOST_CHECK_EXCEPTION(end_of({"/no/such/program"}), boost::system::system_error, [](auto const& error) {
        return std::string(error.what()).starts_with("cannot run `/no/such/program`: No such file");
    });
}

BOOST_AUTO_TEST_CASE(cancelling_ends_it_and_what_it_has_started)
{
    test::workspace space;
    auto const note = space.sources.working_directory / "pid";
    asio::io_context context(1);
    asio::cancellation_signal cancel;
    error_code code;
    std::vector<std::string> command{"sh", "-c",
        "sleep 100 & echo $! > " + note.string() + ".part; mv " + note.string() + ".part " + note.string()
            + "; wait"};
    asio::co_spawn(context, run_process(std::move(command)),
        asio::bind_cancellation_slot(
            cancel.slot(), [&](std::exception_ptr error, process_end) { code = test_coro::code_of(error); }));
    for (int i = 0; i < 1'000 && !std::filesystem::exists(note); ++i)
        context.run_for(10ms);
    pid_t inner = 0;
    std::ifstream(note) >> inner;
    BOOST_TEST_REQUIRE(inner > 0);
    cancel.emit(asio::cancellation_type::terminal);
    context.run();
    BOOST_TEST((code == asio::error::operation_aborted));
    auto const is_there = [inner] { // a zombie that nobody has reaped is over, too
        std::ifstream state("/proc/" + std::to_string(inner) + "/stat");
        std::string id, name, letter;
        return state >> id >> name >> letter && letter != "Z";
    };
    for (int i = 0; i < 1'000 && is_there(); ++i)
        std::this_thread::sleep_for(10ms);
    BOOST_TEST(!is_there());
}

BOOST_AUTO_TEST_SUITE_END()
