// How an app is made ready, and the life of its plugins.
#include "server/app_state.hpp"

#include "engine/engine_service.hpp"

#include <framex/coro/sleep.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

namespace framex {

namespace {
constexpr std::chrono::milliseconds sweep_pause{100};
} // namespace

void add_entry(std::vector<plugin_entry>& to, plugin_entry entry)
{
    if (std::ranges::find(to, entry.id, &plugin_entry::id) != to.end())
        throw load_error(
            {"two plugins have the id " + entry.id + "; load one of them, or give it another id"});
    to.push_back(std::move(entry));
}

std::shared_ptr<generation> app::state::generate(std::vector<plugin_entry> entries) const
{
    generation_options const options{executor, configuration, on_access, on_error, on_log};
    return std::make_shared<generation>(std::move(entries), options);
}

std::shared_ptr<generation> app::state::snapshot()
{
    std::lock_guard const alone(guard);
    return current;
}

void app::state::prepare()
{
    std::lock_guard const one_at_a_time(preparing);
    if (snapshot())
        return;
    auto made = generate(loaded);
    std::lock_guard const alone(guard);
    current = std::move(made);
}

// ---- the life of the plugins ------------------------------------------------------------------------

/// Whether the plugins have started; else the turn to start them, if nobody else has it.
bool app::state::enter(bool serves, std::optional<single_flight::leader>& turn)
{
    std::lock_guard const alone(guard);
    if (is_started)
        serving += serves;
    else if (auto mine = turns.try_lead(std::string()))
        turn.emplace(std::move(*mine));
    return is_started;
}

/// Whether there is nothing to stop; else the turn to stop the plugins.
bool app::state::leave(bool served, std::optional<single_flight::leader>& turn)
{
    std::lock_guard const alone(guard);
    serving -= served;
    if (!is_started || serving)
        return true;
    is_started = false;
    current->system.set_ready(false);
    if (auto mine = turns.try_lead(std::string()))
        turn.emplace(std::move(*mine));
    return false;
}

void app::state::note_started(bool all)
{
    std::lock_guard const alone(guard);
    is_started = all;
    current->system.set_ready(all && !listening->is_stopped());
}

awaitable<> app::state::start(std::shared_ptr<state> self, bool serves)
{
    self->prepare();
    std::optional<single_flight::leader> turn;
    while (!self->enter(serves, turn)) {
        if (!turn) {
            auto const end = co_await self->turns.wait(std::string());
            if (end.error)
                std::rethrow_exception(end.error);
            continue;
        }
        single_flight::outcome end;
        try {
            co_await self->start_plugins(self->snapshot());
        } catch (...) {
            end.error = std::current_exception();
        }
        self->note_started(!end.error);
        auto const error = end.error;
        turn->end(std::move(end));
        turn.reset();
        if (error)
            std::rethrow_exception(error);
    }
}

namespace {

/// Those that have started are stopped when a later one fails.
awaitable<> start_hooks(std::shared_ptr<generation> of, std::chrono::milliseconds grace)
{
    std::exception_ptr failed;
    try {
        co_await of->plugins.start();
    } catch (...) {
        failed = std::current_exception();
    }
    if (!failed)
        co_return;
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await of->plugins.stop(grace);
    std::rethrow_exception(failed);
}

awaitable<> stop_hooks(std::shared_ptr<generation> of, std::chrono::milliseconds grace)
{
    co_await of->plugins.stop(grace);
}

} // namespace

/// On the app's executor, as everything of the plugins that is no request.
awaitable<> app::state::start_plugins(std::shared_ptr<generation> of)
{
    if (!of->plugins.has_hooks())
        co_return;
    auto hooks = start_hooks(std::move(of), configuration.server.limits.shutdown_grace);
    co_await asio::co_spawn(executor, std::move(hooks), asio::use_awaitable);
}

awaitable<> app::state::stop_plugins(std::shared_ptr<generation> of)
{
    if (!of->plugins.has_hooks())
        co_return;
    auto hooks = stop_hooks(std::move(of), configuration.server.limits.shutdown_grace);
    co_await asio::co_spawn(executor, std::move(hooks), asio::use_awaitable);
}

awaitable<> app::state::finish(std::shared_ptr<state> self, bool served)
{
    std::optional<single_flight::leader> turn;
    if (self->leave(served, turn))
        co_return;
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    std::vector<std::shared_ptr<generation>> all;
    {
        std::lock_guard const alone(self->guard);
        all.swap(self->retired);
        all.push_back(self->current);
    }
    for (auto& one : all)
        co_await self->stop_plugins(std::move(one));
}

// ---- one generation after another -------------------------------------------------------------------

/// False: the app has stopped meanwhile.
bool app::state::replace(std::shared_ptr<generation> const& next)
{
    std::lock_guard const alone(guard);
    if (!is_started || listening->is_stopped())
        return false;
    next->system.set_ready(true);
    retired.push_back(std::exchange(current, next));
    return true;
}

awaitable<> app::state::reload(std::shared_ptr<state> self, std::vector<plugin_entry> plugins)
{
    std::optional<single_flight::leader> turn;
    while (!turn) {
        if (auto mine = self->turns.try_lead(std::string()))
            turn.emplace(std::move(*mine));
        else
            co_await self->turns.wait(std::string());
    }
    std::vector<plugin_entry> checked;
    for (auto& each : plugins)
        add_entry(checked, std::move(each));
    auto next = self->generate(std::move(checked));
    co_await self->start_plugins(next);
    if (!self->replace(next)) {
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        co_await self->stop_plugins(std::move(next));
        throw boost::system::system_error(asio::error::operation_aborted, "the app has stopped");
    }
    self->listening->replace(service_of(next));
    {
        std::lock_guard const alone(self->guard);
        if (std::exchange(self->is_sweeping, true))
            co_return;
    }
    asio::co_spawn(self->executor, sweep(self), asio::detached);
}

/// A retired generation that no request uses any more; sweep() ends when none is left.
std::shared_ptr<generation> app::state::take_unused()
{
    std::lock_guard const alone(guard);
    is_sweeping = !retired.empty();
    auto const found = std::ranges::find_if(retired, [](auto const& one) { return one.use_count() == 1; });
    if (found == retired.end())
        return nullptr;
    std::atomic_thread_fence(std::memory_order_acquire); // what the last request did, on another thread
    auto taken = std::move(*found);
    retired.erase(found);
    return taken;
}

/// Until every job of remote() has ended that was taken up to now: its caller may have left it, and it may
/// use a plugin.
awaitable<> app::state::await_jobs() const
{
    auto const* const used = engine_service::of(executor).used;
    if (!used)
        co_return;
    auto const last = used->progress().newest;
    for (auto oldest = used->progress().oldest; oldest != 0 && oldest <= last;
        oldest = used->progress().oldest)
        co_await sleep_for(sweep_pause);
}

/// Stops each retired generation when its last request has ended.
awaitable<> app::state::sweep(std::shared_ptr<state> self)
{
    for (;;) {
        while (auto unused = self->take_unused()) {
            co_await self->stop_plugins(unused);
            co_await self->await_jobs();
        }
        {
            std::lock_guard const alone(self->guard);
            if (!self->is_sweeping)
                co_return;
        }
        co_await sleep_for(sweep_pause);
    }
}

} // namespace framex
