// The request's way out, and what comes while it is on its way.
#include "client/client_connection.hpp"
#include "client/request_text.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace framex {

/// False when it failed, or was stopped.
awaitable<bool> client_connection::write(std::string_view octets)
{
    if (!stopped_ && !octets.empty()) {
        auto const at_once = transport_->write_now(asio::buffer(octets.data(), octets.size()));
        sent_ += at_once;
        octets.remove_prefix(at_once);
        if (at_once != 0 && !octets.empty())
            listen();
    }
    while (!octets.empty() && !stopped_) {
        error_code error;
        std::size_t size = 0;
        writing_ = true;
        expect_write();
        co_await io(
            [&](auto handler) {
                transport_->write_some(asio::buffer(octets.data(), octets.size()), std::move(handler));
            },
            executor_, error, size);
        writing_ = false;
        write_due_ = clock::time_point::max();
        sent_ += size;
        octets.remove_prefix(size);
        if (error && !stopped_)
            write_error_ = error;
        if (error)
            co_return false;
        if (!octets.empty())
            listen();
    }
    co_return octets.empty();
}

bool client_connection::send_at_once(std::string_view text)
{
    pause();
    sent_ = transport_->write_now(asio::buffer(text.data(), text.size()));
    return sent_ == text.size();
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): owned by the exchange
awaitable<bool> client_connection::send(std::shared_ptr<outgoing_request> request, std::string_view text)
{
    auto const rest = text.substr(static_cast<std::size_t>(sent_));
    if (sent_ != 0 && !rest.empty())
        listen();
    bool const whole = co_await write(rest);
    if (!whole || stopped_)
        co_return sent_short();
    if (opens_tunnel_ || !goes_apart(*request))
        co_return true;
    start_sending(std::move(request));
    co_await until_sent_or_answered();
    if (source_fault_)
        raise();
    co_return sending_ || !cut_ || sent_short();
}

/// After a sending that ended too soon: whether there may be an answer. An upstream that has seen enough of a
/// request answers, and may close.
bool client_connection::sent_short() noexcept
{
    cut_ = true;
    error_ = write_error_;
    if (expired_ || error_ == asio::error::operation_aborted)
        return fail(upstream_errc::write, upstream_errc::write_timeout);
    broke_ = error_.failed();
    return true;
}

void client_connection::start_sending(std::shared_ptr<outgoing_request> request)
{
    sending_ = true;
    source_fault_ = nullptr;
    auto ended = [self = shared_from_this()](std::exception_ptr) {}; // its signal lives as long
    asio::co_spawn(executor_, send_body(shared_from_this(), std::move(request)),
        asio::bind_cancellation_slot(stop_.slot(), std::move(ended)));
}

void client_connection::start_tunnel(std::shared_ptr<outgoing_request> request)
{
    transport_->probe_when_silent();
    early_ = goes_on_ = true; // the answer was heard: nothing is to be read beside
    start_sending(std::move(request));
}

/// What its source throws is kept, and ends the exchange.
awaitable<void> client_connection::send_body(
    std::shared_ptr<client_connection> self, std::shared_ptr<outgoing_request> request)
{
    struct end { // also when the context dies, and when an operation has found no memory
        explicit end(client_connection& c) noexcept : connection(c) {}
        end(end const&) = delete;
        end& operator=(end const&) = delete;
        ~end()
        {
            connection.sending_ = false;
            connection.bell_.cancel();
        }
        client_connection& connection;
    };
    end const at_end(*self);
    bool whole = false;
    try {
        if (auto* const source = request->body.source())
            whole = co_await self->send_pieces(source->next().source(), request->body.size());
        else
            whole = co_await self->write(request->body.text());
    } catch (...) {
        if (!self->stopped_) {
            self->source_fault_ = std::current_exception();
            self->transport_->close(); // whoever reads the answer is told
        }
    }
    self->cut_ = !whole;
    if (self->is_tunnel_ && whole) {
        self->transport_->end_writing();
        self->closed_after_sending_ = !self->transport_->is_open();
    }
    if (self->reading_)
        self->expect(self->options_.body_timeout);
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): owned by the exchange
awaitable<bool> client_connection::send_pieces(pieces& source, std::optional<std::uint64_t> size)
{
    for (;;) {
        listen();
        consumed_ = true;
        auto piece = co_await source.next();
        if (stopped_)
            co_return false;
        if (!piece)
            break;
        if (piece->empty())
            continue;
        if (size && piece->size() > *size)
            throw std::invalid_argument("the body of the request is longer than its announced size");
        if (size)
            *size -= piece->size();
        else if (!is_tunnel_)
            *piece = chunk_of(*piece);
        if (!co_await write(*piece))
            co_return false;
    }
    if (size && *size != 0)
        throw std::invalid_argument("the body of the request is shorter than its announced size");
    if (size || is_tunnel_)
        co_return true;
    co_return co_await write("0\r\n\r\n");
}

/// The source may refer to what its caller owns: a caller that is cancelled waits until it has unwound.
awaitable<void> client_connection::until_sent_or_answered()
{
    bool const throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    while (sending_ && (!goes_on_ || stopped_)) {
        co_await bell();
        auto const state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            stop_sending();
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
}

awaitable<void> client_connection::finish_sending()
{
    expect_body();
    if (!keep_)
        stop_sending();
    while (sending_)
        co_await bell();
    if (source_fault_)
        raise();
}

void client_connection::stop_sending()
{
    stopped_ = true;
    if (sending_)
        stop_.emit(asio::cancellation_type::terminal);
}

void client_connection::leave() noexcept
{
    if (!sending_)
        return;
    stop_sending();
    transport_->close();
}

/// Reads beside the sending: an answer, or the end, may come before the whole request has gone (RFC 9112
/// section 9.5), while the upstream takes nothing or the source gives nothing.
void client_connection::listen()
{
    if (listening_ || early_)
        return;
    listening_ = true;
    input_.make_room(std::max(block_, input_.size() + first_block));
    auto ended = [weak = weak_from_this()](error_code error, std::size_t size) {
        if (auto const self = weak.lock())
            self->heard(error, size);
    };
    transport_->read_some(asio::buffer(input_.free_begin(), input_.free_size()),
        asio::bind_executor(executor_, std::move(ended)));
}

void client_connection::heard(error_code error, std::size_t size)
{
    listening_ = false;
    bell_.cancel();
    if (expired_)
        return;
    heard_ = error;
    if (!error)
        arrived(size);
    auto verdict = response_head::result::bad;
    auto& head = scratch_head();
    if (!error)
        verdict = next_head(head);
    if (verdict == response_head::result::more)
        return listen();
    early_ = true;
    goes_on_ = verdict == response_head::result::ok && head.status < 400;
    if (goes_on_)
        return;
    if (!sending_)
        transport_->cancel(); // the head, which the caller writes
    stop_sending();
}

} // namespace framex
