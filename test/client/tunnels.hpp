/// What the tests of requests that open a WebSocket have in common.
#pragma once

#include "client/asking.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace framex::test {

using test_coro::counted;
using test_coro::nothing_left;
using errc = upstream_errc;

inline std::string const switching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Content-Length: 0\r\nSec-WebSocket-Accept: abc=\r\n\r\n";

/// What goes out: what the test puts there, until it says that this was all.
struct outbox {
    std::vector<std::string> pieces;
    bool is_closed = false;
    bool was_asked = false;
};

inline async_generator<std::string> sent_from(std::shared_ptr<outbox> box)
{
    counted here;
    box->was_asked = true;
    for (std::size_t next = 0;;) {
        if (next < box->pieces.size())
            co_yield std::string(box->pieces[next++]);
        else if (box->is_closed)
            co_return;
        else
            co_await sleep_for(1ms);
    }
}

inline outgoing_request handshake(scripted const& upstream, std::shared_ptr<outbox> box)
{
    outgoing_request made("GET", upstream.url("/ws?a=1"), outgoing_body(sent_from(std::move(box))));
    made.opens_websocket = true;
    made.headers.set("Sec-WebSocket-Key", "a2V5");
    made.headers.set("Upgrade", "h2c");
    made.headers.set("Connection", "close");
    return made;
}

/// Reads the answer until `size` octets have come, or to its end.
inline awaitable<std::string> octets_of(streamed_response& answer, std::size_t size)
{
    std::string all;
    while (all.size() < size) {
        auto piece = co_await answer.body.next();
        if (!piece)
            break;
        all += *piece;
    }
    co_return all;
}
inline constexpr std::size_t all_of_it = std::string::npos;

/// The answer to the request, and what comes of it until its end.
inline awaitable<void> read_all_of(
    http_client client, outgoing_request request, int* status, std::string* octets)
{
    auto answer = co_await client.stream(std::move(request));
    *status = answer.status;
    *octets = co_await octets_of(answer, all_of_it);
}

/// The step at which a tunnel breaks that nobody sends anything through but `pieces`.
inline std::optional<errc> breaks_at(
    scripted::script script, std::vector<std::string> pieces, client_options const& options = {})
{
    scripted upstream(std::move(script));
    asking here(options);
    auto const box = std::make_shared<outbox>();
    box->pieces = std::move(pieces);
    int status = 0;
    std::string octets;
    try {
        here.run(read_all_of(here.client, handshake(upstream, box), &status, &octets));
        return std::nullopt;
    } catch (upstream_error const& error) {
        return error.step();
    }
}

} // namespace framex::test
