/// What one serve() does: connections of one executor, taken in and ended in order.
#pragma once

#include "server/worker.hpp"

#include <framex/coro/awaitable.hpp>

#include <chrono>
#include <memory>
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
    bool is_stopped() const noexcept { return end_.has_value(); }

private:
    awaitable<> end_connections();
    void stop_here(std::chrono::milliseconds grace);

    asio::any_io_executor executor_;
    std::shared_ptr<worker> worker_;
    std::optional<std::chrono::steady_clock::time_point> end_;
};

} // namespace framex
