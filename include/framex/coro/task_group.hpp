/// task_group: children that end before their parent does.
#pragma once

#include <framex/coro/awaitable.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <memory>

namespace framex {

/// Runs awaitables side by side and waits for all of them: structured concurrency.
///
///     task_group group(co_await asio::this_coro::executor);
///     group.spawn(read_loop(socket));
///     group.spawn(write_loop(socket));
///     co_await group.join();
///
/// The first exception of a child cancels the others (terminal) and is kept for join(); later ones are
/// dropped. Destroying a group cancels the children that still run and does not wait for them: children take
/// what they need by value or shared, never by reference into the parent, unless the parent always joins.
/// Group, children and parent share one executor: one thread or a strand.
class task_group {
public:
    explicit task_group(asio::any_io_executor executor);
    task_group(task_group const&) = delete;
    task_group& operator=(task_group const&) = delete;
    ~task_group();

    /// Starts `child`, which may run until its first suspension before this returns. Once the group was
    /// cancelled or a child has failed, `child` is destroyed without having run.
    void spawn(awaitable<void> child);

    /// Waits until no child runs, those spawned meanwhile included; then rethrows the first child's
    /// exception, once. Cancelling join() cancels the children and still waits for them; it then throws what
    /// a child threw, or system_error(asio::error::operation_aborted). One join() at a time. A parent that
    /// was cancelled before it awaits join() is refused by Asio with operation_aborted at once; the children
    /// then end with the group.
    awaitable<void> join();

    /// Cancels the children (terminal) and closes the group. Their operation_aborted is then no error of
    /// join().
    void cancel();

    /// How many children have not ended.
    std::size_t size() const noexcept;

private:
    struct state;
    static awaitable<void> wait_for(std::shared_ptr<state> group);

    std::shared_ptr<state> state_; // shared with the children
};

} // namespace framex
