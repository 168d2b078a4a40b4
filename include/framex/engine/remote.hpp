/// remote(f): the same call, beside the thread that awaits it.
#pragma once

#include <framex/coro/awaitable.hpp>
#include <framex/engine/engine.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace framex {

class reserved_memory;

namespace detail {

class callers;

/// A job that one coroutine waits for.
class remote_call : public engine_job, public std::enable_shared_from_this<remote_call> {
public:
    ~remote_call() override;
    void run() noexcept final;
    void abandon(std::exception_ptr why) noexcept final;
    /// Asks the work to stop.
    void stop() noexcept { stop_.request_stop(); }

    /// Has the job done by the engine of the awaiting coroutine's context; throws what ends it.
    static awaitable<void> finish(std::shared_ptr<remote_call> job);

private:
    friend class callers;
    virtual void work(std::stop_token stop) = 0;
    void cancel();
    void tell(std::exception_ptr error) noexcept;

    std::stop_source stop_;
    std::shared_ptr<callers> callers_; // from here on set before the job is submitted
    std::shared_ptr<reserved_memory> memory_; // for what tells the caller
    engine* engine_ = nullptr;
    engine_ticket ticket_ = 0;
};

/// What the work has given, kept for the caller.
template <class R>
class result_call : public remote_call {
public:
    R take()
    {
        if constexpr (!std::is_void_v<R>)
            return std::move(*result_);
    }

protected:
    template <class Work>
    void keep(Work work)
    {
        if constexpr (std::is_void_v<R>)
            work();
        else
            result_.emplace(work());
    }

private:
    std::optional<std::conditional_t<std::is_void_v<R>, std::monostate, R>> result_;
};

template <class F, class... A>
concept stoppable = std::invocable<F, std::stop_token, A...>;

template <class F, class... A>
decltype(auto) invoke_job(std::stop_token stop, F&& f, A&&... arguments)
{
    if constexpr (stoppable<F, A...>)
        return std::invoke(std::forward<F>(f), std::move(stop), std::forward<A>(arguments)...);
    else
        return std::invoke(std::forward<F>(f), std::forward<A>(arguments)...);
}

template <class F, class... A>
using job_result =
    std::remove_cvref_t<decltype(invoke_job(std::stop_token(), std::declval<F>(), std::declval<A>()...))>;

template <class F, class... A>
class function_call final : public result_call<job_result<F, A...>> {
public:
    explicit function_call(F f, A... arguments) : call_(std::move(f), std::move(arguments)...) {}

private:
    void work(std::stop_token stop) override
    {
        auto call = std::move(call_); // ends with the work, not with the caller
        this->keep([&]() -> decltype(auto) {
            return std::apply(
                [&](auto&&... parts) -> decltype(auto) {
                    return invoke_job(std::move(stop), std::forward<decltype(parts)>(parts)...);
                },
                std::move(call));
        });
    }

    std::tuple<F, A...> call_;
};

template <class R>
awaitable<R> finish_job(std::shared_ptr<result_call<R>> job)
{
    co_await remote_call::finish(job);
    co_return job->take();
}

template <class T>
constexpr bool is_awaitable = false;
template <class T>
constexpr bool is_awaitable<awaitable<T>> = true;

template <class R, class F, class... A>
R await_here(F f, A... arguments)
{
    co_return co_await std::invoke(std::move(f), std::move(arguments)...);
}

template <class F, class... A>
auto call_remotely(F f, A... arguments)
{
    constexpr bool owns = (!std::same_as<A, std::string_view> && ...);
    constexpr bool fits = std::invocable<F, A...> || stoppable<F, A...>;
    static_assert(owns,
        "framex: arguments of remote() must own their data (no string_view): the job may outlive its caller");
    static_assert(fits,
        "framex: remote(f) moves copies of the arguments into f: it takes them by value or by const "
        "reference");
    if constexpr (fits) {
        using result = job_result<F, A...>;
        if constexpr (is_awaitable<result>)
            return await_here<result>(std::move(f), std::move(arguments)...);
        else
            return finish_job<result>(
                std::make_shared<function_call<F, A...>>(std::move(f), std::move(arguments)...));
    }
}

} // namespace detail

/// A function whose calls may run elsewhere; what remote() gives. Keep it to call it often (each call copies
/// the function), or call it at once (the function is moved).
template <class F>
class remote_function {
public:
    constexpr explicit remote_function(F f) : f_(std::move(f)) {}

    template <class... A>
    auto operator()(A... arguments) const&
    {
        return detail::call_remotely(f_, std::move(arguments)...);
    }
    template <class... A>
    auto operator()(A... arguments) &&
    {
        return detail::call_remotely(std::move(f_), std::move(arguments)...);
    }

private:
    F f_;
};

/// Awaits `f(arguments...)` without holding up the thread: a coroutine is awaited where it is called, any
/// other function runs in the engine that use_engine() gave to the context of the caller's executor.
///
///     int doubled = co_await framex::remote(heavy_job)(21);
///     report made = co_await framex::remote(&reports::build)(this, std::move(rows));
///
/// Arguments and function are decayed copies, moved into the call; the result is moved out, a reference as a
/// copy of what it refers to; the caller goes on, on its own executor, when the job has ended, and throws
/// what the job threw. A pointer (`this`) and std::ref must refer to what outlives the engine, since a job
/// may outlive its caller. `f` is called on another thread, beside others: what it shares it must guard.
/// Give data as arguments, or name the lambda first: what a lambda that is written inside of a co_await
/// expression captures by value is destroyed twice by GCC 12.
///
/// Throws engine_error, when awaited, if there is no engine, or none that takes the job. Cancelling the
/// caller (any type) releases it at once with asio::error::operation_aborted: a job that waits for its turn
/// is then never run, one that runs goes on to its end and what it gives is dropped. Such a job learns of it
/// when `f` takes a std::stop_token before its arguments, as with std::jthread.
template <class F>
constexpr remote_function<F> remote(F f)
{
    return remote_function<F>(std::move(f));
}

} // namespace framex
