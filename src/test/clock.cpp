#include "engine/engine_service.hpp"
#include "test/run.hpp"

#include <framex/client/connection_pool.hpp>
#include <framex/coro/tick.hpp>
#include <framex/test/clock.hpp>

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace framex::test {

namespace {

constexpr int most_jumps = 100'000; // from sleeper to sleeper without an answer: a loop that never ends

tick_service& ticks_of(asio::io_context& context) { return *tick_service::of(context.get_executor()); }

[[noreturn]] void throw_never()
{
    throw std::logic_error("the app waits for something that will never come");
}

/// Whether framex awaits something that no sleeper brings about.
bool is_outside_awaited(asio::io_context& context)
{
    asio::any_io_executor const executor = context.get_executor();
    return connections_in_use(executor) != 0 || engine_service::of(executor).callers->count() != 0;
}

/// Waits for a handler as long as nobody's sleep ends; time passes meanwhile.
void wait_outside(asio::io_context& context, tick_service& ticks)
{
    auto const begin = std::chrono::steady_clock::now();
    if (auto const next = ticks.until_next())
        context.run_one_for(*next);
    else if (context.run_one() == 0)
        throw_never();
    ticks.pass(std::chrono::steady_clock::now() - begin);
}

/// One handler, or the way to the next one: whether it was a jump to the next sleeper.
bool step(asio::io_context& context, tick_service& ticks)
{
    if (context.poll_one() != 0)
        return false;
    auto const next = ticks.until_next();
    if (!next || is_outside_awaited(context)) {
        wait_outside(context, ticks);
        return false;
    }
    context.restart();
    ticks.pass(*next);
    return true;
}

} // namespace

void run(asio::io_context& context, awaitable<> body)
{
    bool ended = false;
    std::exception_ptr error;
    asio::co_spawn(context, std::move(body), [&](std::exception_ptr thrown) {
        ended = true;
        error = thrown;
    });
    context.restart();
    auto& ticks = ticks_of(context);
    int jumps = 0;
    while (!ended) {
        bool const goes_on =
            ticks.is_held() ? (jumps += step(context, ticks)) <= most_jumps : context.run_one() != 0;
        if (!goes_on)
            throw_never();
    }
    if (error)
        std::rethrow_exception(error);
}

clock::clock(asio::io_context& context) : context_(&context)
{
    auto& ticks = ticks_of(context);
    ticks.hold();
    begin_ = ticks.time();
}

clock::duration clock::now() const { return ticks_of(*context_).time() - begin_; }

void clock::advance(duration d)
{
    auto& ticks = ticks_of(*context_);
    auto const end = ticks.time() + d;
    for (bool is_there = false; !is_there;) {
        context_->restart();
        context_->poll();
        auto const left = end - ticks.time();
        auto const next = ticks.until_next().value_or(left);
        is_there = next > left || left <= duration::zero();
        ticks.pass(std::min(next, left));
    }
    context_->restart();
    context_->poll();
}

} // namespace framex::test
