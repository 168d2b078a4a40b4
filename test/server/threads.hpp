/// Contexts that four threads run.
#pragma once

#include <framex/fwd.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <array>
#include <thread>

namespace framex::test {

/// An io_context that four threads run.
class four_threads {
public:
    four_threads()
    {
        for (auto& each : threads_)
            each = std::thread([this] { context_.run(); });
    }
    four_threads(four_threads const&) = delete;
    four_threads& operator=(four_threads const&) = delete;
    ~four_threads() { join(); }
    asio::io_context& context() { return context_; }
    void join()
    {
        work_.reset();
        for (auto& each : threads_)
            if (each.joinable())
                each.join();
    }

private:
    asio::io_context context_{4};
    asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(context_);
    std::array<std::thread, 4> threads_;
};

struct four_of_a_pool {
    asio::thread_pool pool{4};
    asio::thread_pool& context() { return pool; }
    void join() { pool.join(); }
};

} // namespace framex::test
