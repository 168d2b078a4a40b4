#include "coro/reserved_memory.hpp"

#include <framex/coro/tick.hpp>

#include <boost/asio/post.hpp>
#include <boost/assert.hpp>

#include <algorithm>
#include <atomic>
#include <bit>

namespace framex {

namespace {

std::atomic<unsigned> generation{
    1}; // counts contexts that went away: a later one may have a dead one's address

std::uint64_t tick_of(std::chrono::steady_clock::time_point time)
{
    auto const since = time.time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

void link(tick_service::node& list, tick_service::node& n)
{
    n.prev = list.prev;
    n.next = &list;
    list.prev->next = &n;
    list.prev = &n;
}

void unlink(tick_service::node& n)
{
    n.prev->next = n.next;
    n.next->prev = n.prev;
    n.prev = n.next = nullptr;
}

} // namespace

asio::execution_context::id tick_service::id;

tick_service::tick_service(asio::io_context& context)
    : asio::execution_context::service(context), timer_memory_(std::make_unique<reserved_memory>()),
      timer_(context.get_executor()), at_(tick_of(std::chrono::steady_clock::now()))
{
    for (auto& head : wheel_)
        head.prev = head.next = &head;
}

tick_service::~tick_service() { ++generation; }

tick_service* tick_service::of(asio::any_io_executor const& executor)
{
    // a thread runs one context: the service that was asked for last is nearly always the one
    thread_local asio::io_context const* last = nullptr;
    thread_local tick_service* service = nullptr;
    thread_local unsigned seen = 0;

    auto const* native = executor.target<asio::io_context::executor_type>();
    if (!native)
        return nullptr;
    auto& context = native->context();
    if (auto const current = generation.load(std::memory_order_relaxed);
        &context != last || current != seen) {
        service = &asio::use_service<tick_service>(context);
        last = &context;
        seen = current;
    }
    return service;
}

std::uint64_t tick_service::now() const { return tick_of(held_ ? *held_ : std::chrono::steady_clock::now()); }

void tick_service::add(node& n, std::chrono::steady_clock::duration d)
{
    auto const ms = std::chrono::ceil<std::chrono::milliseconds>(d).count();
    std::lock_guard lock(mutex_);
    auto const t = now();
    if (waiting_ == 0)
        at_ = t;
    n.due = t + (ms > 0 ? static_cast<std::uint64_t>(ms) : 0);
    if (!held_ || n.due == t)
        ++n.due; // the tick that is passing does not count
    if (n.due < armed_)
        arm(n.due); // before the node is on the wheel: it throws when there is no memory
    put(n);
}

void tick_service::put(node& n)
{
    auto const slot = n.due % slots;
    link(wheel_[slot], n);
    used_[slot / 64] |= std::uint64_t{1} << (slot % 64);
    ++waiting_;
}

void tick_service::cancel(node& n)
{
    {
        std::lock_guard lock(mutex_);
        if (!n.prev)
            return; // on its way
        unlink(n);
        if (--waiting_ == 0) { // nobody sleeps: the timer must not keep the context running
            timer_.cancel();
            armed_ = never;
        }
    }
    n.finish(n, outcome::cancelled);
}

void tick_service::arm(std::uint64_t due)
{
    armed_ = held_ ? due : never;
    if (held_)
        return;
    timer_.expires_at(std::chrono::steady_clock::time_point(std::chrono::milliseconds(due)));
    timer_.async_wait(in_reserved(*timer_memory_, [this](error_code ec) {
        if (!ec)
            turn();
        else
            arm_again();
    }));
    armed_ = due;
}

/// A wait was cancelled: for another one, which perhaps found no memory. That of this one is free now.
void tick_service::arm_again()
{
    std::lock_guard lock(mutex_);
    if (waiting_ && armed_ == never)
        arm_next();
}

void tick_service::arm_next()
{
    for (std::uint64_t i = 0; i < slots;) {
        auto const slot = (at_ + i) % slots;
        if (auto const word = used_[slot / 64] >> (slot % 64); word)
            return arm(at_ + i + static_cast<std::uint64_t>(std::countr_zero(word)));
        i += 64 - slot % 64;
    }
}

/// Those who are due, chained by `next`. What a throwing handler leaves behind goes back on the wheel.
struct tick_service::due_list {
    tick_service& service;
    node* first;

    ~due_list()
    {
        if (!first)
            return;
        std::lock_guard lock(service.mutex_);
        auto const soon = service.now() + 1;
        while (first) {
            auto* n = std::exchange(first, first->next);
            n->due = soon;
            service.put(*n);
        }
        try {
            if (soon < service.armed_)
                service.arm(soon);
        } catch (std::bad_alloc const&) { // arm_again() comes
        }
    }
};

tick_service::node* tick_service::collect(std::uint64_t t)
{
    node* first = nullptr;
    node** last = &first;
    if (at_ + slots <= t)
        at_ = t - slots + 1;
    for (; at_ <= t; ++at_) {
        auto const slot = at_ % slots;
        auto const bit = std::uint64_t{1} << (slot % 64);
        if (!(used_[slot / 64] & bit))
            continue;
        auto& head = wheel_[slot];
        for (node* n = head.next; n != &head;) {
            node* const following = n->next;
            if (n->due <= t) {
                unlink(*n);
                --waiting_;
                *last = n;
                last = &n->next;
            }
            n = following;
        }
        if (head.next == &head)
            used_[slot / 64] &= ~bit;
    }
    return first;
}

void tick_service::turn()
{
    due_list due{*this, nullptr};
    {
        std::lock_guard lock(mutex_);
        armed_ = never;
        due.first = collect(now());
        if (waiting_)
            arm_next();
    }
    while (due.first) {
        auto* n = std::exchange(due.first, due.first->next);
        n->finish(*n, outcome::woken);
    }
}

void tick_service::hold()
{
    std::lock_guard lock(mutex_);
    if (held_)
        return;
    held_ = std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now()); // a tick
    timer_.cancel();
}

bool tick_service::is_held() const
{
    std::lock_guard lock(mutex_);
    return held_.has_value();
}

std::chrono::steady_clock::time_point tick_service::time() const
{
    std::lock_guard lock(mutex_);
    return held_ ? *held_ : std::chrono::steady_clock::now();
}

std::optional<std::chrono::steady_clock::duration> tick_service::until_next() const
{
    std::lock_guard lock(mutex_);
    if (waiting_ == 0)
        return std::nullopt;
    auto first = never;
    for (std::size_t i = 0; i < used_.size(); ++i)
        for (auto word = used_[i]; word; word &= word - 1) {
            auto const& head = wheel_[i * 64 + static_cast<std::size_t>(std::countr_zero(word))];
            for (auto const* n = head.next; n != &head; n = n->next)
                first = std::min(first, n->due);
        }
    std::chrono::steady_clock::time_point const due(
        std::chrono::milliseconds(static_cast<std::int64_t>(first)));
    return std::max(due - (held_ ? *held_ : std::chrono::steady_clock::now()),
        std::chrono::steady_clock::duration::zero());
}

void tick_service::pass(std::chrono::steady_clock::duration d)
{
    {
        std::lock_guard lock(mutex_);
        BOOST_ASSERT(held_);
        *held_ += d;
        if (waiting_ == 0 || armed_ > now())
            return;
    }
    asio::post(timer_.get_executor(), [this] { turn(); });
}

void tick_service::shutdown() noexcept
{
    for (auto& head : wheel_)
        while (head.next != &head) {
            node& n = *head.next;
            unlink(n);
            n.finish(n, outcome::destroyed);
        }
    timer_.cancel();
}

} // namespace framex
