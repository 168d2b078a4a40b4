#include "client/group_state.hpp"
#include "client/request_text.hpp"

#include <framex/client/upstream_group.hpp>
#include <framex/coro/sleep.hpp>
#include <framex/coro/task_group.hpp>

#include <boost/asio/this_coro.hpp>
#include <boost/container/small_vector.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <optional>
#include <span>
#include <utility>

namespace framex {

namespace {

bool is_failure(int status) noexcept { return status == 502 || status == 503 || status == 504; }

/// What is too much for the client's limits says nothing of the upstream's health.
bool is_failure(upstream_errc step) noexcept
{
    return step != upstream_errc::too_large && step != upstream_errc::refused;
}

/// A member whose answer is on its way: it has answered well unless that breaks.
class answering_member {
public:
    answering_member(chosen_member member, bool is_good) noexcept
        : member_(std::move(member)), is_good_(is_good)
    {
        if (!is_good_)
            member_.failed();
    }
    answering_member(answering_member&& other) noexcept
        : member_(std::move(other.member_)), is_good_(std::exchange(other.is_good_, false))
    {
    }
    answering_member& operator=(answering_member&&) = delete;
    ~answering_member()
    {
        if (is_good_)
            member_.succeeded();
    }

    void broke() noexcept
    {
        if (std::exchange(is_good_, false))
            member_.failed();
    }

private:
    chosen_member member_;
    bool is_good_;
};

/// Keeps the member busy until the answer's body has ended or was dropped. How a tunnel ends says nothing of
/// the member.
async_generator<std::string> hold(answering_member member, body_reader body, bool is_tunnel)
{
    try {
        while (auto piece = co_await body.next())
            co_yield std::move(*piece);
    } catch (upstream_error const& error) {
        if (is_failure(error.step()) && !is_tunnel)
            member.broke();
        throw;
    }
}

/// The body of a request that may be offered to one member after another.
class offered_body {
public:
    explicit offered_body(body_reader body) noexcept : body_(std::move(body)) {}

    /// For the next member. `is_last`: nobody will be offered it after that.
    body_reader offer(bool is_last)
    {
        if (is_last)
            return std::move(source_ ? source_->body : body_);
        if (auto const* whole = body_.whole())
            return body_reader(*whole);
        if (!source_)
            source_ = std::make_shared<source>(std::move(body_));
        return body_reader(pull(source_));
    }
    bool was_pulled() const noexcept { return source_ && source_->was_pulled; }

private:
    struct source {
        explicit source(body_reader from) : body(std::move(from)) {}
        body_reader body;
        bool was_pulled = false;
    };

    static async_generator<std::string> pull(std::shared_ptr<source> from)
    {
        from->was_pulled = true;
        while (auto piece = co_await from->body.next())
            co_yield std::move(*piece);
    }

