/// One connection to an upstream: its octets, its one clock, and the exchange that runs on it.
#pragma once

#include "client/body_pace.hpp"
#include "client/transport.hpp"
#include "coro/io.hpp"
#include "http/body_block.hpp"
#include "http/input_buffer.hpp"

#include <framex/client/connection_pool.hpp>
#include <framex/client/http_client.hpp>
#include <framex/client/origin.hpp>
#include <framex/client/outgoing_request.hpp>
#include <framex/client/upstream_error.hpp>
#include <framex/coro/async_generator.hpp>
#include <framex/coro/awaitable.hpp>
#include <framex/http/chunk.hpp>
#include <framex/http/response_head.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace framex {

/// Owned by whoever uses it: a coroutine, the body of a response, the pool. Everything happens on one
/// executor. A step that fails gives false, and raise() tells why; the connection is then of no more use.
///
/// A body that does not go out with its head is sent by a coroutine of its own, beside the reading: neither
/// waits for the other. An answer of a status below 400 that comes meanwhile leaves the sending alone, any
/// other ends it, as does the end of an answer that closes the connection.
class client_connection : public std::enable_shared_from_this<client_connection> {
    /// Reads into what is free of a buffer of block_ octets or more.
    auto read_more()
    {
        input_.make_room(block_);
        return io(
            [this](auto handler) {
                if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected())
                    slot.assign([weak = weak_from_this()](asio::cancellation_type) {
                        if (auto const self = weak.lock()) // nobody is left: its upstream is told at once
                            self->transport_->close();
                    });
                transport_->read_some(asio::buffer(input_.free_begin(), input_.free_size()),
                    asio::bind_cancellation_slot(asio::cancellation_slot(), std::move(handler)));
            },
            executor_, error_, transferred_);
    }

public:
    using clock = std::chrono::steady_clock;

    /// `tls`: for an origin that is secure, else null.
    client_connection(asio::any_io_executor executor, origin to, client_options const& options,
        std::shared_ptr<tls_context> tls, std::shared_ptr<void const> membership);
    ~client_connection();

    origin const& where() const noexcept { return origin_; }
    /// Whether the last exchange has ended well and nothing has come since.
    bool may_be_used_again() const noexcept;
    /// From now on idle; after `limit` it closes itself and leaves `pool`.
    void rest(std::chrono::milliseconds limit, std::weak_ptr<connection_pool> pool);
    clock::time_point idle_since() const noexcept { return idle_since_; }
    clock::duration age() const noexcept { return clock::now() - made_; }

    /// A new exchange, of that request, which must end by `end`.
    void begin(outgoing_request const& request, clock::time_point end) noexcept;
    awaitable<bool> connect();
    /// Sends what goes out at once of `text`, the head and perhaps the body behind it. True: all of it, and
    /// send() has nothing to do unless the body is pulled.
    bool send_at_once(std::string_view text);
    /// Sends the rest of `text`, then a body that is not in it. Ends when all has gone, or when the answer's
    /// head has come: then the rest may still be on its way, see is_sending(). What the body's source throws
    /// before passes through. A caller that is cancelled is let go when the source has unwound.
    awaitable<bool> send(std::shared_ptr<outgoing_request> request, std::string_view text);
    /// `for (c.expect_head(); c.wants_head(answer, method); c.head_arrived()) co_await c.read_head();` reads
    /// the final answer's head, past interim ones, into `answer`, and its body begins; unless has_failed().
    /// The final one of a request that opens a WebSocket may be 101: then start_tunnel() is next.
    void expect_head();
    bool wants_head(streamed_response& answer, std::string_view method);
    auto read_head() { return read_more(); }
    void head_arrived() noexcept;
    bool has_failed() const noexcept { return failed_.has_value(); }
    /// A read beside the sending is outstanding; before expect_head() it has to end.
    bool is_listening() const noexcept { return listening_; }
    awaitable<void> end_of_listening();

    /// Sends what the request's source gives as it is, beside the reading; its end is that of the connection.
    void start_tunnel(std::shared_ptr<outgoing_request> request);

    bool body_done() const noexcept { return body_ == body_kind::none; }
    /// What has come of the body, decoded. Throws upstream_error for chunks that are none.
    std::string take_body();
    /// `co_await c.read_body(); c.body_arrived();` after take_body() gave nothing. The second one throws
    /// upstream_error, or operation_aborted for a caller that was cancelled.
    auto read_body()
    {
        expect_body();
        return read_more();
    }
    void body_arrived();
    /// Instead, while the upstream has more ready than is taken at a time: reads the next of it without a
    /// wait. False: nothing was read, or it is the turn of others. Throws as body_arrived() does.
    bool read_on();
    /// While nobody reads only the whole exchange has a deadline.
    void pause() noexcept;

    /// The request's body is still on its way. Its connection is given back, or left, when it is not.
    bool is_sending() const noexcept { return sending_; }
    /// After the answer's end: the sending goes on when another exchange may follow, else it is ended. Throws
    /// what the body's source throws.
    awaitable<void> finish_sending();
    /// Whoever had the exchange is gone.
    void leave() noexcept;

    /// Throws what the step that failed was stopped by.
    [[noreturn]] void raise() const;
    /// Whether the request may go out again on a fresh connection: the upstream had closed this one.
    bool was_stale(outgoing_request const& request) const noexcept;

