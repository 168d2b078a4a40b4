/// The time of a test: handlers that sleep for hours answer at once.
#pragma once

#include <framex/fwd.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>

namespace framex::test {

/// Holds the time of a context that a client runs. From its constructor on time stands still while code runs,
/// so that results do not depend on how fast the machine is. It moves
///
/// - by advance();
/// - to the end of the next sleep, when the client waits for an answer and nothing is left to run. Else a
///   handler that sleeps could never answer the one thread that also owns the clock;
/// - as real time does, while an exchange of http_client has a connection or a job of remote() is awaited.
///   Else every time limit on them would come at once.
///
/// It rules what goes by sleep_for: that itself, with_timeout, intervals made of them. What asks
/// std::chrono::steady_clock or waits on an asio::steady_timer of its own keeps real time, as do sleeps on a
/// strand, the time limits of http_client and the lifetime of cached results. Sockets of a handler's own are
/// not seen: a sleep that runs beside them ends at once.
class clock {
public:
    using duration = std::chrono::steady_clock::duration;

    /// The context is run by one thread, which calls this, too.
    explicit clock(asio::io_context& context);

    /// How far time has moved since the clock was made.
    duration now() const;

    /// Moves time by `d`, stopping at each sleeper's time to wake it and to run what it does next. What
    /// awaits something outside of the test goes on when the client next waits.
    void advance(duration d);

private:
    asio::io_context* context_;
    std::chrono::steady_clock::time_point begin_;
};

} // namespace framex::test