    body_reader body_;
    std::shared_ptr<source> source_; ///< instead, when several may pull
};

/// Why the request may not be sent again, whoever is left; empty: it may.
std::string obstacle(
    upstream_errc step, std::string const& method, bool repeats_sent, offered_body const& body)
{
    if (is_before_request(step))
        return {};
    if (body.was_pulled())
        return "the body was being read already";
    if (is_timeout(step))
        return "the time was spent";
    if (step != upstream_errc::write && step != upstream_errc::no_answer)
        return "the upstream had answered";
    if (!is_idempotent(method) && !repeats_sent)
        return method + " was sent already";
    return {};
}

/// Another member for a request that has failed at those `tried`; nothing, and `why_not`, when it is not
/// repeated.
std::optional<std::size_t> another(
    group_state& group, std::string_view key, std::span<std::size_t const> tried, std::string& why_not)
{
    if (!why_not.empty())
        return std::nullopt;
    if (tried.size() == group.size())
        why_not = "there is no other member";
    else if (tried.size() >= group.options().retry.members)
        why_not = "enough members were asked";
    else if (!group.take_retry())
        why_not = "the budget of retries is spent";
    else if (auto const next = group.choose(key, tried))
        return next;
    else
        why_not = "no other member can take it";
    return std::nullopt;
}

awaitable<bool> is_well(http_client client, std::string url, std::string authorization)
{
    outgoing_request question("GET", url);
    if (!authorization.empty())
        question.headers.set(http::field::authorization, authorization);
    try {
        auto const answer = co_await client.send(std::move(question));
        co_return answer.status < 400;
    } catch (boost::system::system_error const&) {
        throw; // cancelled
    } catch (std::exception const&) {
        co_return false;
    }
}

/// The health of one member.
awaitable<void> follow_health(std::shared_ptr<group_state> group, http_client client, std::size_t index)
{
    auto const& how = group->options().health;
    for (;;) {
        bool const is_good = co_await is_well(client, group->url(index) + how.path, how.authorization);
        group->tell_health(index, is_good);
        co_await sleep_for(how.interval);
    }
}

awaitable<void> follow_all(std::shared_ptr<group_state> group)
{
    auto options = group->options().upstream.client;
    options.total_timeout = group->options().health.timeout;
    http_client const client(options);
    auto const executor = co_await asio::this_coro::executor;
    task_group children(executor);
    for (std::size_t i = 0; i < group->size(); ++i)
        children.spawn(follow_health(group, client, i));
    co_await children.join();
}

} // namespace

// ---- chosen_member ----------------------------------------------------------------------------------

chosen_member::~chosen_member()
{
    if (group_)
        group_->release(index_);
}

upstream const& chosen_member::to() const noexcept { return group_->at(index_); }
void chosen_member::succeeded() noexcept { group_->tell_success(index_); }
void chosen_member::failed() noexcept { group_->tell_failure(index_); }

// ---- upstream_group ---------------------------------------------------------------------------------

upstream_group::upstream_group(std::vector<upstream_member> members, group_options options, clock now)
    : group_(std::make_shared<group_state>(std::move(members), std::move(options), std::move(now)))
{
}

chosen_member upstream_group::choose(std::string_view key) const
{
    auto const index = group_->choose(key, {});
    if (!index)
        group_->refuse();
    return chosen_member(group_, *index);
}

awaitable<streamed_response> upstream_group::forward(request incoming) const
{
    body_reader body(std::exchange(incoming.body, {}));
    return run(group_, std::move(incoming), std::move(body), {});
}

awaitable<streamed_response> upstream_group::forward(
    request incoming, body_reader body, std::string key) const
{
    return run(group_, std::move(incoming), std::move(body), std::move(key));
}

awaitable<streamed_response> upstream_group::run(
    std::shared_ptr<group_state> group, request incoming, body_reader body, std::string key)
{
    auto const& how = group->options().retry;
    std::string const method = incoming.method;
    offered_body offered(std::move(body));
    boost::container::small_vector<std::size_t, 4> tried;
    auto const first = group->choose(key, tried);
    if (!first)
        group->refuse();
    chosen_member member(group, *first);
    for (;;) {
        tried.push_back(member.index());
        bool const is_last = tried.size() >= how.members || tried.size() >= group->size();
        request sent;
        if (is_last)
            sent = std::move(incoming);
        else
            sent = incoming;
        auto content = offered.offer(is_last);
        try {
            auto answer = co_await member.to().forward(std::move(sent), std::move(content));
            bool const is_bad = group->options().ejection.counts_statuses && is_failure(answer.status);
            answering_member answering(std::move(member), !is_bad);
            if (!answer.body.whole())
                answer.body = hold(std::move(answering), std::move(answer.body), answer.status == 101);
            co_return answer;
        } catch (upstream_error& error) {
            if (is_failure(error.step()))
                member.failed();
            auto why_not = obstacle(error.step(), method, how.repeats_sent, offered);
            auto const next = another(*group, key, tried, why_not);
            if (!next) {
                error.not_repeated(std::move(why_not));
                throw;
            }
            member = chosen_member(group, *next);
        }
    }
}

awaitable<void> upstream_group::check_health() const { return follow_all(group_); }

std::vector<member_counts> upstream_group::counts() const { return group_->counts(); }

std::string const& upstream_group::name() const noexcept { return group_->options().name; }

} // namespace framex
