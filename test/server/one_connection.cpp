// app::serve(socket): connections that the program has accepted by itself.
#include "coro/run.hpp"
#include "hotel.hpp"
#include "served.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;
using asio::ip::tcp;
using framex::test_coro::code_of;

namespace {

/// Calls out.
struct runner {
    static inline plugin_metadata const metadata{.name = "runner", .version = "1.0.0"};
    static inline std::optional<http_client> client;
    awaitable<std::string> fetch(int port)
    {
        outgoing_request asked("GET", "http://127.0.0.1:" + std::to_string(port) + "/api/v1/say");
        auto const answer = co_await client->send(std::move(asked));
        co_return std::to_string(client->counts().opened) + " opened";
    }
    static void define(api<runner>& api) { api.get("/fetch", &runner::fetch, arg("port")); }
};

constexpr std::string_view ask_number = "GET /api/v1/number HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view ask_stream = "GET /api/v1/events?count=9&ms=3600000 HTTP/1.1\r\nHost: a\r\n\r\n";

bool ends(std::future<std::exception_ptr>& future)
{
    return future.wait_for(10s) == std::future_status::ready;
}

std::string refusal(tcp::socket socket, error_code& code)
{
    asio::io_context context;
    framex::app one(context.get_executor());
    one.load<guest<1>>();
    std::exception_ptr failed;
    asio::co_spawn(context, one.serve(std::move(socket)), [&](std::exception_ptr error) { failed = error; });
    context.run();
    BOOST_TEST(started == stopped);
    code = code_of(failed);
    try {
        if (failed)
            std::rethrow_exception(failed);
    } catch (std::exception const& error) {
        return error.what();
    }
    return {};
}

/// The program's own loop: each connection has a strand of its own.
awaitable<> accept_all(asio::thread_pool& threads, tcp::acceptor& door, framex::app& app)
{
    error_code error;
    while (!error) {
        auto socket = co_await door.async_accept(
            asio::make_strand(threads), asio::redirect_error(asio::use_awaitable, error));
        if (!error) {
            auto const strand = socket.get_executor();
            asio::co_spawn(strand, app.serve(tcp::socket(std::move(socket))), asio::detached);
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(one_connection)

BOOST_AUTO_TEST_CASE(it_is_kept_alive_until_its_client_leaves)
{
    hotel service;
    raw_client client(service.port());
    auto end = service.serve(service.accepted());
    for (int i = 0; i < 3; ++i) {
        client.send(ask_number);
        BOOST_TEST(has(client.answer(), R"("data":1)"));
    }
    client.send("GET /api/v1/events?count=2 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(has(client.until("0\r\n\r\n"), "data: 1\n\n"));
    client.send("GET /api/v1/wait?ms=1 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(has(client.answer(), "\"waited\""));
    BOOST_TEST(started == 1);
    BOOST_TEST(stopped == 0);
    client.leave();
    BOOST_TEST_REQUIRE(ends(end));
    BOOST_TEST(!end.get());
    BOOST_TEST(stopped == 1); // nothing else is served
}

BOOST_AUTO_TEST_CASE(a_loop_of_the_programs_own_serves_many_at_once)
{
    started = stopped = 0;
    asio::thread_pool threads(4);
    tcp::acceptor door(asio::make_strand(threads), {asio::ip::address_v4::loopback(), 0});
    auto const port = door.local_endpoint().port();
    framex::app app(asio::make_strand(threads));
    app.load<sample>().load<guest<1>>();
    asio::co_spawn(threads, app.start(), asio::use_future).get();
    auto loop = asio::co_spawn(door.get_executor(), accept_all(threads, door, app), asio::use_future);
    std::atomic<int> wrong = 0;
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i)
        clients.emplace_back([&] {
            for (int n = 0; n < 20; ++n) {
                wrong += !has(ask(port, "GET /api/v1/say?text=a"), "\"a\"}");
                wrong += !has(ask(port, "GET /api/v1/events?count=3&ms=1"), "data: 2\n\n");
                raw_client leaving(port);
                leaving.send(ask_stream);
                wrong += !has(leaving.until("data: 0\n\n"), "200 OK");
            }
        });
    for (auto& each : clients)
        each.join();
    BOOST_TEST(wrong == 0);
    BOOST_TEST(started == 1);
    BOOST_TEST(stopped == 0); // start() holds them, though there were moments without a connection
    asio::post(door.get_executor(), [&] { door.close(); });
    loop.get();
    app.stop(0ms);
    asio::co_spawn(threads, app.finish(), asio::use_future).get();
    threads.join();
    BOOST_TEST(stopped == 1);
}

BOOST_AUTO_TEST_CASE(a_stop_answers_what_runs_and_closes_what_is_idle)
{
    hotel service;
    raw_client idle(service.port());
    auto first = service.serve(service.accepted());
    idle.send(ask_number);
    idle.answer();
    raw_client busy(service.port());
    auto second = service.serve(service.accepted());
    seen().waiting = false;
    busy.send("GET /api/v1/wait?ms=50 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(eventually([] { return seen().waiting.load(); }));
    service.app->stop(10s);
    BOOST_TEST(idle.to_end().empty());
    auto const last = busy.to_end();
    BOOST_TEST(has(last, "\"waited\""));
    BOOST_TEST(has(last, "\r\nConnection: close\r\n"));
    busy.leave();
    BOOST_TEST_REQUIRE((ends(first) && ends(second)));
    BOOST_TEST(stopped == 1);

    raw_client late(service.port());
    auto third = service.serve(service.accepted());
    BOOST_TEST_REQUIRE(ends(third));
    BOOST_TEST(!third.get());
    BOOST_TEST(late.to_end().empty());
}

BOOST_AUTO_TEST_CASE(what_does_not_end_within_the_grace_is_cancelled)
{
    hotel service;
    int const unwound = seen().unwound;
    raw_client stream(service.port());
    auto end = service.serve(service.accepted());
    stream.send(ask_stream);
    stream.until("data: 0\n\n");
    service.app->stop(1h);
    service.app->stop(20ms);
    BOOST_TEST_REQUIRE(ends(end));
    BOOST_TEST(!end.get());
    BOOST_TEST(seen().unwound == unwound + 1);
    BOOST_TEST(!stream.to_end().ends_with("0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(cancelled_it_ends_also_while_it_waits_for_the_grace)
{
    for (bool const waits : {false, true}) {
        hotel service;
        raw_client stream(service.port());
        asio::cancellation_signal cancel;
        std::promise<std::exception_ptr> ended;
        asio::co_spawn(service.context, service.app->serve(service.accepted()),
            asio::bind_cancellation_slot(
                cancel.slot(), [&](std::exception_ptr error) { ended.set_value(error); }));
        stream.send(ask_stream);
        stream.until("data: 0\n\n");
        if (waits) {
            service.app->stop(1h);
            service.run([]() -> awaitable<> { co_await sleep_for(1ms); }());
        }
        asio::post(service.context, [&] { cancel.emit(asio::cancellation_type::terminal); });
        auto end = ended.get_future();
        BOOST_TEST_REQUIRE(ends(end));
        BOOST_TEST(!end.get());
        BOOST_TEST(!stream.to_end().ends_with("0\r\n\r\n"));
        BOOST_TEST(stopped == 1);
    }
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_has_served_can_be_cancelled_afterwards)
{
    hotel service;
    raw_client client(service.port());
    auto const more = [](framex::app& app, tcp::socket socket) -> awaitable<> {
        co_await app.serve(std::move(socket));
        co_await sleep_for(1h);
    };
    asio::cancellation_signal cancel;
    std::promise<std::exception_ptr> ended;
    asio::co_spawn(service.context, more(*service.app, service.accepted()),
        asio::bind_cancellation_slot(
            cancel.slot(), [&](std::exception_ptr error) { ended.set_value(error); }));
    client.send(ask_number);
    BOOST_TEST(has(client.answer(), "200 OK"));
    client.leave();
    BOOST_TEST(eventually([] { return stopped == 1; }));
    service.run([]() -> awaitable<> { co_await sleep_for(10ms); }()); // it sleeps now
    asio::post(service.context, [&] { cancel.emit(asio::cancellation_type::terminal); });
    auto end = ended.get_future();
    BOOST_TEST_REQUIRE(ends(end));
    BOOST_TEST((code_of(end.get()) == asio::error::operation_aborted));
}

BOOST_AUTO_TEST_CASE(it_outlives_the_app)
{
    hotel service;
    raw_client client(service.port());
    auto end = service.serve(service.accepted());
    client.send(ask_number);
    BOOST_TEST(has(client.answer(), R"("data":1)"));
    service.app.reset();
    client.send(ask_number);
    BOOST_TEST(has(client.answer(), R"("data":1)"));
    client.leave();
    BOOST_TEST_REQUIRE(ends(end));
    BOOST_TEST(stopped == 1);
}

BOOST_AUTO_TEST_CASE(a_reload_reaches_the_connection)
{
    hotel service;
    raw_client client(service.port());
    auto end = service.serve(service.accepted());
    client.send(ask_number);
    BOOST_TEST(has(client.answer(), R"("data":1)"));
    std::vector<plugin_entry> next{plugin_entry_of<guest<2>>()};
    service.run(service.app->reload(std::move(next)));
    client.send(ask_number);
    BOOST_TEST(has(client.answer(), R"("data":2)"));
    client.leave();
    BOOST_TEST_REQUIRE(ends(end));
    BOOST_TEST(stopped == 2);
}

BOOST_AUTO_TEST_CASE(connections_to_upstreams_outlast_the_one_that_needed_them)
{
    served<sample> upstream;
    hotel service;
    service.app->load<runner>();
    runner::client.emplace();
    service.run(service.app->start());
    for (int i = 0; i < 3; ++i) {
        raw_client client(service.port());
        auto end = service.serve(service.accepted());
        client.send(
            "GET /api/v1/fetch?port=" + std::to_string(upstream.port()) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        BOOST_TEST(has(client.answer(), "1 opened"));
        client.leave();
        BOOST_TEST_REQUIRE(ends(end));
    }
    BOOST_TEST(runner::client->idle() == 1u);
    service.app->stop(0ms);
    service.run(service.app->finish());
    BOOST_TEST(eventually([] { return runner::client->idle() == 0; })); // the context may end
    runner::client.reset();
}

BOOST_AUTO_TEST_CASE(a_socket_of_another_executor_moves_to_the_one_that_serves)
{
    asio::thread_pool other(2);
    hotel service;
    raw_client client(service.port());
    auto end = service.serve(service.accepted(), asio::make_strand(other));
    client.send(ask_number);
    BOOST_TEST(has(client.answer(), R"("data":1)"));
    client.send("GET /api/v1/events?count=2&ms=1 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(has(client.until("0\r\n\r\n"), "data: 1\n\n"));
    client.leave();
    BOOST_TEST_REQUIRE(ends(end));
    other.join();
}

BOOST_AUTO_TEST_CASE(a_socket_that_cannot_be_served_is_refused_with_the_reason)
{
    started = stopped = 0;
    asio::io_context context;
    error_code code;
    BOOST_TEST(has(refusal(tcp::socket(context), code),
        "app::serve(socket): the socket is not open; accept a connection into it before"));
    BOOST_TEST((code == asio::error::bad_descriptor));

    BOOST_TEST(has(refusal(tcp::socket(context, tcp::v4()), code),
        "app::serve(socket): the socket is not connected; accept a connection into it before"));
    BOOST_TEST((code == asio::error::not_connected));

    asio::local::stream_protocol::socket one(context), other(context);
    asio::local::connect_pair(one, other);
    BOOST_TEST(has(refusal(tcp::socket(context, tcp::v4(), one.release()), code),
        "app::serve(socket): the descriptor in the socket is none of TCP; give a connected TCP socket"));
    BOOST_TEST((code == boost::system::errc::wrong_protocol_type));

    asio::ip::udp::socket datagrams(context, {asio::ip::address_v4::loopback(), 0});
    BOOST_TEST(has(refusal(tcp::socket(context, tcp::v4(), datagrams.release()), code), "none of TCP"));
}

BOOST_AUTO_TEST_CASE(a_client_that_has_left_before_is_no_error)
{
    hotel service;
    {
        raw_client gone(service.port());
        auto socket = service.accepted();
        gone.leave();
        auto end = service.serve(std::move(socket));
        BOOST_TEST_REQUIRE(ends(end));
        BOOST_TEST(!end.get());
    }
    tcp::socket resetting(service.context);
    resetting.connect(service.door.local_endpoint());
    auto socket = service.accepted();
    resetting.set_option(asio::socket_base::linger(true, 0));
    resetting.close();
    BOOST_TEST(eventually([&] {
        error_code error;
        socket.remote_endpoint(error);
        return error == asio::error::not_connected;
    }));
    auto end = service.serve(std::move(socket));
    BOOST_TEST_REQUIRE(ends(end));
    BOOST_TEST(!end.get());
}

BOOST_AUTO_TEST_SUITE_END()
