/// Server-sent events: the event, its writer and its parser. WHATWG HTML section 9.2.
#pragma once

#include <framex/fwd.hpp>
#include <framex/model/json.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace framex {

/// One event of a text/event-stream.
struct sse_event {
    std::string event; // the type; empty means "message"
    std::string data; // may hold line ends: each line becomes its own data field
    std::string id;
    std::optional<std::chrono::milliseconds> retry;
    std::string comment; // not seen by the client's code; alone it makes a keep-alive

    sse_event() = default;
    explicit(false) sse_event(std::string type, std::string payload = {}, std::string event_id = {})
        : event(std::move(type)), data(std::move(payload)), id(std::move(event_id))
    {
    }
};

/// Appends the event as it goes over the wire, with its closing empty line.
/// An event without type and data is written without a data field when it has a comment, an id or a retry;
/// the client then dispatches nothing. Nothing can forge a field: data and comment are split at LF, CR LF and
/// CR; of event and id, CR, LF and NUL are dropped (a client ignores an id with NUL). A negative retry is
/// left out.
void append_event(std::string& out, sse_event const& event);

/// The event as append_event() writes it.
std::string to_text(sse_event const& event);

/// One event of the framework's own streams: the type, and JSON data with a space after ":" and ",". Text
/// becomes
/// {"content": text}, an object is written as it is, nothing and what is empty become {}.
sse_event make_stream_event(std::string_view type);
sse_event make_stream_event(std::string_view type, std::string_view content);

/// The same for data that is compact JSON text already.
sse_event make_stream_event_from_json(std::string_view type, std::string_view json_text);

/// The same for a model, a vector or a map; see to_json().
template <class T>
    requires(!std::convertible_to<T const&, std::string_view>)
sse_event make_stream_event(std::string_view type, T const& data)
{
    return make_stream_event_from_json(type, to_json(data));
}

/// Compact JSON text with a space after every ":" and "," outside of strings, as Python spells it. Linear.
std::string spaced_json(std::string_view compact);

/// Reads a text/event-stream, fed at any split. WHATWG HTML section 9.2.6.
/// A byte-order mark is dropped, lines end in LF, CR LF or CR, an id with NUL and a retry that is not all
/// digits are ignored, an event without data is not dispatched, and neither is one that the stream's end cut
/// off.
class sse_parser {
public:
    /// `limit`: octets that one event may take before it is dispatched. `last_event_id`: of the stream that
    /// this one goes on with; it holds until the server sends another.
    explicit sse_parser(std::size_t limit = 1'048'576, std::string const& last_event_id = {})
        : limit_(limit), id_(last_event_id), last_id_(last_event_id)
    {
    }

    /// Reads the next octets and calls f(sse_event&&) for every event they complete; its id is the last one
    /// seen. Throws std::length_error when an event is over the limit; the stream is then of no more use.
    template <class F>
    void feed(std::string_view octets, F&& f)
    {
        while (read_line(octets))
            if (take_line())
                f(take_event());
    }

    /// What a client sends as Last-Event-ID when it connects again.
    std::string const& last_event_id() const noexcept { return last_id_; }
    /// The last retry, if there was one.
    std::optional<std::chrono::milliseconds> reconnection_time() const noexcept { return retry_; }

private:
    bool read_line(std::string_view& octets);
    bool take_line();
    void take_field(std::string_view name, std::string_view value);
    sse_event take_event();

    std::size_t limit_;
    std::string line_, id_, last_id_; // id_ counts once its event has ended
    sse_event event_;
    std::optional<std::chrono::milliseconds> retry_;
    bool first_line_ = true, after_cr_ = false, line_done_ = false, has_data_ = false;
};

} // namespace framex
