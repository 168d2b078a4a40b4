/// sleep_for(duration): the cheap way to wait, for one stream or for ten thousand.
#pragma once

#include <framex/coro/tick.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/consign.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace framex {

/// What sleep_for returns: an asynchronous operation of signature void(error_code), for co_await or any
/// token.
class [[nodiscard]] sleep_operation {
public:
    using duration = std::chrono::steady_clock::duration;

    explicit sleep_operation(duration d) noexcept : duration_(d) {}

    template <asio::completion_token_for<void(error_code)> Token>
    auto operator()(Token&& token) const
    {
        return asio::async_initiate<Token, void(error_code)>(
            [d = duration_](auto handler) { start(std::move(handler), d); }, token);
    }

private:
    template <class Handler>
    struct sleeper : tick_service::node {
        explicit sleeper(Handler h) : handler(std::move(h)) { finish = &sleeper::done; }

        static void done(tick_service::node& n, tick_service::outcome how)
        {
            std::unique_ptr<sleeper> self(static_cast<sleeper*>(&n));
            if (how == tick_service::outcome::woken)
                complete(std::move(self), error_code());
            else if (how == tick_service::outcome::cancelled) { // never inside the caller of emit()
                asio::any_io_executor executor = asio::get_associated_executor(self->handler);
                asio::post(executor, [self = std::move(self)]() mutable {
                    complete(std::move(self), asio::error::operation_aborted);
                });
            }
        }
        static void complete(std::unique_ptr<sleeper> self, error_code ec)
        {
            if (auto slot = asio::get_associated_cancellation_slot(self->handler); slot.is_connected())
                slot.clear();
            Handler h(std::move(self->handler));
            self.reset();
            std::move(h)(ec);
        }

        Handler handler;
    };

    template <class Handler>
    static void start(Handler handler, duration d)
    {
        asio::any_io_executor executor = asio::get_associated_executor(handler);
        auto* ticks = tick_service::of(executor);
        if (!ticks) {
            auto timer = std::make_unique<asio::steady_timer>(executor, d);
            auto& t = *timer;
            t.async_wait(asio::consign(std::move(handler), std::move(timer)));
            return;
        }
        auto slot = asio::get_associated_cancellation_slot(handler);
        auto made = std::make_unique<sleeper<Handler>>(std::move(handler));
        auto* n = made.get();
        if (slot.is_connected())
            slot.assign([n, ticks](asio::cancellation_type) { ticks->cancel(*n); });
        try {
            ticks->add(*n, d);
        } catch (...) {
            if (slot.is_connected())
                slot.clear();
            throw;
        }
        made.release(); // the wheel's until finish
    }

    duration duration_;
};

/// Suspends the caller for at least `d`, in awaitables and generator bodies alike: `co_await
/// sleep_for(20ms);`. On an io_context's own executor all sleepers share ticks of 1 ms: it ends at the first
/// tick that is `d` away. On any other executor (strand, thread_pool, system_executor) it is a steady_timer
/// of its own. Cancelled (any type), it ends with asio::error::operation_aborted, thrown by co_await as
/// system_error.
inline sleep_operation sleep_for(sleep_operation::duration d) noexcept { return sleep_operation(d); }

} // namespace framex
