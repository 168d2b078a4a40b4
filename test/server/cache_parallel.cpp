#include "server/cached.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;

namespace {

/// Requests that run side by side on one context, each with a way to cancel it.
class crowd {
public:
    explicit crowd(cached_counter& lab) : lab_(lab) {}

    outcome& ask(std::string const& target, std::string wish = {})
    {
        auto& one = all_.emplace_back();
        asio::co_spawn(context,
            cached_counter::request(lab_.of(target), target, std::move(wish), {}, one.got),
            asio::bind_cancellation_slot(one.signal.slot(), [](std::exception_ptr) {}));
        return one.got;
    }
    /// Cancels the request of that number after 2 ms.
    void cancel(std::size_t which)
    {
        timer_.expires_after(2ms);
        timer_.async_wait(
            [&one = all_[which]](error_code) { one.signal.emit(asio::cancellation_type::terminal); });
    }
    long count(std::string_view status) const
    {
        return std::ranges::count(
            all_, status, [](auto const& one) { return std::string_view(one.got.status); });
    }
    std::size_t failed() const
    {
        return static_cast<std::size_t>(
            std::ranges::count_if(all_, [](auto const& one) { return one.got.error != nullptr; }));
    }
    bool done() const
    {
        return std::ranges::all_of(all_, [](auto const& one) { return one.got.done; });
    }

private:
    struct asked {
        outcome got;
        asio::cancellation_signal signal;
    };
    cached_counter& lab_;
    std::deque<asked> all_;

public:
    asio::io_context context{1};

private:
    asio::steady_timer timer_{context};
};

/// Does something before the first value is kept.
class held_store final : public cache_store {
public:
    kept_value find(cache_key const& key, cache_time now) override { return inner_->find(key, now); }
    void keep(cache_key const& key, kept_value value, cache_time now, std::chrono::seconds ttl) override
    {
        if (auto const act = std::exchange(before_first, {}))
            act();
        inner_->keep(key, std::move(value), now, ttl);
    }
    std::function<void()> before_first;

private:
    std::unique_ptr<cache_store> inner_ = make_memory_store(10);
};

bool is_aborted(outcome const& got)
{
    try {
        if (got.error)
            std::rethrow_exception(got.error);
    } catch (boost::system::system_error const& e) {
        return e.code() == asio::error::operation_aborted;
    } catch (...) {
    }
    return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(parallel_requests)

BOOST_AUTO_TEST_CASE(parallel_misses_of_one_key_run_once)
{
    cached_counter lab;
    crowd all(lab);
    for (int i = 0; i < 5; ++i)
        all.ask("/slow?ms=3");
    auto const& other = all.ask("/slow?ms=2");
    all.context.run();
    BOOST_TEST(lab.plugin.runs == 2);
    BOOST_TEST(all.count("MISS") == 2);
    BOOST_TEST(all.count("HIT") == 4);
    BOOST_TEST(other.status == "MISS");
}

BOOST_AUTO_TEST_CASE(a_cancelled_leader_hands_over)
{
    cached_counter lab;
    crowd all(lab);
    auto const& leader = all.ask("/slow?ms=8");
    auto const& second = all.ask("/slow?ms=8");
    auto const& third = all.ask("/slow?ms=8");
    all.cancel(0);
    all.context.run();
    BOOST_TEST(is_aborted(leader));
    BOOST_TEST(lab.plugin.runs == 2);
    BOOST_TEST(second.body.ends_with("\"data\":2}"));
    BOOST_TEST(third.body.ends_with("\"data\":2}"));
    BOOST_TEST(all.count("MISS") == 1);
    BOOST_TEST(all.count("HIT") == 1);
    BOOST_TEST(lab.ask("/slow?ms=8").status == "HIT");
}

BOOST_AUTO_TEST_CASE(one_who_waits_may_be_cancelled_without_harm_to_the_others)
{
    cached_counter lab;
    crowd all(lab);
    auto const& leader = all.ask("/slow?ms=8");
    auto const& second = all.ask("/slow?ms=8");
    auto const& third = all.ask("/slow?ms=8");
    all.cancel(1);
    all.context.run();
    BOOST_TEST(is_aborted(second));
    BOOST_TEST(leader.status == "MISS");
    BOOST_TEST(third.status == "HIT");
    BOOST_TEST(lab.plugin.runs == 1);
}

BOOST_AUTO_TEST_CASE(a_failing_leader_fails_those_who_wait_and_nobody_later)
{
    cached_counter lab;
    crowd all(lab);
    for (int i = 0; i < 3; ++i)
        all.ask("/fail?ms=2");
    all.context.run();
    BOOST_TEST(all.failed() == 3U);
    BOOST_TEST(lab.plugin.runs == 1);
    BOOST_CHECK_THROW(std::rethrow_exception(lab.ask("/fail?ms=2").error), http_error);
    BOOST_TEST(lab.plugin.runs == 2);
}

BOOST_AUTO_TEST_CASE(those_who_wait_share_a_null_and_call_it_a_miss)
{
    cached_counter lab;
    crowd all(lab);
    all.ask("/none?ms=2");
    auto const& second = all.ask("/none?ms=2");
    all.context.run();
    BOOST_TEST(lab.plugin.runs == 1);
    BOOST_TEST(all.count("MISS") == 2);
    BOOST_TEST(second.body.ends_with("\"data\":null}"));
}

BOOST_AUTO_TEST_CASE(an_older_run_does_not_replace_what_a_refresh_brought)
{
    cached_counter lab;
    crowd all(lab);
    auto const& older = all.ask("/slow?ms=5"); // 1
    auto const& newer = all.ask("/slow?ms=5", "refresh"); // 2, ends after the older one
    auto const& bypass = all.ask("/slow?ms=5", "bypass");
    all.context.run();
    BOOST_TEST(older.status == "BYPASS"); // its result is not kept
    BOOST_TEST(older.body.ends_with("\"data\":1}"));
    BOOST_TEST(newer.status == "REFRESH");
    BOOST_TEST(newer.body.ends_with("\"data\":2}"));
    BOOST_TEST(bypass.body.ends_with("\"data\":3}"));
    BOOST_TEST(lab.ask("/slow?ms=5").body.ends_with("\"data\":2}"));
}

BOOST_AUTO_TEST_CASE(a_refresh_is_not_lost_to_an_older_run_that_is_being_kept)
{
    auto store = std::make_unique<held_store>();
    auto& held = *store;
    cached_counter lab(std::move(store));
    outcome newer;
    std::thread other;
    held.before_first = [&] {
        other = std::thread([&] { newer = lab.ask("/slow?ms=0", "refresh"); });
        while (lab.plugin.runs != 2)
            std::this_thread::yield();
        std::this_thread::sleep_for(20ms); // time enough to keep it, if nothing prevents that
    };
    BOOST_TEST(lab.ask("/slow?ms=0").status == "MISS");
    other.join();
    BOOST_TEST(newer.status == "REFRESH");
    auto const after = lab.ask("/slow?ms=0");
    BOOST_TEST(after.status == "HIT");
    BOOST_TEST(after.body.ends_with("\"data\":2}"));
}

BOOST_AUTO_TEST_CASE(a_context_may_die_while_one_leads_and_others_wait)
{
    cached_counter lab;
    {
        crowd all(lab);
        for (int i = 0; i < 3; ++i)
            all.ask("/slow?ms=50");
        all.context.poll();
        BOOST_TEST(lab.plugin.runs == 1);
        BOOST_TEST(!all.done());
    }
    BOOST_TEST(lab.ask("/slow?ms=50", "bypass").status == "BYPASS");
    BOOST_TEST(lab.ask("/slow?ms=50").status == "MISS"); // nobody seems to lead any more
}

BOOST_AUTO_TEST_CASE(one_who_waits_is_freed_from_another_thread)
{
    cached_counter lab;
    crowd first(lab), second(lab);
    first.ask("/slow?ms=20");
    first.context.poll(); // leads, and cannot end before its context runs again
    second.ask("/slow?ms=20");
    second.context.poll();
    BOOST_TEST(!first.done());
    BOOST_TEST(!second.done());
    std::thread other([&] { first.context.run(); });
    second.context.run();
    other.join();
    BOOST_TEST(lab.plugin.runs == 1);
    BOOST_TEST(first.count("MISS") == 1);
    BOOST_TEST(second.count("HIT") == 1);
}

BOOST_AUTO_TEST_CASE(two_threads_get_the_answers_of_their_keys)
{
    cached_counter lab(make_memory_store(3));
    crowd first(lab), second(lab);
    std::vector<std::pair<outcome const*, std::string>> all;
    for (int i = 0; i < 200; ++i)
        for (auto* one : {&first, &second}) {
            auto const number = std::to_string(i % 5);
            all.emplace_back(&one->ask("/big?n=" + number), "\"data\":" + number + "}");
        }
    std::thread other([&] { first.context.run(); });
    second.context.run();
    other.join();
    BOOST_TEST(
        std::ranges::all_of(all, [](auto const& one) { return one.first->body.ends_with(one.second); }));
}

BOOST_AUTO_TEST_SUITE_END()
