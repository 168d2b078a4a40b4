#include "server/connection.hpp"

#include "http/body_block.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace framex {

namespace {

constexpr std::size_t flush_mark = 65536; // answers to pipelined requests are sent from here on
constexpr std::uint64_t longest_leap = 1 << 20; // memory is not taken on the word of a Content-Length alone
constexpr std::uint64_t drain_limit = 65536; // an unwanted body up to here is read and dropped

/// Whether the message that begins in the input is a HEAD request, as far as its method tells.
bool asks_for_head_only(input_buffer const& input)
{
    std::string_view text(input.begin(), input.size());
    if (text.starts_with("\r\n"))
        text.remove_prefix(2);
    return text.starts_with("HEAD ");
}

std::string_view reason_to_refuse(int status)
{
    switch (status) {
    case 413:
        return "the announced body is too large";
    case 414:
        return "the request target is too long";
    case 417:
        return "only Expect: 100-continue is understood";
    case 431:
        return "the request head is too large";
    case 501:
        return "the method or transfer coding is not implemented";
    case 505:
        return "only HTTP/1.x is understood";
    default:
        return "the request is malformed";
    }
}

} // namespace

// ---- heads ------------------------------------------------------------------------------------------

connection::connection(std::shared_ptr<worker> owner) : worker_(std::move(owner)), service_(worker_->shared())
{
    call_.executor = worker_->executor();
    call_.limits = &shared().bodies;
    call_.served_by = &service_;
    call_.from = this;
    if (shared().on_access)
        watch_ = std::make_unique<request_watch>();
    if (watch_ || shared().cors.is_on() || !shared().codings.empty())
        added_ = std::make_unique<added_fields>();
    frame_.added = added_.get();
    enter(phase::head, limits().head_timeout);
    phase_ = phase::idle;
}

connection::~connection()
{
    worker_->remove(*this);
    if (suspended_) // its client left, or the context died
        --worker_->in_flight;
    if (watch_)
        end_watch(end_ == request_end::finished ? request_end::client_left : end_);
}

void connection::renew()
{
    if (in_request_ || service_ == worker_->shared())
        return;
    service_ = worker_->shared();
    call_.limits = &shared().bodies;
}

void connection::enter(phase next, std::chrono::milliseconds limit) noexcept
{
    phase_ = next;
    deadline_ = worker_->after(limit);
}

void connection::go_back(phase to, tick deadline, tick since) noexcept
{
    phase_ = to;
    deadline_ = deadline == never ? never : deadline + (worker_->now() - since);
}

void connection::enter_body() noexcept
{
    phase_ = phase::body;
    body_.waits_since = worker_->now();
    deadline_ = body_.clock.deadline(body_.waits_since);
}

connection::step connection::advance()
{
    for (;;) {
        if (!open_ && !in_request_)
            return step::close;
        if (out_.size() >= flush_mark)
            return step::flush;
        step const next = in_request_ ? continue_body() : begin_request();
        if (next != step::next)
            return next;
    }
}

connection::step connection::want_input()
{
    if (phase_ == phase::idle && !input_.empty())
        enter(phase::head, limits().head_timeout);
    input_.make_room(input_.size() + 1);
    return step::read;
}

connection::step connection::begin_request()
{
    if (input_.empty())
        return want_input();
    auto& memory = worker_->scratch;
    switch (memory.head.read(input_.begin(), input_.end(), resume_, shared().heads)) {
    case request_head::result::more:
        return want_input();
    case request_head::result::bad:
        return refuse(memory.head.status, std::string(reason_to_refuse(memory.head.status)));
    case request_head::result::ok:
        break;
    }
    auto const& head = memory.head;
    resume_ = 0;
    in_request_ = true;
    head_size_ = head.size;
    frame_.http11 = head.http11;
    frame_.head_only = head.method_id == http::verb::head;
    frame_.keep_alive = head.keep_alive && !worker_->draining();
    open_ = frame_.keep_alive;
    if (watch_) [[unlikely]]
        begin_watch(&head);
    if (added_) [[unlikely]]
        add_fields(&head);
    if (!head.chunked && head.length == 0) {
        body_ = {};
        if (!locate(memory)) {
            end_request();
            return step::next;
        }
        body_.pulled = is_pulled(route_->body);
        return dispatch(memory);
    }
    return begin_body(head);
}

