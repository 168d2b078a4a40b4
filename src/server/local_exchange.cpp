#include "server/local_exchange.hpp"

#include "client/request_text.hpp"
#include "http/body_block.hpp"
#include "server/connection.hpp"

#include <framex/http/forwarding.hpp>
#include <framex/http/response_head.hpp>

#include <boost/asio/this_coro.hpp>

#include <cstring>
#include <stdexcept>

namespace framex {

namespace {

class local_exchange final : public connection, public std::enable_shared_from_this<local_exchange> {
public:
    explicit local_exchange(std::shared_ptr<worker> owner) : connection(std::move(owner)) {}

    void take_in(request const& asked);
    awaitable<> run();
    streamed_response answer();

private:
    // The worker does not know it: who awaits it is its clock.
    void on_tick(tick) override {}
    void drain() override {}
    void abort() override {}

    std::string address() const override { return peer_; }
    body_reader make_body_reader() override { return body_reader(pull_body(weak_from_this())); }
    static async_generator<std::string> pull_body(std::weak_ptr<local_exchange> from);
    template <class T>
    static async_generator<std::string> pieces(
        std::shared_ptr<local_exchange> self, async_generator<T> items);
    async_generator<std::string> stream();

    std::string peer_;
    bool is_stream_ = false;
};

void local_exchange::take_in(request const& asked)
{
    peer_ = asked.peer;
    outgoing_request sent(asked.method, "http://localhost", asked.body);
    sent.target = asked.target;
    sent.headers = asked.headers;
    auto const octets = request_head_text(sent) + asked.body;
    input_.make_room(octets.size());
    std::memcpy(input_.free_begin(), octets.data(), octets.size());
    received(octets.size());
}

/// Until the answer stands in out_, or the head of a stream.
awaitable<> local_exchange::run()
{
    for (;;) {
        step next = advance();
        if (next == step::serve) {
            std::exception_ptr failed;
            try {
                co_await route_->serve(*route_, call_);
            } catch (...) {
                failed = std::current_exception();
            }
            auto const state = co_await asio::this_coro::cancellation_state;
            if (failed && state.cancelled() != asio::cancellation_type::none)
                std::rethrow_exception(failed);
            next = serve_finished(std::move(failed));
        }
        is_stream_ = next == step::stream;
        if (is_stream_ || next == step::close || next == step::read)
            co_return;
    }
}

/// The whole body came with the request; whoever reads it may outlive both.
async_generator<std::string> local_exchange::pull_body(std::weak_ptr<local_exchange> from)
{
    auto const self = from.lock();
    if (!self)
        throw http_error(400, "the request of this body is over");
    auto chunk = self->take_body_chunk(body_block::usual);
    if (!chunk.empty())
        co_yield std::move(chunk);
}

template <class T>
async_generator<std::string> local_exchange::pieces(
    std::shared_ptr<local_exchange> self, async_generator<T> items)
{
    std::exception_ptr failed;
    for (;;) {
        std::string piece;
        try {
            auto item = co_await items.next();
            if (!item)
                break;
            append_item(piece, *item, false);
        } catch (...) {
            failed = std::current_exception();
        }
        if (failed)
            break;
        if (self->watch_)
            self->watch_->note_items(1, piece.size());
        if (!piece.empty())
            co_yield std::move(piece);
    }
    bool const is_told = self->is_event_stream();
    if (failed) {
        self->end_ = request_end::error;
        auto const why = self->failure_of(failed, is_told);
        if (is_told) {
            std::string last;
            append_item(last, error_event(why), false);
            co_yield std::move(last);
        }
    }
    self->stream_finished(true);
    if (failed && !is_told)
        std::rethrow_exception(failed);
}

async_generator<std::string> local_exchange::stream()
{
    auto self = shared_from_this();
    if (auto* events = std::get_if<async_generator<sse_event>>(&call_.result))
        return pieces(std::move(self), std::move(*events));
    if (auto* texts = std::get_if<async_generator<std::string>>(&call_.result))
        return pieces(std::move(self), std::move(*texts));
    return pieces(std::move(self), std::move(std::get<streamed_response>(call_.result).body).chunks());
}

streamed_response local_exchange::answer()
{
    response_head head;
    std::uint32_t resume = 0;
    head_limits any;
    any.head = any.target = static_cast<std::uint32_t>(out_.size());
    if (head.read(out_.data(), out_.data() + out_.size(), resume, any) != response_head::result::ok)
        throw std::logic_error("framex wrote an answer that it cannot read");
    streamed_response made(head.status);
    for (auto const* field = head.fields; field != head.fields + head.field_count; ++field)
        if (!is_hop_by_hop(field->name))
            made.headers.insert(field->name, field->value);
    if (is_stream_)
        made.body = stream();
    else if (auto body = out_.substr(head.size); !body.empty())
        made.body = body_reader(std::move(body));
    return made;
}

} // namespace

awaitable<streamed_response> exchange_locally(std::shared_ptr<service const> shared, request asked)
{
    auto executor = co_await asio::this_coro::executor;
    auto const exchange =
        std::make_shared<local_exchange>(std::make_shared<worker>(executor, std::move(shared)));
    exchange->take_in(asked);
    co_await exchange->run();
    co_return exchange->answer();
}

} // namespace framex
