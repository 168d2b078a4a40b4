#include <framex/coro/task_group.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <list>
#include <utility>

namespace framex {

namespace {

bool is_cancellation(std::exception_ptr const& error)
{
    try {
        std::rethrow_exception(error);
    } catch (boost::system::system_error const& e) {
        return e.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

} // namespace

/// Owned by the group and by every child's handler. The joining parent is kept in `joiner`, which the
/// children's handlers fulfil; one that dies uninvoked (the context goes away) lets the parent go, so no
/// cycle outlives it.
struct task_group::state {
    using waiter = asio::any_completion_handler<void()>;
    using signals = std::list<asio::cancellation_signal>;

    explicit state(asio::any_io_executor ex) : executor(std::move(ex)) {}

    void cancel_all()
    {
        closed = true;
        for (auto it = children.begin(); it != children.end();)
            (it++)->emit(asio::cancellation_type::terminal);
    }
    void finished(signals::iterator child, std::exception_ptr error)
    {
        children.erase(child);
        if (error && !first_error && !(closed && is_cancellation(error))) {
            first_error = std::move(error);
            cancel_all();
        }
        if (children.empty())
            if (auto parent = take_joiner())
                asio::dispatch(std::move(parent));
    }
    void wait(waiter parent)
    {
        if (auto slot = asio::get_associated_cancellation_slot(parent); slot.is_connected())
            slot.assign([this](asio::cancellation_type) {
                join_cancelled = true;
                cancel_all();
            });
        joiner.swap(parent); // 1.81's any_completion_handler must not be move-assigned
    }
    waiter take_joiner() noexcept
    {
        waiter parent;
        parent.swap(joiner);
        if (parent)
            if (auto slot = asio::get_associated_cancellation_slot(parent); slot.is_connected())
                slot.clear();
        return parent;
    }

    asio::any_io_executor executor;
    signals children; // one for each that has not ended
    std::exception_ptr first_error;
    bool closed = false;
    bool join_cancelled = false;
    waiter joiner;
};

namespace {

/// The completion handler of a child: its share of the group.
template <class State>
class child_handler {
public:
    child_handler(std::shared_ptr<State> group, typename State::signals::iterator self)
        : group_(std::move(group)), self_(self)
    {
    }
    child_handler(child_handler&&) noexcept = default;
    child_handler& operator=(child_handler&&) = delete;
    ~child_handler()
    {
        if (group_)
            auto abandoned = group_->take_joiner();
    }
    void operator()(std::exception_ptr error)
    {
        auto group = std::move(group_);
        group->finished(self_, std::move(error));
    }

private:
    std::shared_ptr<State> group_;
    typename State::signals::iterator self_;
};

} // namespace

task_group::task_group(asio::any_io_executor executor) : state_(std::make_shared<state>(std::move(executor)))
{
}

task_group::~task_group() { state_->cancel_all(); }

void task_group::spawn(awaitable<void> child)
{
    if (state_->closed)
        return;
    auto self = state_->children.emplace(state_->children.end());
    asio::co_spawn(state_->executor, std::move(child),
        asio::bind_cancellation_slot(self->slot(), child_handler<state>(state_, self)));
}

awaitable<void> task_group::join() { return wait_for(state_); }

awaitable<void> task_group::wait_for(std::shared_ptr<state> group)
{
    group->join_cancelled = false;
    if (!group->children.empty()) {
        auto initiate = [s = group.get()](auto parent) { s->wait(state::waiter(std::move(parent))); };
        co_await asio::async_initiate<asio::deferred_t const, void()>(initiate, asio::deferred);
    }
    if (group->first_error)
        std::rethrow_exception(std::exchange(group->first_error, nullptr));
    if (group->join_cancelled)
        throw boost::system::system_error(asio::error::operation_aborted);
}

void task_group::cancel() { state_->cancel_all(); }

std::size_t task_group::size() const noexcept { return state_->children.size(); }

} // namespace framex
