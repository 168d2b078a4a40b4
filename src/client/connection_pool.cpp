#include "client/client_connection.hpp"

#include <framex/client/connection_pool.hpp>

#include <utility>

namespace framex {

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