/// Answers a message that cannot be understood; nothing after it can be trusted.
connection::step connection::refuse(int status, std::string message)
{
    if (!in_request_) { // of this message nothing is known, but perhaps that it wants no content
        frame_ = {};
        frame_.head_only = asks_for_head_only(input_);
        frame_.added = added_.get();
        if (added_)
            add_fields(nullptr);
    }
    frame_.keep_alive = false;
    if (watch_ && !watch_->is_active())
        begin_watch(nullptr);
    failure const why(status, std::move(message), failure::origin::protocol);
    auto const before = out_.size();
    append_failure(out_, why, frame_, {});
    if (watch_) {
        watch_->note_answer(std::string_view(out_).substr(before));
        end_watch(request_end::finished);
    }
    open_ = false;
    in_request_ = false;
    return step::close;
}

// ---- bodies -----------------------------------------------------------------------------------------

/// A multipart_reader and a body_reader keep nothing: their handler bounds them. A form that is kept whole
/// has its described parameter.
std::uint64_t connection::body_limit() const noexcept
{
    if (!body_.pulled)
        return limits().body_size.bytes;
    bool const is_kept = std::ranges::find(route_->parameters, parameter_place::body, &parameter::place)
        != route_->parameters.end();
    auto const form = limits().multipart_size.bytes;
    return is_kept && form != 0 ? form : std::numeric_limits<std::uint64_t>::max();
}

std::string connection::too_large() const
{
    return "the body is larger than " + to_text(size_setting(body_limit()));
}

std::string connection::reason_of_bad_chunks() const
{
    return body_.chunks->status() == 413 ? too_large() : "the chunked body is malformed";
}

connection::step connection::begin_body(request_head const& head)
{
    body_ = {};
    body_.complete = false;
    body_.kind = head.chunked ? body_state::mode::chunked : body_state::mode::length;
    body_.left = head.length;
    body_.clock = body_clock(ticks_of(limits().body_timeout), limits().body_rate.bytes);
    auto& memory = worker_->scratch;
    // A refusal is written before the body has come: a small body is read and dropped, else the connection
    // ends.
    bool const wanted = open_;
    body_.discard = open_ && !head.chunked && !head.expect_continue && head.length <= drain_limit;
    open_ = frame_.keep_alive = body_.discard;
    if (locate(memory)) {
        body_.pulled = is_pulled(route_->body);
        if (head.length > body_limit()) {
            write_failure(failure(413, too_large(), failure::origin::protocol));
            route_ = nullptr;
        }
    }
    if (!route_)
        return answer_early();
    open_ = frame_.keep_alive = wanted;
    body_.discard = false;

    if (head.chunked) {
        chunk_limits chunks;
        chunks.total = body_limit();
        body_.chunks = std::make_unique<chunk_reader>(chunks);
    }
    take_in_body();
    if (head.expect_continue && !body_.complete && body_.size == 0)
        out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    if (body_.pulled) {
        body_.has_reader = !body_.complete;
        call_.body_stream = body_.complete ? body_reader(std::string(input_.begin() + head_size_, body_.size))
                                           : make_body_reader();
        return dispatch(memory);
    }
    enter_body();
    return step::next;
}

connection::step connection::answer_early()
{
    if (!body_.discard) {
        if (watch_)
            end_watch(request_end::finished);
        in_request_ = false;
        return step::close;
    }
    enter_body();
    return step::next;
}

