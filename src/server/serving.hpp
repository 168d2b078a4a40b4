/// What one serve() does: connections of one executor, taken in and ended in order.
#pragma once

#include "coro/reserved_memory.hpp"
#include "server/worker.hpp"

#include <framex/coro/awaitable.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

namespace framex {

class serving : public std::enable_shared_from_this<serving> {
public:
    serving(asio::any_io_executor executor, std::shared_ptr<service const> shared);
    serving(serving const&) = delete;
    serving& operator=(serving const&) = delete;
    virtual ~serving();

    /// Until stop() and the end of the last connection, or until cancelled.
    awaitable<> run();

    /// May be called from any thread, both.
    void stop(std::chrono::milliseconds grace);
    void replace(std::shared_ptr<service const> next);

    asio::any_io_executor const& executor() const noexcept { return executor_; }

protected:
    /// Until close(), stop() or cancelled: makes connections of the worker.
    virtual awaitable<> take_in() = 0;
    /// Nothing more is taken in.
    virtual void close() = 0;

    std::shared_ptr<worker> const& connections() const noexcept { return worker_; }
    bool is_stopped() const { return end().has_value(); }

private:
    using clock = std::chrono::steady_clock;

    std::optional<clock::time_point> end() const;
    void stop_here();

    asio::any_io_executor executor_;
    std::shared_ptr<worker> worker_;
    reserved_memory memory_; ///< of the call of stop_here()
    std::mutex mutable guard_; ///< of what follows
    std::optional<clock::time_point> end_; ///< the earliest that stop() was told
    bool is_stopping_ = false; ///< stop_here() is on its way
};

} // namespace framex
