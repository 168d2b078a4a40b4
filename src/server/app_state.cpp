// How an app is made ready, and the life of its plugins.
#include "server/app_state.hpp"

#include "engine/engine_service.hpp"

#include <framex/client/connection_pool.hpp>
#include <framex/coro/sleep.hpp>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
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
bool app::state::enter(app_use how, std::optional<single_flight::leader>& turn)
{
    std::lock_guard const alone(guard);
    if (is_started) {
        served += how == app_use::serve || how == app_use::serve_socket;
        is_held |= how == app_use::life;
    } else if (auto mine = turns.try_lead(std::string()))
        turn.emplace(std::move(*mine));
    return is_started;
}

/// Whether connections may come after this one; under the guard.
bool app::state::may_go_on(app_use how) const
{
    return how == app_use::serve_socket && is_held && !servings->is_stopped();
}

/// Whether idle connections to upstreams would only keep the executor's context running.
bool app::state::is_over_on(asio::any_io_executor const& on, app_use how)
{
    std::lock_guard const alone(guard);
    return !may_go_on(how) && !servings->is_used(on);
}

/// Whether there is nothing to stop; else the turn to stop the plugins.
bool app::state::leave(app_use how, std::optional<single_flight::leader>& turn)
{
    std::lock_guard const alone(guard);
    if (how == app_use::life)
        is_held = false;
    else
        --served;
    if (!is_started || served || may_go_on(how))
        return true;
    is_started = is_held = false;
    current->system.set_ready(false);
    if (auto mine = turns.try_lead(std::string()))
        turn.emplace(std::move(*mine));
    return false;
}

void app::state::note_started(bool all)
{
    std::lock_guard const alone(guard);
    is_started = all;
    current->system.set_ready(all && !servings->is_stopped());
}

awaitable<> app::state::start(std::shared_ptr<state> self, app_use how)
{
    self->prepare();
    std::optional<single_flight::leader> turn;
    while (!self->enter(how, turn)) {
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

/// Awaits `body` on `where`, and hands cancellation over if asked to. Asio's co_spawn to another executor
/// would hand it to a signal that dies when the body ends, which may be meanwhile.
awaitable<> run_on(asio::any_io_executor where, awaitable<> body, bool is_cancellable)
{
    auto const cancel = std::make_shared<asio::cancellation_signal>();
    auto const state = co_await asio::this_coro::cancellation_state;
    if (auto outer = state.slot(); outer.is_connected() && !is_cancellable)
        outer.clear();
    else if (outer.is_connected())
        outer.assign([cancel, where](asio::cancellation_type type) {
            asio::post(where, [cancel, type] { cancel->emit(type); });
        });
    auto const slot = cancel->slot();
    auto initiate = [&](auto caller) { // what it refers to is in the caller's frame, which `caller` owns
        auto const home = asio::get_associated_executor(caller);
        auto end = [cancel, work = asio::make_work_guard(home), caller = std::move(caller)](
                       std::exception_ptr error) mutable {
            auto go_on = [caller = std::move(caller), error]() mutable { std::move(caller)(error); };
            asio::post(work.get_executor(), std::move(go_on));
        };
        asio::co_spawn(where, std::move(body), asio::bind_cancellation_slot(slot, std::move(end)));
    };
    co_await asio::async_initiate<asio::deferred_t const, void(std::exception_ptr)>(initiate, asio::deferred);
}

} // namespace

/// On the app's executor, as everything of the plugins that is no request.
awaitable<> app::state::start_plugins(std::shared_ptr<generation> of)
{
    if (!of->plugins.has_hooks())
        co_return;
    auto hooks = start_hooks(std::move(of), configuration.server.limits.shutdown_grace);
    co_await run_on(executor, std::move(hooks), true);
}

/// It cannot be cancelled.
awaitable<> app::state::stop_plugins(std::vector<std::shared_ptr<generation>> all)
{
    bool const throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    for (auto& of : all) {
        if (!of->plugins.has_hooks())
            continue;
        auto hooks = stop_hooks(std::move(of), configuration.server.limits.shutdown_grace);
        co_await run_on(executor, std::move(hooks), false);
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
}

awaitable<> app::state::finish(std::shared_ptr<state> self, app_use how)
{
    std::optional<single_flight::leader> turn;
    if (self->leave(how, turn))
        co_return;
    std::vector<std::shared_ptr<generation>> all;
    {
        std::lock_guard const alone(self->guard);
        all.swap(self->retired);
        all.push_back(self->current);
    }
    co_await self->stop_plugins(std::move(all));
    if (how == app_use::life)
        close_idle_connections(self->executor);
}

// ---- one generation after another -------------------------------------------------------------------

/// False: the app has stopped meanwhile.
bool app::state::replace(std::shared_ptr<generation> const& next)
{
    std::lock_guard const alone(guard);
    if (!is_started || servings->is_stopped())
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
        std::vector<std::shared_ptr<generation>> refused(1, std::move(next));
        bool const throws = co_await asio::this_coro::throw_if_cancelled();
        co_await asio::this_coro::throw_if_cancelled(false);
        co_await self->stop_plugins(std::move(refused));
        co_await asio::this_coro::throw_if_cancelled(throws);
        throw boost::system::system_error(asio::error::operation_aborted, "the app has stopped");
    }
    self->servings->replace(service_of(next));
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
        while (auto const unused = self->take_unused()) {
            std::vector<std::shared_ptr<generation>> all(1, unused);
            co_await self->stop_plugins(std::move(all));
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
