/// Following the events of another server: an EventSource for C++. WHATWG HTML section 9.2.
#pragma once

#include <framex/client/http_client.hpp>
#include <framex/client/outgoing_request.hpp>
#include <framex/client/upstream_error.hpp>
#include <framex/coro/async_generator.hpp>
#include <framex/http/sse.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace framex {

struct sse_client_options {
    /// Whether it connects again. Absent: a GET does. Any other method may cost or change something each time
    /// (an LLM is asked by POST), so it is sent once unless this is true.
    std::optional<bool> reconnects{};
    std::chrono::milliseconds retry{3'000}; ///< before it connects again, until the server tells another time
    std::chrono::milliseconds longest_wait{60'000}; ///< bounds back-off, the server's retry and Retry-After
    int attempts = 10; ///< that fail in a row, then the last failure is thrown; 0: never
    std::size_t event_size = 1'048'576; ///< octets that one event may take
};

/// Thrown when the answer is no event stream. what() names the URL without its query (which may hold a key),
/// the status and the media type.
class stream_refused : public upstream_error {
public:
    stream_refused(std::string upstream, std::string const& url, int answered, std::string content_type);
    ~stream_refused() override;

    /// The status that the upstream answered.
    int answered() const noexcept { return answered_; }
    /// May be empty.
    std::string const& content_type() const noexcept { return content_type_; }

private:
    int answered_;
    std::string content_type_;
};

/// The events of a text/event-stream, over as many connections as it takes:
///
///     framex::sse_client prices(framex::outgoing_request("GET", "http://127.0.0.1:8080/api/v1/prices"));
///     while (auto event = co_await prices.next())
///         use(event->data);
///
/// It connects when it is first pulled, and reads no further than it is pulled. When the stream ends or
/// breaks, it waits for `retry`, doubled with each attempt in a row that brought no octet of a stream, and up
/// to a quarter longer, so that a server that comes back is not met by all its clients at once. Then it sends
/// the request again, with the id seen last as Last-Event-ID. An event that was cut off is dropped. The
/// stream is silent for too long after the client's `body_timeout`, which comments interrupt, too.
///
/// Fields of the request are sent as they are; Accept and Cache-Control are added where they lack. A
/// Last-Event-ID among them is where it begins.
///
/// | answer | what follows |
/// | --- | --- |
/// | 200 with text/event-stream | its events |
/// | 204 | the end: next() gives nullopt |
/// | 429, 500, 502, 503, 504 | another attempt, after Retry-After (in seconds) if that is longer |
/// | any other | stream_refused |
///
/// A browser would give up at 503, too. But that is what a server or its balancer says while it restarts, and
/// who follows a stream wants to go on afterwards. A Retry-After beyond `longest_wait` is stream_refused: who
/// awaits an event is told rather than left waiting. Without reconnecting the end of the stream is the end,
/// and whatever breaks it is thrown.
///
/// next() throws upstream_error: stream_refused, the last of too many failed attempts, and
/// upstream_errc::too_large for an event over the limit. Cancelling it, and dropping the client, close the
/// connection at once. The client outlives no io_context that it was pulled on.
class sse_client {
public:
    using value_type = sse_event;

    /// Throws std::invalid_argument for a body that can be sent only once and is to be sent again.
    explicit sse_client(
        outgoing_request request, sse_client_options options = {}, http_client client = http_client());

    /// The next event; its id is the one seen last. One call at a time.
    auto next() { return events_.next(); }
    /// What the next connection will send as Last-Event-ID: the id of the event that was given last, or one
    /// that came alone since.
    std::string const& last_event_id() const noexcept;

private:
    struct state;
    static async_generator<sse_event> follow(std::shared_ptr<state> self);

    std::shared_ptr<state> state_;
    async_generator<sse_event> events_;
};

} // namespace framex
