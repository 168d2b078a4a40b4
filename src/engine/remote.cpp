#include "coro/reserved_memory.hpp"
#include "engine/engine_service.hpp"

#include <framex/engine/remote.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <new>
#include <thread>

namespace framex::detail {

remote_call::~remote_call() = default;

void remote_call::run() noexcept
{
    if (!callers_->has(*this))
        return;
    std::exception_ptr error;
    try {
        work(stop_.get_token());
    } catch (...) {
        error = std::current_exception();
    }
    tell(std::move(error));
}

void remote_call::abandon(std::exception_ptr why) noexcept
{
    tell(std::move(why));
    stop();
}

/// On a thread of the engine, which may wait until there is memory: nobody else can let the caller go on.
void remote_call::tell(std::exception_ptr error) noexcept
{
    constexpr std::chrono::milliseconds pause(10);
    for (;;)
        try {
            callers_->resume(*this, error);
            return;
        } catch (std::bad_alloc const&) {
            std::this_thread::sleep_for(pause);
        }
}

void remote_call::cancel()
{
    boost::system::system_error const aborted(asio::error::operation_aborted);
    if (!callers_->resume(*this, std::make_exception_ptr(aborted)))
        return; // it has ended, and perhaps its engine
    stop();
    engine_->withdraw(ticket_);
}

awaitable<void> remote_call::finish(std::shared_ptr<remote_call> job)
{
    auto executor = co_await asio::this_coro::executor;
    auto& service = engine_service::of(executor);
    if (!service.used)
        throw engine_error(engine_errc::missing);
    job->engine_ = service.used;
    job->callers_ = service.callers;
    job->memory_ = std::make_shared<reserved_memory>();
    auto initiate = [&](auto resume) { callers::start(job, executor, std::move(resume)); };
    co_await asio::async_initiate<asio::deferred_t const, void(std::exception_ptr)>(initiate, asio::deferred);
}

} // namespace framex::detail
