#include "server/worker.hpp"

#include <algorithm>

namespace framex {

bool service::excluded(std::string_view path) const
{
    return std::ranges::find(settings.excluded_log_paths, path) != settings.excluded_log_paths.end();
}

worker::worker(asio::any_io_executor executor, std::shared_ptr<service const> shared)
    : executor_(executor), service_(std::move(shared)), timer_(std::move(executor))
{
}

tick worker::after(std::chrono::milliseconds span) const noexcept
{
    auto const ticks = ticks_of(span);
    return ticks == never ? never : now_ + ticks;
}

void worker::add(registered_connection& connection)
{
    connections_.push_back(connection);
    if (draining_)
        connection.drain();
    if (!ticking_)
        arm();
}

void worker::remove(registered_connection& connection) noexcept
{
    if (!connection.is_linked())
        return;
    connection.unlink();
    if (connections_.empty())
        wake();
}

void worker::wake()
{
    if (bell_)
        bell_->cancel();
}

void worker::arm()
{
    timer_.expires_after(tick_length);
    timer_.async_wait(in_reserved(timer_memory_, [self = shared_from_this()](error_code ec) {
        if (!ec)
            self->turn();
    }));
    ticking_ = true;
}

/// Calls every connection once, whichever of them leave meanwhile.
template <class F>
void worker::for_each(F act)
{
    registry waiting;
    waiting.swap(connections_);
    while (!waiting.empty()) {
        auto& connection = waiting.front();
        waiting.pop_front();
        connections_.push_back(connection);
        act(connection);
    }
}

void worker::turn()
{
    ticking_ = false;
    // After a stall the missed ticks are skipped: nobody loses time that the machine took.
    ++now_;
    for_each([this](registered_connection& connection) { connection.on_tick(now_); });
    if (!connections_.empty() && !ticking_)
        arm();
}

void worker::drain()
{
    draining_ = true;
    for_each([](registered_connection& connection) { connection.drain(); });
}

void worker::replace(std::shared_ptr<service const> next)
{
    service_ = std::move(next);
    for_each([](registered_connection& connection) { connection.renew(); });
}

void worker::abort()
{
    for_each([](registered_connection& connection) { connection.abort(); });
}

} // namespace framex
