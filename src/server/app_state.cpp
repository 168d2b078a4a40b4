// How an app is made ready, and the life of its plugins.
#include "server/app_state.hpp"

#include "coro/reserved_memory.hpp"
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
#include <iterator>
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

std::shared_ptr<generation> app::state::generate(std::vector<plugin_entry> entries)
{
    auto changed = [weak = weak_from_this()] {
        if (auto const self = weak.lock())
            self->serve_newest();
    };
    generation_options const options{
        executor, configuration, around, on_access, on_error, on_log, std::move(changed)};
    return std::make_shared<generation>(std::move(entries), options);
}

/// Requests that begin from now on get the newest routes.
void app::state::serve_newest()
{
    if (snapshot())
        servings->replace([this] { return service_of(snapshot()); });
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
    } else if (auto mine = turns.try_lead("start"))
        turn.emplace(std::move(*mine));
    return is_started;
}

/// Whether connections may come after this one; under the guard.
bool app::state::may_go_on(app_use how) const
{
    return how == app_use::serve_socket && is_held && !servings->is_stopped;
}

/// Whether idle connections to upstreams would only keep the executor's context running.
bool app::state::is_over_on(asio::any_io_executor const& on, app_use how)
{
    if (servings->is_used(on))
        return false;
    std::lock_guard const alone(guard);
    return !may_go_on(how);
}

/// Whether there is nothing to stop.
bool app::state::leave(app_use how)
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
    return false;
}

awaitable<single_flight::leader> app::state::take_turn(std::shared_ptr<state> self, std::string what)
{
    for (;;) {
        if (auto mine = self->turns.try_lead(what))
            co_return std::move(*mine);
        co_await self->turns.wait(what);
    }
}

void app::state::note_started(bool all)
{
    std::lock_guard const alone(guard);
    is_started = all;
    current->system.set_ready(all && !servings->is_stopped);
}

awaitable<> app::state::start(std::shared_ptr<state> self, app_use how)
{
    self->prepare();
    std::optional<single_flight::leader> turn;
    while (!self->enter(how, turn)) {
        if (!turn) {
            auto const end = co_await self->turns.wait("start");
            if (end.error)
                std::rethrow_exception(end.error);
            continue;
        }
        single_flight::outcome end;
        try {
            auto const none_stops = co_await take_turn(self, "stop");
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
    struct passage {
        asio::cancellation_signal cancel;
        reserved_memory memory; // for the way back
    };
    auto const passed = std::make_shared<passage>();
    std::shared_ptr<asio::cancellation_signal> const cancel(passed, &passed->cancel);
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
        auto end = [passed, work = asio::make_work_guard(home), caller = std::move(caller)](
                       std::exception_ptr error) mutable {
            auto const there = work.get_executor(); // whose context may be gone once the caller goes on
            auto go_on = [passed, work = std::move(work), caller = std::move(caller), error]() mutable {
                std::move(caller)(error);
            };
            post_in_reserved(there, passed->memory, std::move(go_on));
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

std::vector<std::shared_ptr<generation>> app::state::all_running()
{
    std::lock_guard const alone(guard);
    auto all = retired;
    all.push_back(current);
    return all;
}

bool app::state::have_hooks()
{
    auto const has = [](auto const& one) { return one->plugins.has_hooks(); };
    std::lock_guard const alone(guard);
    return has(current) || std::ranges::any_of(retired, has);
}

awaitable<> app::state::stop_plugins(std::shared_ptr<state> self)
{
    auto const turn = co_await take_turn(self, "stop");
    auto const grace = self->configuration.server.limits.shutdown_grace;
    for (auto& one : self->all_running())
        co_await stop_hooks(std::move(one), grace);
}

/// It cannot be cancelled. Without hooks nobody needs to run the app's executor.
awaitable<> app::state::finish(std::shared_ptr<state> self, app_use how)
{
    if (self->leave(how))
        co_return;
    bool const throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    if (self->have_hooks()) {
        auto stopping = stop_plugins(self);
        co_await run_on(self->executor, std::move(stopping), false);
    }
    {
        std::lock_guard const alone(self->guard);
        for (auto& one : std::exchange(self->retired, {}))
            self->note_stopped(std::move(one));
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (how == app_use::life)
        close_idle_connections(self->executor);
}

// ---- one generation after another -------------------------------------------------------------------

/// False: the app has stopped meanwhile.
bool app::state::replace(std::shared_ptr<generation> const& next)
{
    std::lock_guard const alone(guard);
    if (!is_started || servings->is_stopped)
        return false;
    next->system.set_ready(true);
    retired.push_back(std::exchange(current, next));
    return true;
}

awaitable<> app::state::reload(std::shared_ptr<state> self, std::vector<plugin_entry> plugins)
{
    auto const turn = co_await take_turn(self, "start");
    auto changing = change(self, std::move(plugins));
    co_await run_on(self->executor, std::move(changing), true);
}

/// On the app's executor, where plugins live and die.
awaitable<> app::state::change(std::shared_ptr<state> self, std::vector<plugin_entry> plugins)
{
    std::vector<plugin_entry> checked;
    for (auto& each : plugins)
        add_entry(checked, std::move(each));
    auto next = self->generate(std::move(checked));
    auto const grace = self->configuration.server.limits.shutdown_grace;
    co_await start_hooks(next, grace);
    if (!self->replace(next)) {
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        co_await stop_hooks(std::move(next), grace);
        throw boost::system::system_error(asio::error::operation_aborted, "the app has stopped");
    }
    self->serve_newest();
    {
        std::lock_guard const alone(self->guard);
        if (std::exchange(self->is_sweeping, true))
            co_return;
    }
    asio::co_spawn(self->executor, sweep(self), asio::detached);
}

/// A retired generation that no request uses any more.
std::shared_ptr<generation> app::state::take_unused()
{
    std::lock_guard const alone(guard);
    auto const found = std::ranges::find_if(retired, [](auto const& one) { return one.use_count() == 1; });
    if (found == retired.end())
        return nullptr;
    std::atomic_thread_fence(std::memory_order_acquire); // what the last request did, on another thread
    auto taken = std::move(*found);
    retired.erase(found);
    return taken;
}

void app::state::note_stopped(std::shared_ptr<generation> one)
{
    auto const* const jobs = engine_service::of(executor).used;
    stopped.emplace_back(std::move(one), jobs ? jobs->progress().newest : 0);
}

/// Destroys the stopped ones whose jobs have ended. False: nothing is left to wait for, and sweep() ends.
bool app::state::let_go()
{
    std::vector<stopped_generation> free;
    std::lock_guard const alone(guard);
    auto const* const jobs = engine_service::of(executor).used;
    auto const oldest = jobs ? jobs->progress().oldest : 0;
    auto const is_used = [oldest](auto const& one) { return oldest != 0 && oldest <= one.last_job; };
    auto const end = std::ranges::partition(stopped, is_used).begin();
    std::move(end, stopped.end(), std::back_inserter(free));
    stopped.erase(end, stopped.end());
    is_sweeping = !stopped.empty() || !retired.empty();
    return is_sweeping;
}

/// Stops each retired generation when its last request has ended, and lets it go after its last job.
awaitable<> app::state::sweep(std::shared_ptr<state> self)
{
    do {
        co_await sleep_for(sweep_pause);
        auto const turn = co_await take_turn(self, "stop");
        while (auto unused = self->take_unused()) {
            co_await stop_hooks(unused, self->configuration.server.limits.shutdown_grace);
            std::lock_guard const alone(self->guard);
            self->note_stopped(std::move(unused));
        }
    } while (self->let_go());
}

} // namespace framex
