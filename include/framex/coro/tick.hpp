/// The shared clock of all sleepers of one io_context: ticks of 1 ms, one timer, all that is due wakes in one
/// go.
#pragma once

#include <framex/fwd.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

namespace framex {

class reserved_memory;

/// A wheel of 4,096 slots of 1 ms; a longer sleep stays in its slot for several rounds. Safe on a context
/// that runs on several threads. sleep_for is the way to use it.
class tick_service : public asio::execution_context::service {
public:
    static asio::execution_context::id id;

    enum class outcome : unsigned char { woken, cancelled, destroyed };
    /// One sleeper, owned by whoever adds it, at a fixed address until `finish` is called, which happens
    /// once: woken in a thread of the context, cancelled inside cancel(), destroyed while the context goes
    /// away.
    struct node {
        node* prev = nullptr; // null: not on the wheel, or on its way out
        node* next = nullptr;
        std::uint64_t due = 0;
        void (*finish)(node&, outcome) = nullptr;
    };

    explicit tick_service(asio::io_context& context);
    ~tick_service() override;

    /// The service of the context behind `executor`; null unless that is an io_context's own executor.
    static tick_service* of(asio::any_io_executor const& executor);

    /// Wakes `n` at the first tick that is at least `d` away.
    void add(node& n, std::chrono::steady_clock::duration d);
    /// Finishes `n` now, unless it is on its way already.
    void cancel(node& n);

    /// For tests: time stands still from now on, except for pass(), and sleepers no longer keep the context
    /// running.
    void hold();
    bool is_held() const;
    /// The held time; of steady_clock when it is not held.
    std::chrono::steady_clock::time_point time() const;
    /// How far the first sleeper's tick is away; nullopt: nobody sleeps.
    std::optional<std::chrono::steady_clock::duration> until_next() const;
    /// Moves the held time; who is due is woken by a handler of the context.
    void pass(std::chrono::steady_clock::duration d);

private:
    static constexpr std::size_t slots = 4096;
    static constexpr std::uint64_t never = ~std::uint64_t{};
    using timer = asio::basic_waitable_timer<std::chrono::steady_clock,
        asio::wait_traits<std::chrono::steady_clock>, asio::io_context::executor_type>;
    struct due_list;

    void shutdown() noexcept override;
    std::uint64_t now() const;
    void put(node& n);
    void arm(std::uint64_t due);
    void arm_next();
    void arm_again();
    void turn();
    node* collect(std::uint64_t now);

    std::mutex mutable mutex_; // guards everything below; no handler runs while it is held
    std::array<node, slots> wheel_;
    std::array<std::uint64_t, slots / 64> used_{}; // a bit a slot; set for every slot that is not empty
    std::unique_ptr<reserved_memory> const timer_memory_; // outlives the wait of the timer
    timer timer_;
    std::uint64_t at_; // the first tick that has not been looked at
    std::uint64_t armed_ = never;
    std::size_t waiting_ = 0;
    std::optional<std::chrono::steady_clock::time_point> held_;
};

} // namespace framex
