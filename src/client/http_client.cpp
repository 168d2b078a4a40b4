#include "client/client_connection.hpp"
#include "client/request_text.hpp"
#include "client/tls_context.hpp"

#include <framex/client/http_client.hpp>
#include <framex/http/forwarding.hpp>

#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

namespace framex {

/// One pool for each executor that the client is used on, or has idle connections on. Only `pools` itself,
/// the counts and what is TLS are shared by threads.
struct http_client::state {
    explicit state(client_options given) : options(std::move(given))
    {
        auto const& files = options.tls;
        if (!files.ca_file.empty() || !files.certificate_file.empty() || !files.key_file.empty())
            tls_for(origin({}, 0, true)); // a file that does not do is told now
    }

    /// Null for an origin that needs none.
    std::shared_ptr<tls_context> tls_for(origin const& to)
    {
        if (!to.is_secure())
            return nullptr;
        std::lock_guard const guard(mutex);
        if (!tls)
            tls = std::make_shared<tls_context>(options.tls);
        return tls;
    }

    std::shared_ptr<connection_pool> pool_of(asio::any_io_executor const& executor)
    {
        std::lock_guard const guard(mutex);
        for (auto const& [owner, pool] : pools)
            if (owner == executor)
                return pool;
        std::erase_if(pools, [](auto const& entry) { // of jobs that are over
            return entry.second.use_count() == 1 && entry.second->idle() == 0;
        });
        return pools.emplace_back(executor, connection_pool::make(executor, options.pool)).second;
    }

    client_options const options;
    std::mutex mutex;
    std::shared_ptr<tls_context> tls;
    std::vector<std::pair<asio::any_io_executor, std::shared_ptr<connection_pool>>> pools;
    std::atomic<std::uint64_t> opened{0}, reused{0}, retried{0};
};

namespace {

/// The body of an answer from its first piece on. Whoever drops it drops the connection. It ends when the
/// request has gone, too. `tunnel`: after a 101 its request, whose body nobody asks for before this one is
/// pulled; else null.
async_generator<std::string> pull(exchange_hold connection, std::shared_ptr<connection_pool> pool,
    std::string piece, std::shared_ptr<outgoing_request> tunnel)
{
    if (tunnel)
        connection->start_tunnel(std::move(tunnel));
    for (;; piece = connection->take_body()) {
        bool const done = connection->body_done();
        if (done && !connection->is_sending()) { // free for others before the last piece is looked at
            pool->give_back(connection.release());
            if (!piece.empty())
                co_yield std::move(piece);
            co_return;
        }
        if (!piece.empty()) {
            connection->pause();
            co_yield std::move(piece);
        } else if (done) {
            co_await connection->finish_sending();
        } else if (!connection->read_on()) {
            co_await connection->read_body();
            connection->body_arrived();
        }
    }
}

client_connection::clock::time_point end_of(client_options const& options)
{
    using clock = client_connection::clock;
    return options.total_timeout.count() > 0 ? clock::now() + options.total_timeout
                                             : clock::time_point::max();
}

} // namespace

http_client::http_client(client_options options) : state_(std::make_shared<state>(std::move(options))) {}

awaitable<streamed_response> http_client::stream(outgoing_request request) const
{
    return exchange(state_, std::move(request));
}

awaitable<response> http_client::send(outgoing_request request) const
{
    return collect(state_, std::move(request));
}

awaitable<streamed_response> http_client::exchange(std::shared_ptr<state> self, outgoing_request request)
{
    std::string const text = request_text(request);
    auto const sent = std::make_shared<outgoing_request>(std::move(request));
    auto const end = end_of(self->options);
    auto const executor = co_await asio::this_coro::executor;
    auto const pool = self->pool_of(executor);
    streamed_response answer;
    exchange_hold connection(pool->take(sent->to));
    for (;;) {
        bool const fresh = !connection;
        if (fresh)
            connection = exchange_hold(std::make_shared<client_connection>(
                executor, sent->to, self->options, self->tls_for(sent->to), pool->membership()));
        connection->begin(*sent, end);
        ++(fresh ? self->opened : self->reused);
        bool good = true;
        if (fresh)
            good = co_await connection->connect();
        if (good && (!connection->send_at_once(text) || goes_apart(*sent)))
            good = co_await connection->send(sent, text);
        if (good && connection->is_listening())
            co_await connection->end_of_listening();
        if (good)
            for (connection->expect_head(); connection->wants_head(answer, sent->method);
                connection->head_arrived())
                co_await connection->read_head();
        if (!connection->has_failed())
            break;
        if (fresh || !connection->was_stale(*sent))
            connection->raise();
        ++self->retried;
        connection = {};
    }
    auto piece = connection->take_body();
    if (connection->body_done() && !connection->is_sending()) {
        pool->give_back(connection.release());
        if (!piece.empty()) // else there may be a length all the same: HEAD, 304
            answer.body = body_reader(std::move(piece));
    } else
        answer.body =
            pull(std::move(connection), pool, std::move(piece), answer.status == 101 ? sent : nullptr);
    co_return answer;
}

awaitable<response> http_client::collect(std::shared_ptr<state> self, outgoing_request request)
{
    auto const name = request.to.name();
    auto const limit = self->options.body_size;
    auto answer = co_await exchange(self, std::move(request));
    response whole(answer.status);
    whole.headers = std::move(answer.headers);
    while (auto piece = co_await answer.body.next()) {
        if (piece->size() > limit - whole.body.size())
            throw upstream_error(upstream_errc::too_large, name);
        whole.body += *piece;
    }
    co_return whole;
}

client_counts http_client::counts() const noexcept
{
    client_counts seen;
    seen.opened = state_->opened;
    seen.reused = state_->reused;
    seen.retried = state_->retried;
    return seen;
}

std::size_t http_client::idle() const
{
    std::lock_guard const guard(state_->mutex);
    std::size_t count = 0;
    for (auto const& [executor, pool] : state_->pools)
        count += pool->idle();
    return count;
}

} // namespace framex
