#include <framex/http/replay.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <iterator>
#include <list>
#include <mutex>
#include <new>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

namespace framex {

namespace {

constexpr std::size_t batch_size = 16; // events that a stream holds at a time, at most

std::string random_prefix()
{
    std::random_device source;
    std::string text;
    for (auto bits = source(); text.size() < 8; bits >>= 4)
        text += "0123456789abcdef"[bits & 15];
    return text + '-';
}

std::size_t size_of(sse_event const& event) noexcept
{
    return event.event.size() + event.data.size() + event.id.size() + event.comment.size();
}

/// What a stream waits on; lives in its frame, so that it dies with its executor. The timer never expires.
struct replay_bell {
    explicit replay_bell(asio::any_io_executor const& executor)
        : timer(executor, asio::steady_timer::time_point::max())
    {
    }
    asio::steady_timer timer;
    bool has_rung = false; ///< of the timer's executor alone
};

} // namespace

struct replay::state {
    explicit state(replay_limits given) : limits(given) {}

    void drop_the_oldest()
    {
        auto const is_over = [this] { return kept.size() > limits.events || octets > limits.octets; };
        for (; kept.size() > 1 && is_over(); ++first) {
            octets -= size_of(*kept.front());
            kept.pop_front();
        }
    }
    void wake() noexcept;

    replay_limits const limits;
    std::string const prefix = random_prefix();
    std::mutex mutex; ///< guards everything below; nothing of a stream runs while it is held
    std::deque<std::shared_ptr<sse_event const>> kept;
    std::uint64_t first = 0; ///< the number of kept.front()
    std::size_t octets = 0;
    std::uint64_t made = 0; ///< ids
    std::list<place*> waiting;
    bool finished = false;
};

/// Where one stream is; lives in its frame.
class replay::place {
public:
    place(std::shared_ptr<state> of, std::uint64_t next, asio::any_io_executor const& executor)
        : state_(std::move(of)), next_(next), bell_(std::make_shared<replay_bell>(executor))
    {
    }
    place(place const&) = delete;
    place& operator=(place const&) = delete;
    ~place()
    {
        std::lock_guard const guard(state_->mutex);
        stop_waiting();
    }

    /// The next events; none: they are waited for, or has_ended(). Gives how many are lost before them.
    std::uint64_t take(std::vector<std::shared_ptr<sse_event const>>& events)
    {
        events.clear();
        std::lock_guard const guard(state_->mutex);
        auto const lost = state_->first > next_ ? state_->first - next_ : 0;
        next_ += lost;
        auto const begin = state_->kept.begin() + static_cast<std::ptrdiff_t>(next_ - state_->first);
        auto const size = std::min(static_cast<std::size_t>(state_->kept.end() - begin), batch_size);
        events.assign(begin, begin + static_cast<std::ptrdiff_t>(size));
        next_ += size;
        has_ended_ = size == 0 && state_->finished;
        bell_->has_rung = false;
        if (size == 0 && !has_ended_) {
            at_ = state_->waiting.insert(state_->waiting.end(), this);
            waits_ = true;
        }
        return lost;
    }
    bool has_ended() const noexcept { return has_ended_; }
    replay_bell& bell() noexcept { return *bell_; }

    /// Cancellation has ended the waiting.
    void stop_waiting() noexcept
    {
        if (std::exchange(waits_, false))
            state_->waiting.erase(at_);
    }
    /// From any thread, under the mutex.
    void ring()
    {
        asio::post(bell_->timer.get_executor(), [bell = bell_] {
            bell->has_rung = true;
            bell->timer.cancel();
        });
        waits_ = false;
    }

private:
    std::shared_ptr<state> state_;
    std::uint64_t next_; ///< the number of the event to come
    std::shared_ptr<replay_bell> bell_;
    std::list<place*>::iterator at_{}; ///< while it waits
    bool waits_ = false;
    bool has_ended_ = false;
};

/// Under the mutex: a stream that waits stays alive, and its executor with it. Those for whom there is no
/// memory are woken with the next event; after the last one they wait until their clients leave.
void replay::state::wake() noexcept
{
    try {
        for (; !waiting.empty(); waiting.pop_front())
            waiting.front()->ring();
    } catch (std::bad_alloc const&) {
    }
}

replay::replay(replay_limits limits) : state_(std::make_shared<state>(limits)) {}
replay::~replay() { finish(); }

std::string replay::push(sse_event event)
{
    auto one = std::make_shared<sse_event>(std::move(event));
    std::lock_guard const guard(state_->mutex);
    if (state_->finished)
        throw std::logic_error("an event was pushed to a replay after its finish");
    if (one->id.empty())
        one->id = state_->prefix + std::to_string(++state_->made);
    auto id = one->id;
    state_->octets += size_of(*one);
    state_->kept.push_back(std::move(one));
    state_->drop_the_oldest();
    state_->wake();
    return id;
}

void replay::finish() noexcept
{
    std::lock_guard const guard(state_->mutex);
    state_->finished = true;
    state_->wake();
}

std::string replay::last_id() const
{
    std::lock_guard const guard(state_->mutex);
    return state_->kept.empty() ? std::string() : state_->kept.back()->id;
}

async_generator<sse_event> replay::follow(std::string const& last_event_id) const
{
    std::lock_guard const guard(state_->mutex);
    auto const& kept = state_->kept;
    if (last_event_id.empty())
        return give(state_, state_->first, true);
    auto const has_id = [&](auto const& event) { return event->id == last_event_id; };
    auto const found = std::find_if(kept.rbegin(), kept.rend(), has_id);
    auto const passed = static_cast<std::uint64_t>(kept.rend() - found); // 0: none has that id
    return give(state_, state_->first + passed, passed != 0);
}

async_generator<sse_event> replay::give(std::shared_ptr<state> self, std::uint64_t next, bool knows_id)
{
    auto const executor = co_await asio::this_coro::executor;
    place here(std::move(self), next, executor);
    std::vector<std::shared_ptr<sse_event const>> events;
    if (!knows_id)
        co_yield sse_event("gap", "{}");
    for (;;) {
        auto const lost = here.take(events);
        if (lost != 0)
            co_yield sse_event("gap", "{\"lost\": " + std::to_string(lost) + "}");
        for (auto const& event : events)
            co_yield *event;
        if (here.has_ended())
            co_return;
        if (!events.empty())
            continue;
        auto const [stopped] = co_await here.bell().timer.async_wait(asio::as_tuple(asio::deferred));
        if (!here.bell().has_rung)
            throw boost::system::system_error(stopped);
    }
}

} // namespace framex
