#include "client/client_connection.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <utility>

namespace framex {

using asio::ip::tcp;

namespace {
constexpr std::size_t kept_block = 4096; // of an idle connection
} // namespace

client_connection::client_connection(asio::any_io_executor executor, origin to, client_options const& options,
    std::shared_ptr<tls_context> tls, std::shared_ptr<void const> membership)
    : executor_(std::move(executor)), origin_(std::move(to)), options_(options), resolver_(executor_),
      clock_(executor_), membership_(std::move(membership)), bell_(executor_, clock::time_point::max())
{
    if (!origin_.is_secure()) {
        transport_ = make_tcp_transport(executor_);
        return;
    }
    auto made = make_tls_transport(executor_, std::move(tls), origin_);
    tls_ = made.get();
    transport_ = std::move(made);
}
client_connection::~client_connection() = default;

bool client_connection::may_be_used_again() const noexcept
{
    return keep_ && !cut_ && !failed_ && !sending_ && body_done() && input_.empty() && transport_->is_open()
        && !transport_->is_readable();
}

// ---- time -------------------------------------------------------------------------------------------

void client_connection::rest(std::chrono::milliseconds limit, std::weak_ptr<connection_pool> pool)
{
    if (input_.capacity() > kept_block)
        input_.release();
    end_ = clock::time_point::max();
    idle_since_ = clock::now();
    pool_ = std::move(pool);
    expect(limit);
}

void client_connection::begin(outgoing_request const& request, clock::time_point end) noexcept
{
    due_ = end_ = end;
    write_due_ = clock::time_point::max();
    block_ = first_block;
    cut_ = broke_ = early_ = goes_on_ = stopped_ = answered_ = consumed_ = keep_ = false;
    opens_tunnel_ = request.opens_websocket;
    is_tunnel_ = closed_after_sending_ = false;
    sent_ = 0;
    heard_ = write_error_ = {};
    resume_ = 0;
    interim_ = 0;
    pool_.reset();
}

void client_connection::pause() noexcept
{
    reading_ = false;
    due_ = end_;
    if (goes_on_) // the upstream may take nothing since its answer is not read
        write_due_ = clock::time_point::max();
}

client_connection::clock::time_point client_connection::after(std::chrono::milliseconds limit) const noexcept
{
    return limit.count() > 0 ? std::min(end_, clock::now() + limit) : end_;
}

void client_connection::expect(std::chrono::milliseconds limit)
{
    due_ = after(limit);
    arm();
}

void client_connection::expect_write()
{
    if (goes_on_ && !reading_)
        return;
    write_due_ = after(options_.write_timeout);
    arm();
}

/// While the request is still being sent, it is the sending that has to go on.
void client_connection::expect_body()
{
    reading_ = true;
    if (!sending_) {
        auto const due = after(options_.body_timeout);
        due_ = body_ == body_kind::length ? std::min(due, pace_.wait()) : due;
        return arm();
    }
    due_ = end_;
    if (writing_)
        expect_write();
}

/// The clock is set once for many steps: it looks at what is due when it rings, and only what is
/// due earlier moves it.
void client_connection::arm()
{
    auto const due = next_due();
    if (due >= armed_)
        return;
    armed_ = clock::time_point::max(); // should there be no memory for the wait
    clock_.expires_at(due);
    clock_.async_wait([weak = weak_from_this()](error_code stopped) {
        if (auto const self = weak.lock(); self && !stopped)
            self->on_clock();
    });
    armed_ = due;
}

void client_connection::on_clock()
{
    armed_ = clock::time_point::max();
    auto const now = clock::now();
    if (now < next_due())
        return arm();
    if (goes_on_ && !is_tunnel_ && now < due_) { // only the sending is late: the answer is still read
        write_due_ = clock::time_point::max();
        stop_sending();
        return arm();
    }
    expired_ = true;
    resolver_.cancel();
    if (sending_)
        stop_sending();
    transport_->close();
    bell_.cancel();
    if (auto const pool = pool_.lock())
        pool->remove(*this);
}

/// Until something is to be looked at: a look-up, the sending or a read beside it has ended, or the time is
/// over.
awaitable<void> client_connection::bell()
{
    error_code rung;
    co_await bell_.async_wait(asio::redirect_error(asio::use_awaitable, rung));
}

// ---- faults -----------------------------------------------------------------------------------------

bool client_connection::fail(upstream_errc step, upstream_errc late) noexcept
{
    failed_ = step;
    cause_ = error_;
    if (char const* const refusal = tls_ ? tls_->refusal(error_) : nullptr)
        refusal_ = refusal;
    if (expired_)
        failed_ = clock::now() >= end_ ? upstream_errc::total_timeout : late;
    return false;
}

void client_connection::raise() const
{
    if (source_fault_)
        std::rethrow_exception(source_fault_);
    if (cause_ == asio::error::operation_aborted && !expired_)
        throw boost::system::system_error(cause_);
    throw upstream_error(*failed_, origin_.name(), expired_ ? error_code() : cause_, refusal_);
}

bool client_connection::was_stale(outgoing_request const& request) const noexcept
{
    bool const closed = *failed_ == upstream_errc::write || *failed_ == upstream_errc::no_answer;
    return closed && cause_ != asio::error::operation_aborted && !answered_ && !consumed_
        && (request.is_idempotent() || sent_ == 0);
}

// ---- connecting -------------------------------------------------------------------------------------

/// The addresses of the origin's name, or error_. A look-up of the system cannot be stopped: at the deadline,
/// and when the call is cancelled, it is left alone.
awaitable<std::vector<tcp::endpoint>> client_connection::resolve()
{
    struct lookup {
        bool ended = false;
        error_code error;
        std::vector<tcp::endpoint> found;
    };
    class answer { // rings also when it is destroyed instead of called: there was no memory for the results
    public:
        answer(std::shared_ptr<lookup> asked, std::weak_ptr<client_connection> by) noexcept
            : asked_(std::move(asked)), by_(std::move(by))
        {
        }
        answer(answer&&) noexcept = default;
        ~answer()
        {
            if (!asked_)
                return;
            if (!std::exchange(asked_->ended, true))
                asked_->error = asio::error::no_memory;
            if (auto const self = by_.lock())
                self->bell_.cancel();
        }
        void operator()(error_code error, tcp::resolver::results_type const& results)
        {
            for (auto const& entry : results)
                asked_->found.push_back(entry.endpoint());
            asked_->error = error;
            asked_->ended = true;
        }

    private:
        std::shared_ptr<lookup> asked_;
        std::weak_ptr<client_connection> by_;
    };
    auto const asked = std::make_shared<lookup>();
    resolver_.async_resolve(origin_.host(), std::to_string(origin_.port()),
        asio::ip::resolver_base::numeric_service, answer(asked, weak_from_this()));
    while (!asked->ended && !expired_)
        co_await bell();
    error_ = asked->error;
    co_return std::move(asked->found);
}

/// The addresses share the time: each may take its part of what is left.
awaitable<bool> client_connection::connect()
{
    using std::chrono::milliseconds;
    expect(options_.connect_timeout);
    auto const last = due_;
    std::vector<tcp::endpoint> known;
    if (auto const address = asio::ip::make_address(origin_.host(), error_); !error_)
        known.emplace_back(address, origin_.port());
    else
        known = co_await resolve();
    if (error_ || expired_)
        co_return fail(upstream_errc::resolve, upstream_errc::connect_timeout);
    for (auto left = known.size(); left != 0; --left) {
        milliseconds part(0);
        if (last != clock::time_point::max()) {
            auto const rest = std::chrono::ceil<milliseconds>(last - clock::now());
            part = std::max(rest / static_cast<int>(left), milliseconds(1));
        }
        expired_ = false;
        expect(part);
        auto const& each = known[known.size() - left];
        for (bool ended = transport_->connect(each, error_); !ended;) {
            co_await io([&](auto handler) { transport_->await_connect(std::move(handler)); }, executor_,
                error_, transferred_);
            ended = error_ || transport_->has_connected(error_);
        }
        if (!error_ && !expired_ && tls_)
            co_return co_await handshake();
        if (!error_ && !expired_)
            co_return true;
        if (clock::now() >= end_ || (error_ == asio::error::operation_aborted && !expired_))
            break;
    }
    co_return fail(upstream_errc::connect, upstream_errc::connect_timeout);
}

awaitable<bool> client_connection::handshake()
{
    expect(options_.tls_timeout);
    co_await io([&](auto handler) { tls_->handshake(std::move(handler)); }, executor_, error_, transferred_);
    if (error_ || expired_)
        co_return fail(upstream_errc::tls, upstream_errc::tls_timeout);
    co_return true;
}

} // namespace framex
