/// What the tests of this room ask scripted upstreams with.
#pragma once

#include "client/scripted.hpp"
#include "coro/run.hpp"

#include <framex/client/http_client.hpp>
#include <framex/coro/sleep.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace framex::test {

using namespace std::chrono_literals;
using test_coro::run;

inline async_generator<std::string> pieces(std::vector<std::string> list)
{
    for (auto& piece : list)
        co_yield std::move(piece);
}

inline async_generator<std::string> slow_pieces(int count)
{
    for (int i = 0; i < count; ++i) {
        co_await sleep_for(5ms);
        co_yield "x";
    }
}
inline async_generator<std::string> endless_pieces()
{
    for (;;) {
        co_await sleep_for(1ms);
        co_yield std::string(1000, 'x');
    }
}
inline async_generator<std::string> failing_pieces()
{
    co_yield "abc";
    throw std::domain_error("the source is broken");
}

template <class T>
awaitable<void> keep(awaitable<T> call, std::optional<T>* result)
{
    result->emplace(co_await std::move(call));
}

/// A client with a context of its own, which runs only while something is asked.
class asking {
public:
    explicit asking(client_options const& options = {}) : client(options) {}

    response ask(outgoing_request request)
    {
        std::optional<response> answer;
        run(keep(client.send(std::move(request)), &answer));
        return std::move(*answer);
    }
    void run(awaitable<void> body)
    {
        bool ended = false;
        std::exception_ptr error;
        asio::co_spawn(context_, std::move(body), [&](std::exception_ptr e) {
            ended = true;
            error = e;
        });
        context_.restart();
        while (!ended && context_.run_one_for(10s)) {}
        BOOST_TEST_REQUIRE(ended);
        if (error)
            std::rethrow_exception(error);
    }

private:
    asio::io_context context_{1};

public:
    http_client client; // its connections before their context in death
};

/// The whole answer.
inline response ask(outgoing_request request, client_options const& options = {})
{
    return asking(options).ask(std::move(request));
}

/// Whether `condition` comes true within a generous time.
template <class F>
bool eventually(F condition)
{
    for (int i = 0; i < 1000 && !condition(); ++i)
        std::this_thread::sleep_for(2ms);
    return condition();
}

/// The step at which the call fails; nothing when it gives an answer.
inline std::optional<upstream_errc> failure_of(outgoing_request request, client_options const& options = {})
{
    try {
        ask(std::move(request), options);
        return std::nullopt;
    } catch (upstream_error const& error) {
        return error.step();
    }
}

} // namespace framex::test
