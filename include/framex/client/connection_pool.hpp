/// Idle connections to upstreams, kept to be used again.
#pragma once

#include <framex/client/origin.hpp>
#include <framex/fwd.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <vector>

namespace framex {

class client_connection;

struct pool_limits {
    std::size_t idle_connections = 32; ///< of one origin; 0 keeps none
    std::chrono::milliseconds idle_timeout{15'000}; ///< then an idle connection is closed; 0: never
    std::size_t idle_total = 256; ///< connections of all origins
    /// Then a connection is not kept any longer, however busy, so that a name whose address has changed is
    /// looked up again; 0: never.
    std::chrono::milliseconds max_age{300'000};
};

/// The idle connections of one executor, which must run one handler at a time (a thread or a strand). What
/// has died meanwhile, or has octets nobody asked for, is never given out.
class connection_pool : public std::enable_shared_from_this<connection_pool> {
public:
    static std::shared_ptr<connection_pool> make(asio::any_io_executor const& executor, pool_limits limits);
    connection_pool(connection_pool const&) = delete;
    connection_pool& operator=(connection_pool const&) = delete;
    /// Closes what is idle.
    ~connection_pool();

    /// The connection that became idle last; null when there is none to that origin.
    std::shared_ptr<client_connection> take(origin const& to);
    /// Keeps it when another exchange may follow, and closes it when not. The oldest one, of that origin or
    /// of all, goes when there are too many.
    void give_back(std::shared_ptr<client_connection> connection);
    /// An idle connection leaves.
    void remove(client_connection const& connection) noexcept;
    void close_idle() noexcept;
    /// How many wait, of all origins. Any thread may ask.
    std::size_t idle() const noexcept { return count_; }

    /// Kept by every connection of the pool: so they are counted.
    std::shared_ptr<void const> membership() const noexcept { return membership_; }
    /// How many connections are not idle: an exchange, or the body of an answer, has them.
    std::size_t in_use() const noexcept;

private:
    explicit connection_pool(pool_limits limits) : limits_(limits), membership_(std::make_shared<char>()) {}

    using bench = std::vector<std::shared_ptr<client_connection>>; ///< oldest first

    pool_limits limits_;
    std::shared_ptr<void const> membership_;
    std::map<origin, bench> idle_; ///< a bench may be empty while its connections are out
    std::atomic<std::size_t> count_{0}; ///< on all benches
};

/// Closes what is idle in all pools on the executor's context, so that it does not keep the context running.
/// An app does this when it has served.
void close_idle_connections(asio::any_io_executor const& executor);

/// connection_pool::in_use() of all pools on the executor's context.
std::size_t connections_in_use(asio::any_io_executor const& executor);

} // namespace framex
