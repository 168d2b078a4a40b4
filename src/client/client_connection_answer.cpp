// The answer's way in: its head, and its body as it comes.
#include "client/client_connection.hpp"

#include <framex/http/forwarding.hpp>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

namespace framex {

namespace {

constexpr int most_interim = 16; // 1xx answers before the final one

fields fields_of(response_head const& head)
{
    fields made;
    made.reserve(head.field_count, head.size);
    for (auto const& line : std::span(head.fields, head.field_count))
        made.insert(line.name, line.value);
    std::string const wanted(made[http::field::upgrade]);
    remove_hop_by_hop(made);
    if (head.status == 426 && !wanted.empty()) // RFC 9110 section 15.5.22
        made.set(http::field::upgrade, wanted);
    if (head.status == 101)
        made.erase(http::field::content_length); // RFC 9110 section 8.6: it should not be there
    else if (made.count(http::field::content_length) > 1
        || made[http::field::content_length].find(',') != std::string_view::npos)
        made.set(http::field::content_length, std::to_string(head.length)); // told several times
    return made;
}

} // namespace

response_head& client_connection::scratch_head() noexcept
{
    thread_local response_head head;
    return head;
}

void client_connection::arrived(std::size_t size)
{
    is_busy_ = size == input_.free_size();
    block_ = is_busy_ ? full_.size() : std::min(block_, body_block::usual);
    input_.commit(size);
    answered_ = true;
}

/// After read_more(): whether octets have come.
bool client_connection::received()
{
    if (error_ || expired_)
        return false;
    arrived(transferred_);
    return true;
}

/// Reads the final head from what has come; whole interim ones before it are dropped.
response_head::result client_connection::next_head(response_head& head)
{
    using result = response_head::result;
    auto verdict = result::more;
    while (!input_.empty()) {
        verdict = head.read(input_.begin(), input_.end(), resume_, options_.heads);
        if (verdict == result::more)
            break;
        resume_ = 0;
        if (verdict == result::bad || head.status >= 200)
            break;
        if (head.status == 101)
            return opens_tunnel_ && head.opens_websocket() ? result::ok : result::bad;
        if (++interim_ > most_interim)
            return result::bad;
        input_.consume(head.size);
        verdict = result::more;
    }
    return verdict;
}

awaitable<void> client_connection::end_of_listening()
{
    expect(options_.head_timeout);
    while (listening_)
        co_await bell();
}

void client_connection::expect_head() { expect(options_.head_timeout); }

bool client_connection::wants_head(streamed_response& answer, std::string_view method)
{
    using result = response_head::result;
    if (failed_)
        return false;
    auto& head = scratch_head();
    auto const verdict = next_head(head);
    if (verdict == result::ok) {
        answer.status = head.status;
        answer.headers = fields_of(head);
        begin_body(head, method);
        return false;
    }
    if (verdict == result::bad)
        fail(head.too_large ? upstream_errc::too_large : upstream_errc::malformed_head,
            upstream_errc::head_timeout);
    else if (heard_) { // the end; a read would not be told of it again
        error_ = heard_;
        head_arrived();
    }
    block_ = std::max(block_, input_.size() + first_block);
    return !failed_;
}

void client_connection::head_arrived() noexcept
{
    if (!received())
        fail(broke_ ? upstream_errc::write : upstream_errc::no_answer, upstream_errc::head_timeout);
}

void client_connection::begin_body(response_head const& head, std::string_view method)
{
    block_ = first_block;
    full_ = {};
    left_ = head.length;
    chunk_limits limits;
    limits.extensions = std::numeric_limits<std::uint32_t>::max(); // a stream has no end: `line` bounds each
    chunks_ = chunk_reader(limits);
    is_tunnel_ = head.status == 101;
    if (is_tunnel_)
        body_ = body_kind::to_end;
    else if (!head.has_body(method) || (head.has_length && left_ == 0))
        body_ = body_kind::none;
    else if (head.chunked)
        body_ = body_kind::chunked;
    else
        body_ = head.has_length ? body_kind::length : body_kind::to_end;
    pace_ = body_pace(options_.body_timeout, options_.body_rate);
    keep_ = head.keep_alive && body_ != body_kind::to_end;
    input_.consume(head.size);
    pause();
}

std::string client_connection::take_body()
{
    std::string piece;
    if (!body_done())
        take_body(piece);
    if (input_.capacity() >= body_block::large)
        input_.release(); // whoever has the piece may take long, and needs no second one in memory
    return piece;
}

void client_connection::take_body(std::string& piece)
{
    if (body_ == body_kind::chunked) {
        piece.reserve(input_.size());
        char const* const begin = input_.begin();
        char const* const rest = chunks_.feed(
            begin, input_.end(), [&](char const* data, std::size_t size) { piece.append(data, size); });
        input_.consume(static_cast<std::size_t>(rest - begin));
        if (chunks_.failed()) {
            fail(upstream_errc::malformed_body, upstream_errc::body_timeout);
            raise();
        }
        if (chunks_.done())
            body_ = body_kind::none;
        return;
    }
    auto const size = body_ == body_kind::length
        ? static_cast<std::size_t>(std::min<std::uint64_t>(left_, input_.size()))
        : input_.size();
    piece.assign(input_.begin(), size);
    input_.consume(size);
    if (body_ == body_kind::length && (left_ -= size) == 0)
        body_ = body_kind::none;
}

bool client_connection::read_on()
{
    if (std::exchange(is_busy_, false) && turn_ < body_block::turn) {
        input_.make_room(block_);
        transferred_ = transport_->read_now(asio::buffer(input_.free_begin(), input_.free_size()), error_);
        if (error_ != asio::error::would_block) {
            turn_ += transferred_;
            body_arrived();
            return true;
        }
        block_ = body_block::usual; // the wait may be long
        input_.release();
    }
    turn_ = 0;
    return false;
}

void client_connection::body_arrived()
{
    if (received()) {
        full_.take(transferred_, body_pace::tick_of(clock::now()));
        return pace_.take(transferred_);
    }
    bool const was_enough = is_tunnel_ && !sending_ && !cut_ && (expired_ || closed_after_sending_);
    if ((error_ == asio::error::eof || was_enough) && body_ == body_kind::to_end) {
        body_ = body_kind::none;
        return;
    }
    fail(upstream_errc::broken_body, is_tunnel_ ? upstream_errc::write_timeout : upstream_errc::body_timeout);
    raise();
}

} // namespace framex
