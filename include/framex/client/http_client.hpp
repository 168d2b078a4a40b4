/// The HTTP client of framex: HTTP/1.1 over TCP or TLS, pooled, with a bound for every step.
#pragma once

#include <framex/client/connection_pool.hpp>
#include <framex/client/outgoing_request.hpp>
#include <framex/client/tls_options.hpp>
#include <framex/client/upstream_error.hpp>
#include <framex/coro/awaitable.hpp>
#include <framex/http/head.hpp>
#include <framex/http/message.hpp>
#include <framex/http/streamed_response.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace framex {

/// Each time-out ends its step with an upstream_error that names the step; 0 means no time-out.
struct client_options {
    std::chrono::milliseconds connect_timeout{5'000}; ///< the look-up and all addresses together
    std::chrono::milliseconds tls_timeout{10'000}; ///< the handshake after that
    std::chrono::milliseconds write_timeout{30'000}; ///< while the upstream takes nothing of the request
    std::chrono::milliseconds head_timeout{60'000}; ///< from the sent request to the answer's head
    std::chrono::milliseconds body_timeout{60'000}; ///< while nothing of the body comes; see body_rate
    /// Octets a second: a body with a Content-Length that comes more slowly spends `body_timeout`, and buys
    /// back of it what the rate allows, until nothing is left. 0: any octet renews it. A body of unknown
    /// length may be a stream, whose silence means nothing.
    std::uint64_t body_rate = 256;
    std::chrono::milliseconds total_timeout{0}; ///< from the call to the end of the body
    std::size_t body_size = 16 << 20; ///< octets that send() takes
    head_limits heads{}; ///< of answers
    pool_limits pool{};
    tls_options tls{}; ///< for https
};

/// What a client has done so far.
struct client_counts {
    std::uint64_t opened = 0; ///< connections
    std::uint64_t reused = 0; ///< exchanges that began on a pooled connection
    std::uint64_t retried = 0; ///< of these: begun again, since the upstream had closed the connection
};

/// Sends requests from any coroutine, each on the executor of whoever awaits it (a thread or a strand), where
/// its connections stay. Copies share their connections. Names are resolved by the system, one after another
/// on a thread of the io_context; addresses are not. A look-up that a call has given up runs on there, and
/// the io_context with it. The client outlives no io_context that it was used on, but its calls and bodies
/// may outlive the client.
///
/// Cancelling a call, and dropping a body before its end, close the connection at once. A body that was read
/// to its end gives its connection back to the pool. A pooled connection that the upstream had closed is
/// replaced by a fresh one, once, when nothing came back, nothing of a pulled body was asked for, and the
/// method is idempotent or nothing could be sent.
///
/// An answer may come before the whole request has gone (RFC 9112 section 9.5). One of a status below 400 is
/// handed over, and the request goes on being sent beside it: an upstream that answers while it reads, such
/// as an echo or a converter, and its client never wait for each other. The answer's body ends when both are
/// through; what the request's source throws meanwhile is thrown by it, and dropping it cancels the source.
/// While the answer is not pulled, the upstream may be slow to take the request. An error answer ends the
/// sending at once, and so does the end of an answer that closes its connection.
class http_client {
public:
    /// Throws std::invalid_argument for files of `options.tls` that do not do.
    explicit http_client(client_options options = {});

    /// The whole answer, whatever its status; redirects are not followed. Throws upstream_error, and
    /// std::invalid_argument for a request that cannot be written.
    awaitable<response> send(outgoing_request request) const;

    /// The answer's head; its body comes as it is pulled, at most one buffer of 16 KB (of 64 KB
    /// above 40 MB a second) ahead of whoever pulls.
    /// `headers` are as they were sent, without the fields of the connection. Content-Length stays, even
    /// without a body (HEAD, 304). Throws as send(); the body throws upstream_error, too. Whoever is
    /// cancelled while it waits for the upstream has closed the connection at once.
    awaitable<streamed_response> stream(outgoing_request request) const;

    client_counts counts() const noexcept;
    /// Idle connections on all executors.
    std::size_t idle() const;

private:
    struct state;
    static awaitable<streamed_response> exchange(std::shared_ptr<state> self, outgoing_request request);
    static awaitable<response> collect(std::shared_ptr<state> self, outgoing_request request);

    std::shared_ptr<state> state_;
};

} // namespace framex
