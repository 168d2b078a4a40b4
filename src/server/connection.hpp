/// One connection's protocol, without I/O: octets in, answers out, and what has to happen next.
/// Split by step: connection.cpp reads heads and bodies, dispatch.cpp runs routes and writes answers.
#pragma once

#include "http/body_clock.hpp"
#include "http/input_buffer.hpp"
#include "server/compression.hpp"
#include "server/failure.hpp"
#include "server/watch.hpp"
#include "server/worker.hpp"
#include "server/writer.hpp"

#include <framex/http/chunk.hpp>
#include <framex/plugin/route.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace framex {

/// The Content-Type of a route's stream.
std::string_view stream_type(route const& entry) noexcept;

class connection : public registered_connection, private sender {
public:
    explicit connection(std::shared_ptr<worker> owner);
    ~connection() override;

    void renew() final;

protected:
    /// What the I/O loop does next.
    enum class step : unsigned char {
        flush, ///< send out_, then advance
        read, ///< send out_, then read more
        serve, ///< await route_->serve(*route_, call_), then serve_finished()
        stream, ///< send the generator in call_.result, then stream_finished()
        close, ///< send out_, then end
        next, ///< (inside) go on with the next buffered request
    };
    enum class phase : unsigned char { idle, head, body, handler, stream, write, closing };

    /// Goes on with what is buffered.
    step advance();
    /// Octets have arrived in input_.
    void received(std::size_t count);
    /// The same of a body that is pulled, when nobody has waited for them.
    void received_at_once(std::size_t count);
    /// The deadline of a read has passed: whether an answer must still be sent.
    void read_timed_out();
    /// After serve; `error` is what it threw.
    step serve_finished(std::exception_ptr error);
    /// The answer that is being made is the last one.
    void take_no_more() noexcept { open_ = frame_.keep_alive = false; }
    /// After a stream: whether the connection may be used again.
    void stream_finished(bool whole);

    /// For a route that pulls its body: the next octets of it that are buffered; empty: read more.
    std::string take_body_chunk(std::size_t block);
    bool body_complete() const noexcept { return body_.complete; }
    /// The octets of both sides go on as they are: the answer was 101.
    bool is_tunnel() const noexcept { return is_tunnel_; }
    /// The request asks for one, which is not answered yet.
    bool offers_tunnel() const noexcept { return body_.kind == body_state::mode::tunnel && !is_tunnel_; }
    /// Nothing more of the body comes.
    void end_body() noexcept { body_.complete = true; }
    void body_broke_off() noexcept { open_ = false; }

    bool chunked_stream() const noexcept { return frame_.http11 && !promised_ && !is_tunnel_; }
    /// Whether an error may be told as the stream's last event.
    bool is_event_stream() const noexcept { return sends_events_; }
    /// Of a stream with a length: whether what out_ holds from `begin` on keeps it. Octets beyond it are not
    /// sent.
    bool keeps_promise(std::size_t begin, bool ended);
    worker& owner() const noexcept { return *worker_; }
    service const& shared() const noexcept { return *service_; }
    limit_settings const& limits() const noexcept { return shared().settings.limits; }
    void enter(phase next, std::chrono::milliseconds limit) noexcept;
    /// Goes on with a phase whose deadline stood still from `since` on.
    void go_back(phase to, tick deadline, tick since) noexcept;
    /// Octets of the body are waited for from now on.
    void enter_body() noexcept;

    /// What a handler or stream threw, as a reply; tells the app's error sink what the client will not see.
    failure failure_of(std::exception_ptr const& error, bool client_sees_it = true);

    /// How the octets of a body are pulled; made by the I/O side.
    virtual body_reader make_body_reader() = 0;

    std::shared_ptr<worker> worker_;
    std::shared_ptr<service const> service_; ///< of the present request: outlives all that it made
    input_buffer input_;
    std::string out_;
    invocation call_;
    route const* route_ = nullptr;
    phase phase_ = phase::idle;
    tick deadline_ = never;
    bool open_ = true; ///< further requests are read
    bool gone_ = false; ///< the client has left
    bool timed_out_ = false;
    request_end end_ = request_end::finished; ///< of a request that does not come to its proper end
    std::optional<std::uint64_t> promised_; ///< octets of a stream with a length that have not been sent
    std::unique_ptr<request_watch> watch_; ///< null when the app has no access sink

private:
    struct body_state {
        enum class mode : unsigned char { none, length, chunked, tunnel };
        mode kind = mode::none;
        bool complete = true;
        bool discard = false; ///< answered already: the octets are dropped
        bool pulled = false; ///< the route takes it as it comes
        bool has_reader = false; ///< who pulls takes it out of input_
        bool was_pulled = false; ///< octets were asked for
        std::uint64_t left = 0; ///< of a body with a length: octets that have not come
        std::size_t size = 0; ///< octets of it behind the head in input_, decoded
        std::unique_ptr<chunk_reader> chunks{}; ///< null unless it is chunked
        body_clock clock{};
        tick waits_since = never;
    };

    step begin_request();
    step want_input();
    step begin_body(request_head const& head);
    step answer_early();
    void offer_tunnel();
    void leave_body();
    /// What the body that is being read may have in all; a pulled one is a form.
    std::uint64_t body_limit() const noexcept;
    std::string too_large() const;
    std::string reason_of_bad_chunks() const;
    step continue_body();
    void take_in_body();
    step refuse(int status, std::string message);

    bool locate(scratch_memory& memory);
    step dispatch(scratch_memory& memory);
    step write_result();
    response* whole_answer();
    std::string_view coded_value();
    bool write_stream_head();
    step begin_stream(std::size_t head);
    void write_failure(failure const& why);
    void end_request();
    void begin_watch(request_head const* head);
    void end_watch(request_end how);
    void answer_options(request_head const& head, std::string_view allow);
    void add_fields(request_head const* head);

    body_state body_;
    answer_frame frame_;
    std::unique_ptr<added_fields> added_; ///< null when no setting and no access sink adds any
    std::uint32_t resume_ = 0;
    std::uint32_t head_size_ = 0;
    bool in_request_ = false; ///< the head was read
    bool suspended_ = false; ///< counted in worker::in_flight
    bool enveloped_ = true; ///< style of this request's errors
    bool sends_events_ = false; ///< in the phase `stream`
    bool is_tunnel_ = false; ///< in the phase `stream`
    coding accepted_ = coding::identity; ///< what a whole answer is sent in
};

} // namespace framex
