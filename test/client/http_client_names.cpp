// Names and their addresses: unknown ones, look-ups that hang, servers with several addresses.
#include "client/asking.hpp"

#include <framex/coro/timeout.hpp>

#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <dlfcn.h>
#include <mutex>
#include <netdb.h>
#include <poll.h>

using namespace framex;
using namespace framex::test;
using test_coro::counted;
using test_coro::nothing_left;

namespace {

using errc = upstream_errc;

/// While there is one, the system does not answer for hanging.test.
class hanging_names {
public:
    hanging_names() { set(true); }
    ~hanging_names() { set(false); }
    static void wait()
    {
        std::unique_lock lock(guard);
        ++asked;
        changed.wait(lock, [] { return !hangs; });
    }
    static inline std::atomic<int> asked{0};

private:
    static void set(bool value)
    {
        std::lock_guard const lock(guard);
        hangs = value;
        changed.notify_all();
    }
    static inline std::mutex guard;
    static inline std::condition_variable changed;
    static inline bool hangs = false;
};

std::atomic<int> look_ups_of_two{0};

} // namespace

/// The system's own, but for the names of these tests.
extern "C" int getaddrinfo(char const* node, char const* service, addrinfo const* hints, addrinfo** found)
{
    static auto* const real = reinterpret_cast<decltype(&::getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    std::string_view const name = node ? node : "";
    if (name == "unknown.test")
        return EAI_NONAME;
    if (name == "hanging.test") {
        hanging_names::wait();
        return EAI_AGAIN;
    }
    if (name != "two.test")
        return real(node, service, hints, found);
    ++look_ups_of_two;
    if (int const failed = real("127.0.0.2", service, hints, found))
        return failed;
    addrinfo* last = *found;
    while (last->ai_next)
        last = last->ai_next;
    return real("127.0.0.1", service, hints, &last->ai_next);
}

namespace {

/// Listens on 127.0.0.2 and takes no connection: its queue is full.
class deaf {
public:
    explicit deaf(std::string const& port)
    {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
        ::inet_pton(AF_INET, "127.0.0.2", &at.sin_addr);
        BOOST_TEST_REQUIRE(::bind(open(), reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
        ::listen(sockets_.front(), 0);
        for (bool taken = true; taken;) {
            BOOST_TEST_REQUIRE(sockets_.size() < 10U);
            pollfd one{open(), POLLOUT, 0};
            ::connect(one.fd, reinterpret_cast<sockaddr*>(&at), sizeof at);
            taken = ::poll(&one, 1, 100) == 1;
        }
    }
    deaf(deaf const&) = delete;
    deaf& operator=(deaf const&) = delete;
    ~deaf()
    {
        for (int const each : sockets_)
            ::close(each);
    }

    /// Takes in who waits.
    void hear()
    {
        for (int taken = 0; (taken = ::accept(sockets_.front(), nullptr, nullptr)) >= 0;)
            sockets_.push_back(taken);
    }

private:
    int open() { return sockets_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)); }

    std::vector<int> sockets_;
};

awaitable<void> get(http_client const* client, std::string url)
{
    counted here;
    co_await client->send(outgoing_request("GET", url));
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_http_client_names)

BOOST_AUTO_TEST_CASE(the_name_is_unknown)
{
    BOOST_TEST((failure_of(outgoing_request("GET", "http://unknown.test/")) == errc::resolve));
}

BOOST_AUTO_TEST_CASE(a_look_up_that_hangs_runs_into_the_time_outs)
{
    for (bool const total : {false, true}) {
        client_options options;
        (total ? options.total_timeout : options.connect_timeout) = 30ms;
        asking here(options);
        hanging_names hold;
        try {
            here.ask(outgoing_request("GET", "http://hanging.test/"));
            BOOST_TEST(false);
        } catch (upstream_error const& error) {
            BOOST_TEST((error.step() == (total ? errc::total_timeout : errc::connect_timeout)));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_look_up_that_hangs_is_left_alone_by_a_call_that_is_cancelled)
{
    nothing_left check;
    scripted upstream(answers(with_length("ok")));
    asking here;
    hanging_names hold;
    BOOST_CHECK_THROW(
        here.run(with_timeout(get(&here.client, "http://hanging.test/"), 20ms)), boost::system::system_error);
    BOOST_TEST(counted::live == 0);
    BOOST_TEST(here.ask(outgoing_request("GET", upstream.url())).body == "ok"); // an address asks nobody
}

BOOST_AUTO_TEST_CASE(a_look_up_that_hangs_outlives_no_context)
{
    nothing_left check;
    http_client const client;
    auto context = std::make_unique<asio::io_context>(1);
    auto hold = std::make_unique<hanging_names>();
    int const before = hanging_names::asked;
    asio::co_spawn(*context, get(&client, "http://hanging.test/"), [](std::exception_ptr) {});
    BOOST_TEST(eventually([&] {
        context->poll();
        return hanging_names::asked > before;
    }));
    std::thread release([&] {
        std::this_thread::sleep_for(20ms); // the death of the context waits for the system
        hold.reset();
    });
    context.reset();
    release.join();
    BOOST_TEST(counted::live == 0);
}

BOOST_AUTO_TEST_CASE(an_address_that_does_not_answer_leaves_time_for_the_next_one)
{
    scripted upstream(answers(with_length("ok")));
    auto const port = upstream.name().substr(upstream.name().find(':') + 1);
    deaf other(port);
    client_options options;
    options.connect_timeout = 1s;
    BOOST_TEST(ask(outgoing_request("GET", "http://two.test:" + port + "/"), options).body == "ok");
    options.connect_timeout = 50ms;
    auto const found = failure_of(outgoing_request("GET", "http://127.0.0.2:" + port + "/"), options);
    BOOST_TEST((found == errc::connect_timeout));
}

BOOST_AUTO_TEST_CASE(a_connection_that_takes_its_time_is_waited_for)
{
    scripted neighbour(answers(with_length("ok")));
    auto const port = neighbour.name().substr(neighbour.name().find(':') + 1);
    deaf other(port);
    std::atomic<bool> is_over = false;
    std::thread late([&] {
        std::this_thread::sleep_for(100ms);
        for (; !is_over; std::this_thread::sleep_for(5ms))
            other.hear();
    });
    client_options options;
    options.connect_timeout = 10s; // the system asks again after a second
    options.head_timeout = 50ms;
    auto const found = failure_of(outgoing_request("GET", "http://127.0.0.2:" + port + "/"), options);
    is_over = true;
    late.join();
    BOOST_TEST((found == errc::head_timeout)); // it was connected, and nobody answers
}

BOOST_AUTO_TEST_CASE(a_name_is_looked_up_again_when_its_connection_is_old)
{
    scripted upstream([](peer& client) {
        while (!client.head().empty()) {
            std::this_thread::sleep_for(3ms);
            client.say(with_length("ok"));
        }
    });
    auto const port = upstream.name().substr(upstream.name().find(':'));
    for (auto const age : {1ms, 3'600'000ms}) {
        client_options options;
        options.pool.max_age = age;
        options.pool.idle_timeout = 0ms;
        asking here(options);
        int const before = look_ups_of_two;
        for (int i = 0; i < 3; ++i)
            here.ask(outgoing_request("GET", "http://two.test" + port + "/"));
        BOOST_TEST(look_ups_of_two - before == (age == 1ms ? 3 : 1));
        BOOST_TEST(here.client.idle() == (age == 1ms ? 0U : 1U));
    }
}

BOOST_AUTO_TEST_CASE(an_idle_connection_that_is_old_is_closed)
{
    scripted upstream(answers(with_length("ok")));
    client_options options;
    options.pool.max_age = 200ms;
    asking here(options);
    here.ask(outgoing_request("GET", upstream.url()));
    here.run([](http_client const* client) -> awaitable<void> {
        for (int i = 0; i < 5000 && client->idle() != 0; ++i)
            co_await sleep_for(2ms);
    }(&here.client));
    BOOST_TEST(here.client.idle() == 0U);
}

BOOST_AUTO_TEST_CASE(names_are_resolved)
{
    scripted upstream(answers(with_length("ok")));
    auto const port = upstream.name().substr(upstream.name().find(':'));
    BOOST_TEST(ask(outgoing_request("GET", "http://localhost" + port + "/")).body == "ok");
}

BOOST_AUTO_TEST_SUITE_END()