private:
    enum class body_kind : unsigned char { none, length, chunked, to_end };
    using pieces = async_generator<std::string>;
    static constexpr std::size_t first_block = 4096;

    awaitable<std::vector<asio::ip::tcp::endpoint>> resolve();
    awaitable<bool> handshake();
    awaitable<bool> write(std::string_view octets);
    void start_sending(std::shared_ptr<outgoing_request> request);
    static awaitable<void> send_body(
        std::shared_ptr<client_connection> self, std::shared_ptr<outgoing_request> request);
    awaitable<bool> send_pieces(pieces& source, std::optional<std::uint64_t> size);
    awaitable<void> until_sent_or_answered();
    bool sent_short() noexcept;
    void stop_sending();
    void listen();
    void heard(error_code error, std::size_t size);
    awaitable<void> bell();
    /// Of the thread, for one step.
    static response_head& scratch_head() noexcept;
    response_head::result next_head(response_head& head);
    void begin_body(response_head const& head, std::string_view method);
    void take_body(std::string& piece);
    void arrived(std::size_t size);
    bool received();
    bool fail(upstream_errc step, upstream_errc late) noexcept;
    clock::time_point after(std::chrono::milliseconds limit) const noexcept;
    void expect(std::chrono::milliseconds limit);
    void expect_write();
    void expect_body();
    clock::time_point next_due() const noexcept { return std::min(due_, write_due_); }
    void arm();
    void on_clock();

    asio::any_io_executor executor_;
    origin origin_;
    client_options options_;
    input_buffer input_; // outlives the transport, which may still read into it
    std::unique_ptr<transport> transport_;
    tls_transport* tls_ = nullptr; ///< the transport, when it is one
    asio::ip::tcp::resolver resolver_;
    std::size_t block_ = first_block; ///< a waiting stream holds no more; grows when it was full
    body_block full_; ///< what it grows to
    bool is_busy_ = false; ///< the last read has filled it: more is probably there
    std::size_t turn_ = 0; ///< octets of read_on() since the last wait
    error_code error_;
    std::size_t transferred_ = 0;

    asio::steady_timer clock_;
    clock::time_point due_ = clock::time_point::max(); ///< then the connection is closed
    clock::time_point write_due_ = clock::time_point::max(); ///< of the write that is outstanding
    clock::time_point armed_ = clock::time_point::max(); ///< when the clock looks next
    clock::time_point end_ = clock::time_point::max(); ///< of the whole exchange
    bool expired_ = false;
    clock::time_point made_ = clock::now();
    clock::time_point idle_since_;
    std::weak_ptr<connection_pool> pool_; ///< where it is idle
    std::shared_ptr<void const> membership_; ///< of the pool that it belongs to
    asio::steady_timer bell_; ///< never due: its cancellation wakes the coroutine; see bell()

    asio::cancellation_signal stop_; ///< of the coroutine that sends the body
    bool sending_ = false; ///< that coroutine runs
    bool stopped_ = false; ///< nothing more of the request is to be sent
    bool writing_ = false; ///< a write is outstanding
    bool reading_ = false; ///< the answer's body is awaited
    bool listening_ = false; ///< a read is outstanding beside the sending
    bool early_ = false; ///< it has brought the answer's head, or the end
    bool goes_on_ = false; ///< the head is none that ends the sending
    error_code write_error_;
    std::exception_ptr source_fault_; ///< what the source of the request's body has thrown
    error_code heard_; ///< the end that it has brought: a second read would not be told of it
    std::uint32_t resume_ = 0; ///< where the reading of a head goes on
    int interim_ = 0; ///< 1xx answers so far

    body_kind body_ = body_kind::none;
    std::uint64_t left_ = 0; ///< of a body with a length
    body_pace pace_; ///< of such a body
    chunk_reader chunks_;
    bool opens_tunnel_ = false; ///< the request asks for a WebSocket
    bool is_tunnel_ = false; ///< the answer was 101
    bool closed_after_sending_ = false; ///< such a one, by this side
    bool keep_ = false; ///< another exchange may follow this one
    bool cut_ = false; ///< the request was not sent whole
    bool broke_ = false; ///< a write has failed; perhaps an answer was sent before
    bool answered_ = false; ///< octets of the answer have come
    bool consumed_ = false; ///< the source of the request's body was asked for a piece
    std::uint64_t sent_ = 0; ///< octets of the request that the system took
    std::optional<upstream_errc> failed_;
    error_code cause_;
    char const* refusal_ = ""; ///< why one side has refused the other
};

/// Whoever has an exchange. Let go before the end, it closes the connection at once, though the request's
/// body may still be on its way.
class exchange_hold {
public:
    exchange_hold() = default;
    explicit exchange_hold(std::shared_ptr<client_connection> connection) noexcept
        : connection_(std::move(connection))
    {
    }
    exchange_hold(exchange_hold&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
    exchange_hold& operator=(exchange_hold&& other) noexcept
    {
        std::swap(connection_, other.connection_);
        return *this;
    }
    ~exchange_hold()
    {
        if (connection_)
            connection_->leave();
    }

    explicit operator bool() const noexcept { return connection_ != nullptr; }
    client_connection* operator->() const noexcept { return connection_.get(); }
    /// The exchange has ended.
    std::shared_ptr<client_connection> release() noexcept { return std::exchange(connection_, nullptr); }

private:
    std::shared_ptr<client_connection> connection_;
};

} // namespace framex
