#include "client/group_state.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <stdexcept>
#include <thread>

using namespace framex;
using namespace std::chrono_literals;

namespace {

/// A group of members a, b, c... whose time stands still.
struct lab {
    explicit lab(std::vector<unsigned> const& weights, group_options options = {})
        : group(members(weights), std::move(options), [this] { return now; })
    {
    }
    static std::vector<upstream_member> members(std::vector<unsigned> const& weights)
    {
        std::vector<upstream_member> made;
        for (unsigned const weight : weights)
            made.emplace_back("http://" + std::string(1, static_cast<char>('a' + made.size())), weight);
        return made;
    }

    /// Who is chosen for requests that end at once; "-" when nobody is.
    std::string turn(int count, std::string_view key = {})
    {
        auto names = begin_many(count, key);
        for (char const name : names)
            end(name);
        return names;
    }
    /// The same, one after another.
    std::string one_by_one(int count, std::string_view key = {})
    {
        std::string names;
        for (int i = 0; i < count; ++i)
            names += turn(1, key);
        return names;
    }
    std::string begin(std::string_view key = {})
    {
        auto const found = group.choose(key, {});
        return std::string(1, found ? static_cast<char>('a' + *found) : '-');
    }
    std::string begin_many(int count, std::string_view key = {})
    {
        std::string names;
        for (int i = 0; i < count; ++i)
            names += begin(key);
        return names;
    }
    void end(char name)
    {
        if (name != '-')
            group.release(place(name));
    }
    void fail(char name, int times)
    {
        for (int i = 0; i < times; ++i)
            group.tell_failure(place(name));
    }
    std::string refusal()
    {
        try {
            group.refuse();
        } catch (upstream_error const& error) {
            BOOST_TEST(error.status() == 503);
            return error.what();
        }
    }
    static std::size_t place(char name) { return static_cast<std::size_t>(name - 'a'); }
    /// Of the members, whom of 1,000 keys choose.
    std::map<int, char> owners()
    {
        std::map<int, char> found;
        for (int i = 0; i < 1000; ++i)
            found[i] = turn(1, "client " + std::to_string(i)).front();
        return found;
    }

