/// What an execution context knows about remote(): its engine, and the callers that wait on it.
#pragma once

#include <framex/engine/remote.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <mutex>
#include <unordered_map>

namespace framex {

namespace detail {

/// The suspended callers of one context. The jobs share it: it tells them whether the context is still there.
class callers {
public:
    using handler = asio::any_completion_handler<void(std::exception_ptr)>;

    /// Submits the job; `resume` waits for its end. All by value: once the job is submitted, the coroutine
    /// may go on, and end, on another thread.
    static void start(std::shared_ptr<remote_call> job, asio::any_io_executor executor, handler resume);
    bool has(remote_call& job) const;
    std::size_t count() const;
    /// Lets the caller go on, on its executor: it throws `error`, if any. False: nobody waits any more.
    /// Throws bad_alloc where the executor is no io_context's own; the caller then still waits.
    bool resume(remote_call& job, std::exception_ptr error);
    /// The context goes away: what waits is destroyed, what works is asked to stop.
    void destroy();

private:
    void wait(remote_call& job, asio::any_io_executor executor, handler resume);
    static void deliver(std::shared_ptr<remote_call> job);

    struct caller {
        asio::any_io_executor executor;
        handler resume;
        bool is_resumed = false; // deliver() is on its way
        std::exception_ptr error{};
        caller(asio::any_io_executor ex, handler h) : executor(std::move(ex)), resume(std::move(h)) {}
    };
    mutable std::mutex guard_; // held while something is posted: the context cannot die meanwhile
    std::unordered_map<remote_call*, caller> waiting_; // a caller's coroutine keeps its job alive
};

} // namespace detail

class engine_service : public asio::execution_context::service {
public:
    static asio::execution_context::id id;

    explicit engine_service(asio::execution_context& context) : service(context) {}
    static engine_service& of(asio::any_io_executor const& executor);

    engine* used = nullptr;
    std::shared_ptr<detail::callers> const callers = std::make_shared<detail::callers>();

private:
    void shutdown() noexcept override { callers->destroy(); }
};

} // namespace framex
