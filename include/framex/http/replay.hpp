/// The last events of one source, for any number of streams that follow it and come back where they were.
#pragma once

#include <framex/coro/async_generator.hpp>
#include <framex/http/sse.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace framex {

/// What a replay keeps; the older events go as soon as one of both is exceeded, the last one always stays.
struct replay_limits {
    std::size_t events = 1'000;
    std::size_t octets = 8 << 20; ///< of their texts
};

/// A ring of events. Whoever makes them pushes; each stream that follows gets what is kept, then what comes:
///
///     framex::async_generator<framex::sse_event> follow(framex::request asked)
///     {
///         return prices_.follow(std::string(asked.headers["Last-Event-ID"]));
///     }
///
/// Every event is kept once, whoever follows; a stream holds no queue, only its place, and copies the one
/// event that it hands over. A model is written when it is pushed (make_stream_event), so once for all.
///
/// A stream that is slower than the ring goes on with the oldest event that is kept, after an event of type
/// `gap` whose data is {"lost": 17}: how many it has missed. It is not ended: it would only come back, with
/// an id that is gone and as slow as before. A comment would not do, either: an EventSource hides it, and its
/// user would go on with wrong numbers. The gap has no id, so the last one that was seen stays valid.
///
/// push(), follow() and finish() may be called from any thread at any time; each stream belongs to the
/// executor that pulls it, and may outlive the replay.
class replay {
public:
    explicit replay(replay_limits limits = {});
    replay(replay const&) = delete;
    replay& operator=(replay const&) = delete;
    /// Does what finish() does.
    ~replay();

    /// Keeps the event and wakes whoever waits for it. Gives its id: its own, or one that no other replay
    /// gives, neither in this process nor in the next. Throws std::logic_error after finish().
    std::string push(sse_event event);

    /// The events after the one of that id, those to come included, up to finish(). Its place is taken now,
    /// not when it is first pulled. "" is a new client: it gets all that is kept. follow(last_id()) gives
    /// only what is still to come. An id that is not kept (any more) gives a `gap` with data {}, then all
    /// that is kept.
    async_generator<sse_event> follow(std::string const& last_event_id = {}) const;

    /// Of the event that was pushed last; "" before the first.
    std::string last_id() const;

    /// Streams end once they have given what is kept.
    void finish() noexcept;

private:
    struct state;
    class place;
    static async_generator<sse_event> give(std::shared_ptr<state> self, std::uint64_t next, bool knows_id);

    std::shared_ptr<state> state_;
};

} // namespace framex
