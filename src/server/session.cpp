#include "server/session.hpp"

#include "coro/probes.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

namespace framex {

namespace {
constexpr std::size_t stream_block = 16384; // what is ready of a stream goes out in writes of about this size
constexpr std::size_t stream_turn = 65536; // then others get their turn
constexpr std::size_t kept_output = 65536; // a larger buffer is given back after its answer
constexpr std::size_t linger_octets =
    262144; // read and dropped after the last answer, so that it is not reset away
constexpr std::chrono::milliseconds linger_time{2000};
} // namespace

template <class Socket>
session<Socket>::session(Socket socket, asio::ip::tcp::endpoint peer, std::shared_ptr<worker> owner)
    : connection(std::move(owner)), socket_(std::move(socket)), peer_(std::move(peer))
{
    error_code ignored;
    socket_.non_blocking(true, ignored);
    if (watch_)
        watch_->peer = peer_;
}

/// What its coroutine leaves, whether it comes to its end or is destroyed since an operation found no memory.
template <class Socket>
class session<Socket>::end {
public:
    explicit end(std::shared_ptr<session> self) noexcept : self_(std::move(self)) {}
    end(end&&) noexcept = default;
    ~end()
    {
        error_code ignored;
        if (self_)
            self_->socket_.close(ignored); // a watch that is outstanding would keep it open
    }
    void operator()(std::exception_ptr) const noexcept {}

private:
    std::shared_ptr<session> self_;
};

template <class Socket>
void session<Socket>::start(Socket socket, asio::ip::tcp::endpoint const& peer, std::shared_ptr<worker> owner)
{
    auto self = std::make_shared<session>(std::move(socket), peer, std::move(owner));
    self->owner().add(*self);
    auto slot = self->signal_.slot();
    auto* const running = self.get();
    asio::co_spawn(running->socket_.get_executor(), running->run(),
        asio::bind_cancellation_slot(slot, end(std::move(self))));
}

template <class Socket>
session<Socket>::~session()
{
    end_pulled_body();
}

// ---- the loop ---------------------------------------------------------------------------------------

template <class Socket>
awaitable<> session<Socket>::run()
{
    bool is_new = true;
    for (;;) {
        step next = advance();
        while (next == step::serve || next == step::stream) {
            if (next == step::serve) {
                std::exception_ptr failed;
                handler_since_ = owner().now();
                try {
                    co_await route_->serve(*route_, call_);
                } catch (...) {
                    failed = std::current_exception();
                }
                watched_ = blind_ = cancels_ = false;
                handler_since_ = never;
                if (gone_)
                    co_return;
                if (timed_out_)
                    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
                next = serve_finished(std::move(failed));
                if (next != step::stream) // which may pull on
                    end_pulled_body();
            }
            if (next == step::stream) {
                bool whole = false;
                if (auto* events = std::get_if<async_generator<sse_event>>(&call_.result))
                    whole = co_await send_stream(*events);
                else if (auto* pieces = std::get_if<async_generator<std::string>>(&call_.result))
                    whole = co_await send_stream(*pieces);
                else {
                    if (is_tunnel())
                        probe_when_silent(socket_.native_handle());
                    auto body = std::move(std::get<streamed_response>(call_.result).body).chunks();
                    whole = co_await send_stream(body);
                }
                watched_ = blind_ = cancels_ = false;
                end_pulled_body();
                stream_finished(whole);
                if (!whole)
                    co_return;
                next = step::next;
            }
            if (next == step::next)
                next = advance();
        }
        if (!out_.empty()) {
            std::size_t const sent = socket_.write_some(asio::buffer(out_), error_);
            if (sent == out_.size())
                out_.clear();
            else if (error_ && error_ != asio::error::would_block)
                co_return;
            else {
                out_.erase(0, sent);
                if (!co_await send())
                    co_return;
            }
            if (out_.capacity() > kept_output)
                std::string().swap(out_);
        }
        if (next == step::close)
            break;
        if (next == step::flush)
            continue;
        if (std::exchange(is_new, false)) // then the request has mostly come with the connection
            transferred_ = socket_.read_some(asio::buffer(input_.free_begin(), input_.free_size()), error_);
        else
            error_ = asio::error::would_block;
        if (error_ == asio::error::would_block)
            do {
                co_await io(
                    [this](auto handler) {
                        if (resting_)
                            socket_.async_wait(asio::socket_base::wait_read, std::move(handler));
                        else
                            socket_.async_read_some(
                                asio::buffer(input_.free_begin(), input_.free_size()), std::move(handler));
                    },
                    socket_.get_executor(), error_, transferred_);
            } while (resting_ && reads_on());
        if (timed_out_) { // also when octets came in the same moment
            read_timed_out();
            timed_out_ = false;
        } else if (!error_)
            received(transferred_);
        else
            co_return;
    }
    co_await linger();
}

/// Sends what the socket's buffer did not take at once. False: the connection is of no more use.
template <class Socket>
awaitable<bool> session<Socket>::send()
{
    auto const before = phase_;
    auto const deadline = deadline_;
    auto const begin = owner().now();
    enter(phase::write, limits().write_timeout);
    while (!out_.empty()) {
        co_await io(
            [this](auto handler) { socket_.async_write_some(asio::buffer(out_), std::move(handler)); },
            socket_.get_executor(), error_, transferred_);
        if (error_)
            co_return false;
        out_.erase(0, transferred_);
        enter(phase::write, limits().write_timeout);
    }
    if (before == phase::body) {
        enter_body();
        co_return true;
    }
    go_back(before, deadline, begin);
    co_return true;
}

/// Lets the client read the last answer before unread octets would reset the connection. RFC 9112 9.6.
template <class Socket>
awaitable<> session<Socket>::linger()
{
    error_code ignored;
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
    enter(phase::closing, linger_time);
    input_.consume(input_.size());
    for (std::size_t dropped = 0; dropped < linger_octets; dropped += transferred_) {
        input_.make_room(1);
        co_await io(
            [this](auto handler) {
                socket_.async_read_some(
                    asio::buffer(input_.free_begin(), input_.free_size()), std::move(handler));
            },
            socket_.get_executor(), error_, transferred_);
        if (error_)
            co_return;
    }
}

// ---- streams ----------------------------------------------------------------------------------------

/// A stream is waited for: it may be ended from outside.
template <class Socket>
class session<Socket>::streaming {
public:
    streaming(session& of, detail::generator_base* stream) noexcept : of_(of) { of_.stream_ = stream; }
    streaming(streaming const&) = delete;
    streaming& operator=(streaming const&) = delete;
    ~streaming() { of_.stream_ = nullptr; }

private:
    session& of_;
};

/// Drains what is ready into one write; the body stands still while a write waits. True: whole.
template <class Socket>
template <class Generator>
awaitable<bool> session<Socket>::send_stream(Generator& generator)
{
    bool const chunked = chunked_stream();
    stream_access::set_executor(generator, owner().executor());
    std::size_t turn = 0;
    bool has_waited = false;
    bool is_first = true; ///< item
    bool finished = false;
    bool whole = true;
    bool ready = stream_access::step(generator);
    while (!finished) {
        std::exception_ptr failed;
        if (out_.empty())
            owner().lend(out_);
        auto const before = out_.size();
        std::uint64_t items = 0;
        try {
            while (ready && out_.size() < stream_block) {
                auto* item = stream_access::item(generator);
                if (!item) {
                    finished = true;
                    break;
                }
                append_item(out_, *item, chunked);
                ++items;
                ready = !is_first && stream_access::step(generator);
            }
        } catch (...) {
            failed = std::current_exception();
        }
        if (gone_)
            co_return false;
        if (failed) {
            end_ = request_end::error;
            auto const why = failure_of(failed, is_event_stream());
            if (is_event_stream())
                append_item(out_, error_event(why), chunked);
            else
                whole = false; // the missing end tells the client that something is missing
            finished = true;
        }
        if (promised_ && !keeps_promise(before, finished)) {
            whole = false;
            finished = true;
        }
        if (finished && whole && chunked)
            out_ += last_chunk;
        if (watch_)
            watch_->note_items(items, out_.size() - before);
        if (!out_.empty()) {
            turn += out_.size();
            std::size_t const sent = socket_.write_some(asio::buffer(out_), error_);
            if (sent == out_.size())
                out_.clear();
            else if (error_ && error_ != asio::error::would_block)
                co_return false;
            else {
                out_.erase(0, sent);
                if (!co_await send())
                    co_return false;
            }
        }
        if (finished)
            break;
        if (is_first && items != 0) { // it has gone, however long the body takes for the next one
            is_first = false;
            ready = stream_access::step(generator);
        }
        if (ready) {
            if (turn >= stream_turn) {
                turn = 0;
                co_await others_first();
            }
            continue;
        }
        if (!stream_access::settled(generator)) {
            owner().take_back(out_); // a sleeping stream keeps no buffer
            turn = 0;
            await_silence();
            if (!std::exchange(has_waited, true) && !pulls_body())
                look_for_departure();
            if (gone_)
                co_return false;
            {
                streaming const now(*this, stream_access::body_of(generator));
                co_await stream_access::wait(generator);
            }
            deadline_ = never;
            if (gone_) {
                co_await others_first(); // what is left to be cleared away is not urgent
                co_return false;
            }
        }
        ready = true;
    }
    co_return whole;
}

template class session<context_socket>;
template class session<any_socket>;

} // namespace framex
