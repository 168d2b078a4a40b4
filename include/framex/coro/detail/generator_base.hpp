/// What every generator's promise has, whatever it yields: state, owners, the waiting consumer.
#pragma once

#include <framex/fwd.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <coroutine>
#include <exception>
#include <utility>

namespace framex::detail {

/// The frame has two owners: the consumer's handle and the operation that the body awaits. The waiting
/// consumer belongs to that operation (through waiter_), never to the generator, so nothing leaks when the
/// context dies.
class generator_base {
public:
    enum class state : unsigned char { running, waited_for, settled };
    using waiter = asio::any_completion_handler<void()>;

    generator_base() = default;
    generator_base(generator_base const&) = delete;
    generator_base& operator=(generator_base const&) = delete;

    /// Runs the body; true when it yielded, returned or threw without suspending in an operation.
    bool step(std::coroutine_handle<> frame)
    {
        bool here = false;
        arrived_ = &here; // the body reports to whoever resumed it: no atomics for a ready item
        state_.store(state::running, std::memory_order_relaxed);
        frame.resume();
        return here;
    }
    bool settled() const noexcept { return state_.load(std::memory_order_acquire) == state::settled; }

    /// Completes `w` once the body settles; its cancellation reaches the operation that the body awaits.
    void wait(waiter w)
    {
        if (auto slot = asio::get_associated_cancellation_slot(w); slot.is_connected())
            slot.assign([this](asio::cancellation_type type) { cancel_.emit(type); });
        waiter_.swap(w); // 1.81's any_completion_handler must not be move-assigned
        state expected = state::running;
        if (!state_.compare_exchange_strong(expected, state::waited_for))
            asio::post(executor_, take_waiter()); // it settled meanwhile, on another thread
    }
    waiter take_waiter() noexcept
    {
        waiter w;
        w.swap(waiter_);
        if (w)
            if (auto slot = asio::get_associated_cancellation_slot(w); slot.is_connected())
                slot.clear();
        return w;
    }

    void share() noexcept { owners_.fetch_add(1); }
    void release() noexcept
    {
        if (owners_.fetch_sub(1) == 1)
            frame_.destroy();
    }
    bool abandoned() const noexcept { return abandoned_.load(); }
    /// Nothing more is wanted: the operation is cancelled, and the body is not resumed when it has ended. So
    /// are the bodies that it pulls from. Their buffers stay valid until then.
    void abandon()
    {
        for (auto* each = this; each; each = each->source_)
            each->abandoned_ = true;
        cancel_.emit(asio::cancellation_type::terminal);
    }
    /// The consumer's handle dies.
    void drop() noexcept
    {
        if (owners_.load() > 1)
            abandon();
        release();
    }
    /// After an operation, with that one's share: runs the body, gives the share back and wakes whoever
    /// waits.
    void resume()
    {
        bool here = abandoned();
        if (here)
            done_ = true;
        else {
            arrived_ = &here;
            frame_.resume();
        }
        waiter w;
        if (here && state_.exchange(state::settled) == state::waited_for)
            take_waiter().swap(w);
        release(); // before the consumer runs: it may drop the generator, which then ends at once
        if (w)
            std::move(w)();
    }

    asio::any_io_executor executor_;
    asio::cancellation_signal cancel_; // reaches the operation that the body awaits
    std::exception_ptr error_;
    generator_base* source_ = nullptr; ///< the generator whose next() the body awaits
    bool done_ = false;

protected:
    void arrive() noexcept { *arrived_ = true; }
    std::coroutine_handle<> frame_;

private:
    bool* arrived_ = nullptr;
    waiter waiter_;
    std::atomic<state> state_{state::settled};
    std::atomic<unsigned char> owners_{1};
    std::atomic<bool> abandoned_{false};
};

/// The handler's side of an operation that a body awaits: one share of the frame. Invoked, it resumes the
/// body; destroyed uninvoked (the context went away), it lets consumer and frame go.
class resumer {
public:
    explicit resumer(generator_base& g) noexcept : generator_(&g) { g.share(); }
    resumer(resumer&& other) noexcept : generator_(std::exchange(other.generator_, nullptr)) {}
    resumer& operator=(resumer&&) = delete;
    ~resumer()
    {
        if (auto* g = std::exchange(generator_, nullptr)) {
            {
                auto abandoned = g->take_waiter();
            }
            g->release();
        }
    }
    generator_base& generator() const noexcept { return *generator_; }
    void resume() { std::exchange(generator_, nullptr)->resume(); }

private:
    generator_base* generator_;
};

} // namespace framex::detail