/// Moves what input_ holds of the body behind the head, decoded and without gaps.
void connection::take_in_body()
{
    auto const buffered = input_.size() - head_size_ - body_.size;
    if (body_.kind == body_state::mode::tunnel) {
        body_.size += buffered;
        return;
    }
    if (body_.kind == body_state::mode::length) {
        auto const taken = static_cast<std::size_t>(std::min<std::uint64_t>(body_.left, buffered));
        body_.left -= taken;
        body_.size += taken;
        body_.complete = body_.left == 0;
        return;
    }
    auto const from = head_size_ + body_.size; // raw octets begin here
    char* const raw = const_cast<char*>(input_.begin()) + from;
    char* to = raw;
    char const* const rest = body_.chunks->feed(raw, input_.end(), [&to](char const* data, std::size_t size) {
        std::memmove(to, data, size);
        to += size;
    });
    body_.size += static_cast<std::size_t>(to - raw);
    input_.erase(head_size_ + body_.size, static_cast<std::size_t>(rest - to));
    body_.complete = body_.chunks->done();
}

connection::step connection::continue_body()
{
    if (body_.discard) {
        take_in_body();
        input_.consume(head_size_ + body_.size);
        head_size_ = 0;
        body_.size = 0;
        if (!body_.complete)
            return want_input();
        end_request();
        return step::next;
    }
    if (!body_.complete)
        take_in_body();
    if (body_.kind == body_state::mode::chunked && body_.chunks->failed())
        return refuse(body_.chunks->status(), reason_of_bad_chunks());
    if (!body_.complete) {
        auto const expected = static_cast<std::size_t>(std::min<std::uint64_t>(body_.left, longest_leap));
        input_.make_room(head_size_ + body_.size + expected + 1);
        return step::read;
    }
    // Other connections used the scratch head while this one waited: read it again.
    auto& memory = worker_->scratch;
    std::uint32_t resume = 0;
    memory.head.read(input_.begin(), input_.begin() + head_size_, resume, shared().heads);
    if (!locate(memory)) {
        end_request();
        return step::next;
    }
    return dispatch(memory);
}

std::string connection::take_body_chunk(std::size_t block)
{
    body_.was_pulled = true;
    if (!body_.complete)
        take_in_body();
    if (body_.kind == body_state::mode::chunked && body_.chunks->failed()) {
        open_ = false;
        throw http_error(body_.chunks->status(), reason_of_bad_chunks());
    }
    std::string chunk(input_.begin() + head_size_, body_.size);
    bool const had_head = head_size_ != 0; // its views still live
    input_.consume(head_size_ + body_.size);
    head_size_ = 0;
    body_.size = 0;
    if (chunk.empty() && !body_.complete)
        input_.make_room(block);
    else if (!had_head && input_.capacity() >= body_block::usual)
        input_.release(); // whoever has the chunk may take long, and needs no second one in memory
    return chunk;
}

/// What comes behind the head is the tunnel's, should the answer be 101, else the next request's.
void connection::offer_tunnel()
{
    body_.kind = body_state::mode::tunnel;
    body_.complete = false;
    body_.has_reader = true;
    call_.opens_websocket = true;
    call_.body_stream = make_body_reader();
}

/// The handler does not want more of the body than it has.
void connection::leave_body()
{
    bool const is_offer = body_.kind == body_state::mode::tunnel;
    if (is_offer && !body_.was_pulled) {
        body_.complete = true;
        body_.has_reader = false;
        return;
    }
    if (!body_.complete && !is_offer)
        take_in_body();
    if (!body_.complete || is_offer)
        take_no_more();
}

// ---- time -------------------------------------------------------------------------------------------

void connection::received(std::size_t count)
{
    input_.commit(count);
    if (phase_ != phase::body)
        return;
    auto const now = worker_->now();
    body_.clock.take(now - body_.waits_since, count);
    enter_body();
}

void connection::received_at_once(std::size_t count)
{
    input_.commit(count);
    body_.clock.take(0, count);
}

void connection::read_timed_out()
{
    bool const answered = phase_ == phase::body && body_.discard;
    if ((phase_ == phase::head || phase_ == phase::body) && !answered)
        refuse(408, "the request did not arrive in time");
    open_ = false;
    in_request_ = false;
    if (watch_)
        end_watch(request_end::finished);
}

} // namespace framex
