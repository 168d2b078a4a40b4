// The bodies of requests that are pulled, and tunnels.
#include "http/body_block.hpp"
#include "server/session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>

#include <charconv>
#include <poll.h>

namespace framex {

namespace {

/// As to_string(), which goes through the C library's formatted output: it is
/// asked for with every relayed request.
std::string text_of(asio::ip::address const& address)
{
    if (!address.is_v4())
        return address.to_string();
    char text[16];
    char* end = text;
    for (auto const octet : address.to_v4().to_bytes()) {
        end = std::to_chars(end, text + sizeof text, static_cast<unsigned>(octet)).ptr;
        *end++ = '.';
    }
    return {text, end - 1};
}

} // namespace

template <class Socket>
std::string session<Socket>::address() const
{
    return text_of(peer_.address());
}

template <class Socket>
body_reader session<Socket>::make_body_reader()
{
    body_open_ = std::make_shared<bool>(true);
    return body_reader(pull_body(this, body_open_));
}

template <class Socket>
void session<Socket>::end_pulled_body() noexcept
{
    if (body_open_)
        *body_open_ = false;
}

/// An operation of pull_body(), from its begin on; whoever pulls may be destroyed inside of it.
template <class Socket>
class session<Socket>::pulling {
public:
    /// `writes`: it sends what out_ holds, else it reads. `size`: what it has moved.
    pulling(session& of, bool const& open, bool writes, std::size_t const& size) noexcept
        : of_(of), open_(open), size_(size), before_(of.phase_), deadline_(of.deadline_),
          begin_(of.owner().now()), writes_(writes)
    {
        of_.pulling_ = true;
    }
    pulling(pulling const&) = delete;
    pulling& operator=(pulling const&) = delete;
    ~pulling()
    {
        if (has_ended_ || !open_)
            return;
        of_.pulling_ = false;
        if (writes_)
            of_.out_.erase(0, size_);
        go_back();
    }

    void ended() noexcept
    {
        has_ended_ = true;
        if (open_)
            of_.pulling_ = false;
    }
    /// To what the session did before, unless its answer has gone on meanwhile, with a deadline of its own.
    void go_back() noexcept
    {
        if (of_.phase_ != phase::body && !(writes_ && of_.phase_ == phase::write))
            return;
        if (before_ == phase::stream)
            of_.await_silence();
        else
            of_.go_back(before_, deadline_, begin_);
    }

private:
    session& of_;
    bool const& open_;
    std::size_t const& size_;
    phase before_;
    tick deadline_, begin_;
    bool writes_;
    bool has_ended_ = false;
};

/// Whoever reads may outlive the request and the session: `self` is touched only while `open` says so.
template <class Socket>
async_generator<std::string> session<Socket>::pull_body(session* self, std::shared_ptr<bool> open)
{
    error_code error;
    std::size_t size = 0;
    std::size_t turn = 0;
    bool is_busy = false; // the sender has filled all the room that there was: more is probably there
    body_block block;
    while (*open) {
        auto chunk = self->take_body_chunk(is_busy ? block.size() : body_block::usual);
        if (!chunk.empty()) {
            co_yield std::move(chunk);
            continue;
        }
        if (self->body_complete())
            co_return;
        auto const room = self->input_.free_size();
        if (is_busy && turn < body_block::turn) {
            size = self->socket_.read_some(asio::buffer(self->input_.free_begin(), room), error);
            is_busy = size == room;
            turn += size;
            if (!error) {
                self->received_at_once(size);
                block.take(size, self->owner().now());
            } else
                self->input_.release(); // the wait may be long
            continue;
        }
        turn = 0;
        // 100 Continue, and answers to earlier requests; a stream sends what it has made by itself
        bool const is_framed = !self->is_tunnel() && !self->offers_tunnel();
        bool const writes = is_framed && self->phase_ == phase::handler && !self->out_.empty();
        size = 0;
        pulling now(*self, *open, writes, size);
        if (writes)
            self->enter(phase::write, self->limits().write_timeout);
        else if (is_framed) // else its client may be silent for as long as it likes
            self->enter_body();
        co_await io(
            [&](auto handler) {
                auto& input = self->input_;
                if (writes)
                    self->socket_.async_write_some(asio::buffer(self->out_), std::move(handler));
                else
                    self->socket_.async_read_some(
                        asio::buffer(input.free_begin(), input.free_size()), std::move(handler));
            },
            self->socket_.get_executor(), error, size);
        now.ended();
        if (!*open)
            break;
        if (self->is_tunnel() && error && error != asio::error::operation_aborted) {
            self->end_body();
            co_return;
        }
        bool const late = std::exchange(self->timed_out_, false);
        if (error || late) {
            self->body_broke_off();
            throw http_error(
                late ? 408 : 400, late ? "the body did not arrive in time" : "the body broke off");
        }
        if (writes)
            self->out_.erase(0, size);
        else {
            self->received(size);
            block.take(size, self->owner().now());
            is_busy = size == room;
        }
        now.go_back();
    }
    throw http_error(400, "the request of this body is over");
}

/// Whoever pulls reads the end of the client, behind all that it has sent; it is looked for only while nobody
/// reads.
template <class Socket>
void session<Socket>::look_at_tunnel()
{
    pollfd state{socket_.native_handle(), POLLRDHUP, 0};
    if (::poll(&state, 1, 0) <= 0)
        return;
    if (leaves_at_ == never)
        leaves_at_ = owner().after(limits().write_timeout);
    if ((state.revents & (POLLHUP | POLLERR)) != 0 || owner().now() >= leaves_at_)
        depart();
}

template std::string session<context_socket>::address() const;
template body_reader session<context_socket>::make_body_reader();
template void session<context_socket>::end_pulled_body() noexcept;
template void session<context_socket>::look_at_tunnel();
template async_generator<std::string> session<context_socket>::pull_body(
    session<context_socket>* self, std::shared_ptr<bool> open);
template std::string session<any_socket>::address() const;
template body_reader session<any_socket>::make_body_reader();
template void session<any_socket>::end_pulled_body() noexcept;
template void session<any_socket>::look_at_tunnel();
template async_generator<std::string> session<any_socket>::pull_body(
    session<any_socket>* self, std::shared_ptr<bool> open);

} // namespace framex
