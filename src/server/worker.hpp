/// What the connections of one executor share: the app's table and limits, their registry, the coarse clock.
#pragma once

#include "coro/coarse_time.hpp"
#include "coro/io.hpp"
#include "coro/reserved_memory.hpp"
#include "server/compression.hpp"
#include "server/cors.hpp"
#include "server/router.hpp"

#include <framex/config/settings.hpp>
#include <framex/coro/awaitable.hpp>
#include <framex/http/head.hpp>
#include <framex/server/access.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace framex {

/// What all workers of one app share; unchanged as long as it lives.
struct service {
    std::shared_ptr<route_table const> table{};
    server_settings settings{};
    head_limits heads{};
    body_limits bodies{};
    cors_policy cors{};
    std::vector<coding> codings{}; ///< of whole answers, the favourite first; empty: they are never coded
    access_sink on_access{};
    error_sink on_error{};

    bool excluded(std::string_view path) const;
};

/// Working memory of a worker's connections: valid until the one that filled it suspends.
struct scratch_memory {
    request_head head;
    std::string answer;
    std::string packed; ///< the answer in a coding
    std::string path;
    std::vector<std::string_view> path_values;
};

/// A connection as its worker sees it. All calls come on the worker's executor.
class registered_connection
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    virtual ~registered_connection() = default;
    /// A tick has passed.
    virtual void on_tick(tick now) = 0;
    /// Answer what runs, take nothing new.
    virtual void drain() = 0;
    /// End at once.
    virtual void abort() = 0;
    /// The worker's service was replaced: it counts from the next request on.
    virtual void renew() = 0;
};

/// All connections of one executor, which must run one handler at a time. Kept alive by its connections.
class worker : public std::enable_shared_from_this<worker> {
public:
    worker(asio::any_io_executor executor, std::shared_ptr<service const> shared);

    asio::any_io_executor const& executor() const noexcept { return executor_; }
    std::shared_ptr<service const> const& shared() const noexcept { return service_; }
    tick now() const noexcept { return now_; }
    /// The tick by which `span` has surely passed; a span of zero never does.
    tick after(std::chrono::milliseconds span) const noexcept;

    void add(registered_connection& connection);
    /// It has ended. Nothing happens when it was not added.
    void remove(registered_connection& connection) noexcept;
    void drain();
    void abort();
    /// Connections take `next` when they are between two requests.
    void replace(std::shared_ptr<service const> next);
    bool draining() const noexcept { return draining_; }
    bool empty() const noexcept { return connections_.empty(); }
    /// To be awaited: until the last connection has been removed, wake() is called, or `until`; perhaps for
    /// less. One waits.
    auto wait_for_end(std::chrono::steady_clock::time_point until)
    {
        bell_.emplace(executor_, until);
        return io([this](auto handler) { bell_->async_wait(in_reserved(bell_memory_, std::move(handler))); },
            executor_, rung_, nothing_);
    }
    void wake();

    /// Memory for what a stream sends, in an empty text: many streams sleep, few are awake.
    void lend(std::string& to) noexcept
    {
        if (to.capacity() < lent_.capacity())
            to.swap(lent_);
    }
    /// The text is empty, and keeps no memory.
    void take_back(std::string& from) noexcept
    {
        if (from.capacity() > lent_.capacity() && from.capacity() <= most_lent)
            from.swap(lent_);
        std::string().swap(from);
    }

    std::int64_t in_flight = 0; ///< requests whose handler or stream is suspended
    scratch_memory scratch{};

private:
    using registry =
        boost::intrusive::list<registered_connection, boost::intrusive::constant_time_size<false>>;

    static constexpr std::size_t most_lent = 131072;

    template <class F>
    void for_each(F act);
    void arm();
    void turn();

    asio::any_io_executor executor_;
    std::shared_ptr<service const> service_;
    asio::steady_timer timer_;
    reserved_memory timer_memory_;
    std::optional<asio::steady_timer> bell_; ///< of wait_for_end()
    reserved_memory bell_memory_;
    error_code rung_;
    std::size_t nothing_ = 0;
    registry connections_;
    std::string lent_; ///< see lend()
    tick now_ = 1;
    bool ticking_ = false;
    bool draining_ = false;
};

} // namespace framex
