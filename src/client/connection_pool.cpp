#include "client/client_connection.hpp"
#include "coro/reserved_memory.hpp"

#include <framex/client/connection_pool.hpp>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace framex {

namespace {

/// The pools of one context.
class pool_registry : public asio::execution_context::service {
public:
    static asio::execution_context::id id;

    explicit pool_registry(asio::execution_context& context) : service(context) {}

    static pool_registry& of(asio::any_io_executor const& executor)
    {
        return asio::use_service<pool_registry>(asio::query(executor, asio::execution::context));
    }
    void add(asio::any_io_executor const& executor, std::shared_ptr<connection_pool> const& pool)
    {
        std::lock_guard const guard(mutex_);
        forget_the_dead();
        pools_.push_back({executor, pool, std::make_shared<reserved_memory>()});
    }
    std::size_t in_use()
    {
        std::lock_guard const guard(mutex_);
        std::size_t count = 0;
        for (auto const& each : pools_)
            if (auto const one = each.pool.lock())
                count += one->in_use();
        return count;
    }
    void close_idle()
    {
        std::lock_guard const guard(mutex_);
        forget_the_dead();
        for (auto const& each : pools_)
            post_in_reserved(each.executor, *each.memory, [pool = each.pool, memory = each.memory] {
                if (auto const one = pool.lock())
                    one->close_idle();
            });
    }

private:
    struct entry {
        asio::any_io_executor executor;
        std::weak_ptr<connection_pool> pool;
        std::shared_ptr<reserved_memory> memory; ///< to close what is idle
    };

    void shutdown() noexcept override { pools_.clear(); } // while what its executors refer to is alive
    void forget_the_dead()
    {
        std::erase_if(pools_, [](auto const& each) { return each.pool.expired(); });
    }

    std::mutex mutex_; // executors of one context may run on several threads
    std::vector<entry> pools_;
};
asio::execution_context::id pool_registry::id;

/// How long it may be idle, 0: for ever; nothing when it is too old already.
std::optional<std::chrono::milliseconds> time_to_rest(
    client_connection const& connection, pool_limits const& limits)
{
    using std::chrono::milliseconds;
    if (limits.max_age.count() == 0)
        return limits.idle_timeout;
    auto const left = limits.max_age - std::chrono::duration_cast<milliseconds>(connection.age());
    if (left <= milliseconds(0))
        return std::nullopt;
    return limits.idle_timeout.count() == 0 ? left : std::min(left, limits.idle_timeout);
}

} // namespace

std::shared_ptr<connection_pool> connection_pool::make(
    asio::any_io_executor const& executor, pool_limits limits)
{
    std::shared_ptr<connection_pool> const made(new connection_pool(limits));
    pool_registry::of(executor).add(executor, made);
    return made;
}

void close_idle_connections(asio::any_io_executor const& executor)
{
    pool_registry::of(executor).close_idle();
}

std::size_t connections_in_use(asio::any_io_executor const& executor)
{
    return pool_registry::of(executor).in_use();
}

connection_pool::~connection_pool() = default;

std::size_t connection_pool::in_use() const noexcept
{
    return static_cast<std::size_t>(membership_.use_count()) - 1 - count_;
}

std::shared_ptr<client_connection> connection_pool::take(origin const& to)
{
    auto const found = idle_.find(to);
    if (found == idle_.end())
        return nullptr;
    std::shared_ptr<client_connection> chosen;
    auto& waiting = found->second;
    while (!chosen && !waiting.empty()) {
        if (waiting.back()->may_be_used_again())
            chosen = std::move(waiting.back());
        waiting.pop_back();
        --count_;
    }
    return chosen;
}

void connection_pool::give_back(std::shared_ptr<client_connection> connection)
{
    if (limits_.idle_connections == 0 || limits_.idle_total == 0 || !connection->may_be_used_again())
        return;
    auto const time = time_to_rest(*connection, limits_);
    if (!time)
        return;
    auto const age = [](auto const& entry) {
        using time_point = client_connection::clock::time_point;
        return entry.second.empty() ? time_point::max() : entry.second.front()->idle_since();
    };
    auto const found = idle_.find(connection->where());
    if (found != idle_.end() && found->second.size() == limits_.idle_connections)
        remove(*found->second.front());
    else if (count_ == limits_.idle_total)
        remove(*std::ranges::min_element(idle_, {}, age)->second.front());
    if (idle_.size() >= limits_.idle_total)
        std::erase_if(idle_, [](auto const& entry) { return entry.second.empty(); });
    connection->rest(*time, weak_from_this());
    auto const place = idle_.try_emplace(connection->where()).first;
    try {
        place->second.push_back(std::move(connection));
    } catch (...) {
        if (place->second.empty())
            idle_.erase(place);
        throw;
    }
    ++count_;
}

void connection_pool::remove(client_connection const& connection) noexcept
{
    auto const found = idle_.find(connection.where());
    if (found == idle_.end())
        return;
    auto& waiting = found->second;
    count_ -= std::erase_if(waiting, [&](auto const& one) { return one.get() == &connection; });
    if (waiting.empty())
        idle_.erase(found);
}

void connection_pool::close_idle() noexcept
{
    idle_.clear();
    count_ = 0;
}

} // namespace framex