    group_state::time_point now{24h};
    group_state group;
};

group_options by(balance how, std::size_t in_flight = 0)
{
    group_options options;
    options.balance = how;
    options.in_flight = in_flight;
    return options;
}

long count(std::map<int, char> const& owners, char name)
{
    return std::ranges::count_if(owners, [&](auto const& one) { return one.second == name; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_group_state)

// ---- balance ----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(members_are_chosen_in_turn_and_weights_are_spread_evenly)
{
    BOOST_TEST(lab({1, 1, 1}).turn(6) == "abcabc");
    BOOST_TEST(lab({5, 1, 1}).turn(14) == "aabacaaaabacaa");
}

BOOST_AUTO_TEST_CASE(who_has_the_fewest_requests_for_its_weight_is_chosen)
{
    lab even({1, 1, 1}, by(balance::least_in_flight));
    BOOST_TEST(even.one_by_one(4) == "bcab");
    BOOST_TEST(even.begin_many(3) == "cab");
    even.end('a');
    BOOST_TEST(even.begin() == "a");
    lab weighted({3, 1}, by(balance::least_in_flight));
    auto const names = weighted.begin_many(8);
    BOOST_TEST(std::ranges::count(names, 'a') == 6);
}

BOOST_AUTO_TEST_CASE(a_key_meets_one_member_and_each_gets_its_share)
{
    lab here({1, 1, 2}, by(balance::hash));
    BOOST_TEST(here.one_by_one(3, "Ada") == std::string(3, here.turn(1, "Ada").front()));
    auto const owners = here.owners();
    for (char const name : {'a', 'b'}) {
        BOOST_TEST(count(owners, name) > 200);
        BOOST_TEST(count(owners, name) < 300);
    }
    BOOST_TEST(here.turn(4) == "cabc"); // in turn without a key
}

BOOST_AUTO_TEST_CASE(only_the_keys_of_a_member_that_goes_move)
{
    lab here({1, 1, 1, 1}, by(balance::hash));
    auto const before = here.owners();
    here.fail('b', 5);
    auto const after = here.owners();
    for (auto const& [key, owner] : before)
        BOOST_TEST((owner == 'b' ? after.at(key) != 'b' : after.at(key) == owner));
    for (char const name : {'a', 'c', 'd'}) // they share them
        BOOST_TEST(count(after, name) > count(before, name) + 40);
    here.now += 1h;
    BOOST_TEST((here.owners() == before));
}

BOOST_AUTO_TEST_CASE(members_on_one_host_share_the_keys)
{
    group_state group(
        {{"http://a/one"}, {"http://a/two/"}}, by(balance::hash), [] { return group_state::time_point(); });
    int first = 0;
    for (int i = 0; i < 100; ++i)
        first += group.choose(std::to_string(i), {}).value() == 0;
    BOOST_TEST(first > 30);
    BOOST_TEST(first < 70);
}

// ---- the cap ----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_full_member_is_passed_over_and_a_full_group_refuses)
{
    lab here({1, 1}, by(balance::round_robin, 2));
    BOOST_TEST(here.begin_many(5) == "abab-");
    BOOST_TEST(
        here.refusal() == "the upstream a:80, b:80 cannot take the request: each has 2 requests already");
    here.end('b');
    BOOST_TEST(here.begin() == "b");
    lab sticky({1, 1}, by(balance::hash, 1));
    auto const first = sticky.begin("Ada");
    BOOST_TEST(sticky.begin("Ada") != first);
}

// ---- ejection ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_member_that_fails_often_enough_in_a_row_is_left_out_for_a_while)
{
    lab here({1, 1, 1});
    here.fail('b', 4);
    here.group.tell_success(1);
    here.fail('b', 4);
    BOOST_TEST(here.turn(3) == "abc");
    here.fail('b', 1);
    BOOST_TEST(here.turn(4) == "acac");
    auto const told = here.group.counts().at(1);
    BOOST_TEST(told.failures == 9U);
    BOOST_TEST(told.ejections == 1U);
    BOOST_TEST((told.ejected_for == 10s));
    here.now += 10s - 1ms;
    BOOST_TEST(here.turn(2) == "ac");
    here.now += 1ms + 10s; // and its weight is whole again
    auto const names = here.turn(3);
    BOOST_TEST(std::ranges::count(names, 'b') == 1);
}

BOOST_AUTO_TEST_CASE(a_member_that_fails_again_is_left_out_for_longer)
{
    group_options options;
    options.ejection.longest = 35s;
    lab here({1, 1}, options);
    here.fail('a', 5);
    for (auto const time : {10s, 20s, 35s, 35s}) {
        BOOST_TEST((here.group.counts().front().ejected_for == time));
        here.fail('a', 1); // of a request that began before
        here.now += time;
        BOOST_TEST((here.group.counts().front().ejected_for == 0s));
        here.fail('a', 1); // the first one after its return
    }
    here.now += 35s + 35s; // well for as long as it was out
    here.fail('a', 1);
    BOOST_TEST((here.group.counts().front().ejected_for == 10s));
    here.now += 10s;
    here.group.tell_success(0);
    here.fail('a', 4);
    BOOST_TEST((here.group.counts().front().ejected_for == 0s));
}

BOOST_AUTO_TEST_CASE(no_more_than_a_share_of_the_members_is_left_out)
{
    auto const ejected = [](std::size_t members, double most) {
        group_options options;
        options.ejection.most = most;
        lab here(std::vector<unsigned>(members, 1), options);
        for (std::size_t i = 0; i < members; ++i)
            here.fail(static_cast<char>('a' + i), 9);
        return std::ranges::count_if(
            here.group.counts(), [](member_counts const& one) { return one.ejected_for > 0s; });
    };
    BOOST_TEST(ejected(4, 0.5) == 2);
    BOOST_TEST(ejected(5, 0.5) == 2);
    BOOST_TEST(ejected(3, 0.1) == 1);
    BOOST_TEST(ejected(3, 1) == 2);
    BOOST_TEST(ejected(1, 1) == 0);
}

BOOST_AUTO_TEST_CASE(zero_failures_eject_nobody)
{
    group_options options;
    options.ejection.failures = 0;
    lab here({1, 1}, options);
    here.fail('a', 100);
    BOOST_TEST(here.turn(2) == "ab");
}

BOOST_AUTO_TEST_CASE(who_comes_back_begins_with_few_requests)
{
    lab here({1, 1});
    here.fail('b', 5);
    here.now += 10s;
    auto const share = [&] {
        auto const names = here.turn(110);
        return std::ranges::count(names, 'b');
    };
    BOOST_TEST(share() == 10); // a tenth of the weight
    here.now += 5s;
    BOOST_TEST(share() > 30);
    BOOST_TEST(share() < 40);
    here.now += 5s;
    BOOST_TEST(share() == 55);
}

BOOST_AUTO_TEST_CASE(the_ejected_are_chosen_when_nobody_else_is_healthy)
{
    lab here({1, 1});
    here.fail('a', 5);
    for (int i = 0; i < 3; ++i)
        here.group.tell_health(1, false);
    BOOST_TEST(here.turn(2) == "aa");
}

// ---- health -----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(checks_in_a_row_take_a_member_out_and_back)
{
    lab here({1, 1});
    auto const check = [&](std::string_view results) {
        for (char const each : results)
            here.group.tell_health(0, each == '+');
    };
    check("--+--");
    BOOST_TEST(here.turn(2) == "ab");
    check("-");
    BOOST_TEST(here.turn(2) == "bb");
    BOOST_TEST(!here.group.counts().front().is_healthy);
    check("+-+");
    BOOST_TEST(here.turn(2) == "bb");
    check("+");
    here.now += 10s;
    auto const names = here.turn(2);
    BOOST_TEST(std::ranges::count(names, 'a') == 1);
}

BOOST_AUTO_TEST_CASE(without_a_healthy_member_requests_are_refused)
{
    group_options options;
    options.name = "shop";
    options.health.unhealthy = 1;
    lab here({1}, options);
    here.group.tell_health(0, false);
    BOOST_TEST(here.begin() == "-");
    BOOST_TEST(here.refusal() == "the upstream shop cannot take the request: none is healthy");
}

// ---- retries ----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(retries_have_a_budget)
{
    lab here({1, 1});
    auto const retries = [&] {
        int allowed = 0;
        while (allowed < 1000 && here.group.take_retry())
            ++allowed;
        return allowed;
    };
    BOOST_TEST(retries() == 3); // always
    here.turn(100);
    BOOST_TEST(retries() == 17);
    here.now += 5s;
    BOOST_TEST(retries() == 0); // of the same window
    here.now += 5s;
    BOOST_TEST(retries() == 3);
    here.turn(50);
    here.now += 1h;
    BOOST_TEST(retries() == 3);
}

BOOST_AUTO_TEST_CASE(a_retry_goes_to_another_member)
{
    lab here({1, 1, 1});
    std::vector<std::size_t> tried{0, 2};
    BOOST_TEST(here.group.choose({}, tried).value() == 1U);
    BOOST_TEST(here.group.counts().at(1).retries == 1U);
    tried.push_back(1);
    BOOST_TEST(!here.group.choose({}, tried));
}

// ---- the rest ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(groups_that_could_not_work_are_refused)
{
    auto const make = [](std::vector<upstream_member> members, group_options const& options = {}) {
        group_state const made(std::move(members), options, &std::chrono::steady_clock::now);
    };
    BOOST_CHECK_THROW(make({}), std::invalid_argument);
    BOOST_CHECK_THROW(make({{"http://a", 0}}), std::invalid_argument);
    BOOST_CHECK_THROW(make({{"ftp://a"}}), std::invalid_argument);
    group_options options;
    options.health.path = "healthz";
    BOOST_CHECK_THROW(make({{"http://a"}}, options), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(threads_share_a_group)
{
    group_state group({{"http://a"}, {"http://b", 3}}, {}, &std::chrono::steady_clock::now);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&group] {
            for (int i = 0; i < 1000; ++i) {
                auto const found = group.choose({}, {});
                group.tell_success(*found);
                group.release(*found);
            }
        });
    for (auto& each : threads)
        each.join();
    auto const told = group.counts();
    BOOST_TEST(told[0].requests == 1000U);
    BOOST_TEST(told[1].requests == 3000U);
    BOOST_TEST(told[0].in_flight + told[1].in_flight == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
