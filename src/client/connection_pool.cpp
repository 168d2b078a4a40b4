#include "client/client_connection.hpp"

#include <framex/client/connection_pool.hpp>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>

#include <mutex>
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
        std::erase_if(pools_, [](auto const& entry) { return entry.second.expired(); });
        pools_.emplace_back(executor, pool);
    }
    void close_idle()
    {
        std::lock_guard const guard(mutex_);
        for (auto const& [executor, weak] : pools_)
            asio::post(executor, [pool = weak] {
                if (auto const one = pool.lock())
                    one->close_idle();
            });
    }

private:
    void shutdown() noexcept override {}

    std::mutex mutex_; // executors of one context may run on several threads
    std::vector<std::pair<asio::any_io_executor, std::weak_ptr<connection_pool>>> pools_;
};
asio::execution_context::id pool_registry::id;

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

connection_pool::~connection_pool() = default;

std::shared_ptr<client_connection> connection_pool::take(origin const& to)
{
    auto const found = idle_.find(to.name());
    if (found == idle_.end())
        return nullptr;
    std::shared_ptr<client_connection> chosen;
    auto& waiting = found->second;
    while (!chosen && !waiting.empty()) {
        if (waiting.back()->may_be_used_again())
            chosen = std::move(waiting.back());
        waiting.pop_back();
    }
    if (waiting.empty())
        idle_.erase(found);
    return chosen;
}

void connection_pool::give_back(std::shared_ptr<client_connection> connection)
{
    if (limits_.idle_connections == 0 || !connection->may_be_used_again())
        return;
    auto& waiting = idle_[connection->where().name()];
    std::erase_if(waiting, [](auto const& one) { return !one->is_open(); }); // their time was over
    if (waiting.size() == limits_.idle_connections)
        waiting.erase(waiting.begin());
    connection->rest(limits_.idle_timeout);
    waiting.push_back(std::move(connection));
}

void connection_pool::close_idle() noexcept { idle_.clear(); }

std::size_t connection_pool::idle() const noexcept
{
    std::size_t count = 0;
    for (auto const& [name, waiting] : idle_)
        for (auto const& one : waiting)
            count += one->is_open();
    return count;
}

} // namespace framex
