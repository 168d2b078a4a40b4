#include "server/single_flight.hpp"

#include "coro/reserved_memory.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <utility>
#include <vector>

namespace framex {

/// Lives in the frame of the one who waits, so that it dies with that one's executor. The timer never
/// expires.
struct single_flight::waiter {
    explicit waiter(asio::any_io_executor executor)
        : timer(std::move(executor), asio::steady_timer::time_point::max())
    {
    }
    asio::steady_timer timer;
    reserved_memory memory{}; ///< of what wakes it
};

struct single_flight::flight {
    bool ended = false;
    outcome result{};
    std::vector<std::weak_ptr<waiter>> waiters{};
};

single_flight::leader::leader(single_flight& all, std::string key, std::shared_ptr<flight> own)
    : all_(&all), key_(std::move(key)), flight_(std::move(own))
{
}

single_flight::leader::~leader() { end({}); }

bool single_flight::leader::is_latest() const
{
    std::lock_guard const guard(all_->guard_);
    auto const found = all_->flights_.find(key_);
    return found != all_->flights_.end() && found->second == flight_;
}

void single_flight::leader::end(outcome how)
{
    if (auto const own = std::exchange(flight_, nullptr))
        all_->finish(key_, *own, std::move(how));
}

std::optional<single_flight::leader> single_flight::try_lead(std::string const& key)
{
    std::lock_guard const guard(guard_);
    auto& slot = flights_[key];
    if (slot)
        return std::nullopt;
    slot = std::make_shared<flight>();
    return std::optional<leader>(std::in_place, *this, key, slot);
}

single_flight::leader single_flight::take_over(std::string const& key)
{
    std::lock_guard const guard(guard_);
    auto& slot = flights_[key];
    slot = std::make_shared<flight>();
    return {*this, key, slot};
}

void single_flight::finish(std::string const& key, flight& ended, outcome how)
{
    std::lock_guard const guard(guard_);
    if (auto const found = flights_.find(key); found != flights_.end() && found->second.get() == &ended)
        flights_.erase(found);
    ended.ended = true;
    ended.result = std::move(how);
    for (auto const& weak : ended.waiters)
        if (auto one = weak.lock()) {
            auto const executor = one->timer.get_executor();
            auto& memory = one->memory;
            post_in_reserved(executor, memory, [one = std::move(one)] { one->timer.cancel(); });
        }
}

awaitable<single_flight::outcome> single_flight::wait(std::string key)
{
    auto const executor = co_await asio::this_coro::executor;
    auto const self = std::make_shared<waiter>(executor);
    std::shared_ptr<flight> joined;
    {
        std::lock_guard const guard(guard_);
        if (auto const found = flights_.find(key); found != flights_.end()) {
            joined = found->second;
            joined->waiters.push_back(self);
        }
    }
    if (!joined)
        co_return outcome();
    error_code error;
    co_await self->timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    std::lock_guard const guard(guard_);
    if (!joined->ended)
        throw boost::system::system_error(error);
    co_return joined->result;
}

} // namespace framex
