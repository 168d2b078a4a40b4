// What reaches a session from outside its coroutine: ticks, clients that leave, the end of the service.
#include "server/session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>

#include <poll.h>

namespace framex {

namespace {
constexpr tick ticks_before_rest = 10;
} // namespace

/// Each tick of a handler that runs on or of a stream: whether its client is still there.
template <class Socket>
void session<Socket>::look_for_departure()
{
    if (is_tunnel())
        return look_at_tunnel();
    bool const may_be_readable = blind_ || pulls_body();
    if (!may_be_readable) {
        watched_ = true;
        watch_for_departure();
    } else if (has_hung_up())
        depart();
}

template <class Socket>
void session<Socket>::watch_for_departure()
{
    if (watching_)
        return;
    watching_ = true;
    socket_.async_wait(asio::socket_base::wait_read, [self = this->shared_from_this()](error_code error) {
        self->watching_ = false;
        if (error || !self->watched_)
            return;
        char octet = 0;
        error_code peek;
        auto const size =
            self->socket_.receive(asio::buffer(&octet, 1), asio::socket_base::message_peek, peek);
        if (peek == asio::error::would_block)
            self->watch_for_departure(); // what woke it was read with the last request
        else if (!peek && size)
            self->blind_ = true; // more requests wait behind this one
        else
            self->depart();
    });
}

/// Whether the client has closed its side, even with octets of it unread.
template <class Socket>
bool session<Socket>::has_hung_up()
{
    pollfd state{socket_.native_handle(), POLLRDHUP, 0};
    return ::poll(&state, 1, 0) > 0;
}

template <class Socket>
void session<Socket>::depart()
{
    gone_ = true;
    cancel_handler();
}

template <class Socket>
void session<Socket>::cancel_handler() noexcept
{
    auto const self = this->shared_from_this(); // the coroutine may end inside emit
    try {
        cancels_ = true;
        if (stream_)
            stream_->abandon();
        else
            signal_.emit(asio::cancellation_type::terminal);
        cancels_ = false;
    } catch (std::bad_alloc const&) {
        // The next tick tries again. An operation that could not say that it was cancelled is destroyed, and
        // so is what awaits it.
    }
}

template <class Socket>
void session<Socket>::on_tick(tick now)
{
    bool const is_due = deadline_ != never && now >= deadline_;
    bool const is_watched = phase_ == phase::stream && watched_ && watching_;
    bool const is_read = is_tunnel() && pulling_;
    if ((is_watched || is_read || resting_) && !is_due && !cancels_)
        return; // as most of very many do, ten times a second
    auto const self = this->shared_from_this();
    try {
        look_after(now);
    } catch (std::bad_alloc const&) {
        abort();
    }
}

template <class Socket>
void session<Socket>::look_after(tick now)
{
    if (cancels_)
        cancel_handler();
    bool const runs_on = phase_ == phase::handler && handler_since_ != never && now > handler_since_;
    if ((runs_on || phase_ == phase::stream) && !gone_)
        look_for_departure();
    if (phase_ == phase::idle)
        look_for_rest(now);
    if (runs_on && !out_.empty()) { // earlier pipelined answers need not wait for it
        error_code ignored;
        out_.erase(0, socket_.write_some(asio::buffer(out_), ignored));
    }
    if (deadline_ == never || now < deadline_)
        return;
    deadline_ = never;
    error_code ignored;
    switch (phase_) {
    case phase::handler:
        timed_out_ = true;
        cancel_handler();
        break;
    case phase::idle:
    case phase::head:
    case phase::body:
        timed_out_ = true;
        socket_.cancel(ignored);
        break;
    case phase::stream:
        break_silence();
        break;
    case phase::write:
    case phase::closing:
        socket_.close(ignored);
        break;
    }
}

/// From now on a stream waits for its body; only event streams have a way to say that they live.
template <class Socket>
void session<Socket>::await_silence() noexcept
{
    enter(phase::stream, is_event_stream() ? limits().stream_keep_alive : duration_setting());
}

/// Sends a comment into the silence, which the client's code does not see. A client that takes nothing of it
/// for a whole write time-out is cut. WHATWG HTML 9.2.7.
template <class Socket>
void session<Socket>::break_silence()
{
    bool const held_up = !out_.empty();
    if (!held_up) {
        sse_event living;
        living.comment = "keep-alive";
        append_item(out_, living, chunked_stream());
        if (watch_)
            watch_->note_items(0, out_.size());
    }
    error_code error;
    auto const sent = socket_.write_some(asio::buffer(out_), error);
    out_.erase(0, sent);
    if (out_.empty())
        await_silence();
    else if (!held_up || sent)
        enter(phase::stream, limits().write_timeout);
    else
        depart();
}

/// A connection that is idle for a while gives its buffers back.
template <class Socket>
void session<Socket>::look_for_rest(tick now)
{
    if (deadline_ != idle_deadline_) {
        idle_deadline_ = deadline_;
        idle_since_ = now;
    } else if (!resting_ && input_.capacity() && now - idle_since_ >= ticks_before_rest) {
        resting_ = true;
        error_code ignored;
        socket_.cancel(ignored);
    }
}

/// Of a resting connection: whether the read or wait that has just ended is followed by another one.
template <class Socket>
bool session<Socket>::reads_on()
{
    bool const waited = input_.capacity() == 0;
    if (!waited && error_ == asio::error::operation_aborted && open_ && !timed_out_) {
        input_.release();
        std::string().swap(out_);
        return true;
    }
    resting_ = false;
    if (error_ || !waited)
        return false;
    input_.make_room(1);
    return true;
}

template <class Socket>
void session<Socket>::drain()
{
    take_no_more();
    error_code ignored;
    if (phase_ == phase::idle)
        socket_.cancel(ignored); // no request is under way
}

template <class Socket>
void session<Socket>::abort()
{
    auto const self = this->shared_from_this();
    gone_ = true;
    end_ = request_end::cancelled;
    error_code ignored;
    socket_.close(ignored);
    cancel_handler();
}

template void session<context_socket>::look_for_departure();
template void session<context_socket>::watch_for_departure();
template void session<context_socket>::depart();
template void session<context_socket>::cancel_handler() noexcept;
template void session<context_socket>::on_tick(tick);
template void session<context_socket>::look_after(tick);
template void session<context_socket>::await_silence() noexcept;
template void session<context_socket>::break_silence();
template void session<context_socket>::look_for_rest(tick);
template void session<context_socket>::drain();
template void session<context_socket>::abort();
template bool session<context_socket>::has_hung_up();
template bool session<context_socket>::reads_on();
template void session<any_socket>::look_for_departure();
template void session<any_socket>::watch_for_departure();
template void session<any_socket>::depart();
template void session<any_socket>::cancel_handler() noexcept;
template void session<any_socket>::on_tick(tick);
template void session<any_socket>::look_after(tick);
template void session<any_socket>::await_silence() noexcept;
template void session<any_socket>::break_silence();
template void session<any_socket>::look_for_rest(tick);
template void session<any_socket>::drain();
template void session<any_socket>::abort();
template bool session<any_socket>::has_hung_up();
template bool session<any_socket>::reads_on();

} // namespace framex
