#include "coro/run.hpp"

#include <framex/coro/sleep.hpp>
#include <framex/http/replay.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace framex;
using namespace std::chrono_literals;
using test_coro::counted;
using test_coro::nothing_left;

namespace {

/// The data of every event up to the end, with a stroke before each gap's.
awaitable<void> read(async_generator<sse_event> events, std::string* seen)
{
    counted here;
    while (auto event = co_await events.next())
        *seen += (event->event == "gap" ? "|" : "") + event->data + " ";
}

/// What a stream gives that is followed when all has been pushed.
std::string all_of(replay& ring, std::string const& last_event_id)
{
    auto events = ring.follow(last_event_id);
    std::string seen;
    asio::io_context context(1);
    asio::co_spawn(context, read(std::move(events), &seen), [](std::exception_ptr) {});
    context.run_for(5ms);
    return seen;
}

std::string push(replay& ring, std::string data) { return ring.push(sse_event("", std::move(data))); }

} // namespace

BOOST_AUTO_TEST_SUITE(http_replay)

BOOST_AUTO_TEST_CASE(a_stream_gets_what_is_kept_and_then_what_comes)
{
    replay ring;
    push(ring, "a");
    test_coro::run([](replay* from) -> awaitable<void> {
        auto events = from->follow();
        auto first = co_await events.next();
        BOOST_TEST(first->data == "a");
        BOOST_TEST(!first->id.empty());
        push(*from, "b");
        auto second = co_await events.next();
        BOOST_TEST(second->data == "b");
        BOOST_TEST(second->id != first->id);
        BOOST_TEST(second->id == from->last_id());
        from->finish();
        auto end = co_await events.next();
        BOOST_TEST(!end.has_value());
    }(&ring));
}

BOOST_AUTO_TEST_CASE(a_stream_that_comes_back_gets_what_it_has_missed)
{
    replay ring;
    BOOST_TEST(ring.last_id() == "");
    auto const a = push(ring, "a");
    auto const b = push(ring, "b");
    BOOST_TEST(ring.push(sse_event("", "c", "own")) == "own");
    BOOST_TEST(all_of(ring, "") == "a b c ");
    BOOST_TEST(all_of(ring, a) == "b c ");
    BOOST_TEST(all_of(ring, b) == "c ");
    BOOST_TEST(all_of(ring, "own") == "");
    BOOST_TEST(all_of(ring, "unknown") == "|{} a b c ");
    replay other;
    push(other, "x");
    BOOST_TEST(all_of(other, a) == "|{} x "); // ids of one replay are not those of another
    ring.push(sse_event("", "d", "own"));
    BOOST_TEST(all_of(ring, "own") == ""); // the last one of that id
}

BOOST_AUTO_TEST_CASE(the_place_is_taken_when_follow_is_called)
{
    replay ring;
    push(ring, "old");
    auto live = ring.follow(ring.last_id());
    push(ring, "new");
    ring.finish();
    std::string seen;
    test_coro::run(read(std::move(live), &seen));
    BOOST_TEST(seen == "new ");
}

BOOST_AUTO_TEST_CASE(a_stream_that_falls_behind_is_told_how_much_it_has_lost_and_goes_on)
{
    replay ring(replay_limits{2, 1'000'000});
    auto const first = push(ring, "0");
    test_coro::run([](replay* from) -> awaitable<void> {
        auto events = from->follow();
        co_await events.next();
        for (int i = 1; i <= 5; ++i)
            push(*from, std::to_string(i));
        auto gap = co_await events.next();
        BOOST_TEST(gap->event == "gap");
        BOOST_TEST(gap->data == "{\"lost\": 3}");
        BOOST_TEST(gap->id == "");
        auto next = co_await events.next();
        BOOST_TEST(next->data == "4");
    }(&ring));
    BOOST_TEST(all_of(ring, first) == "|{} 4 5 ");
}

BOOST_AUTO_TEST_CASE(octets_are_bounded_too_and_the_last_event_stays)
{
    replay ring(replay_limits{1'000, 100});
    for (char c : {'a', 'b', 'c'})
        push(ring, std::string(30, c));
    BOOST_TEST(all_of(ring, "") == std::string(30, 'b') + " " + std::string(30, 'c') + " ");
    push(ring, std::string(500, 'd'));
    BOOST_TEST(all_of(ring, "") == std::string(500, 'd') + " ");
    replay none(replay_limits{0, 0});
    push(none, "a");
    push(none, "b");
    BOOST_TEST(all_of(none, "") == "b ");
}

BOOST_AUTO_TEST_CASE(finish_and_the_end_of_the_replay_end_streams_that_wait)
{
    nothing_left check;
    for (bool finishes : {true, false}) {
        std::optional<replay> ring(std::in_place);
        std::string seen;
        auto events = ring->follow();
        auto const end = [](std::optional<replay>* from, bool by_finish) -> awaitable<void> {
            co_await sleep_for(1ms);
            push(**from, "a");
            if (!by_finish)
                from->reset();
            else {
                (*from)->finish();
                BOOST_CHECK_THROW(push(**from, "late"), std::logic_error);
            }
        };
        asio::io_context context(1);
        asio::co_spawn(context, read(std::move(events), &seen), [](std::exception_ptr) {});
        asio::co_spawn(context, end(&ring, finishes), [](std::exception_ptr) {});
        context.run(); // to the end of both
        BOOST_TEST(seen == "a ");
        BOOST_TEST(counted::live == 0);
    }
}

BOOST_AUTO_TEST_CASE(streams_that_wait_are_cancelled_and_dropped_and_die_with_their_context)
{
    nothing_left check;
    replay ring;
    std::string seen;
    BOOST_TEST((test_coro::run_and_cancel(read(ring.follow(), &seen)) == asio::error::operation_aborted));
    test_coro::run_and_abandon(read(ring.follow(), &seen));
    {
        asio::io_context context(1);
        auto events = ring.follow();
        stream_access::set_executor(events, context.get_executor());
        BOOST_TEST(!stream_access::step(events));
        push(ring, "rings for nobody");
        events = {};
        context.run();
    }
    push(ring, "x"); // nobody waits any more
    BOOST_TEST(seen == "");
}

BOOST_AUTO_TEST_CASE(threads_push_and_follow_at_once_and_all_streams_see_one_order)
{
    constexpr int producers = 2, readers = 3, each = 500;
    replay ring;
    std::vector<std::string> seen(readers * 2);
    std::vector<std::thread> threads;
    std::atomic<int> left = producers;
    for (int thread = 0; thread < readers; ++thread)
        threads.emplace_back([&, thread] {
            asio::io_context context(1);
            for (int i = 0; i < 2; ++i)
                asio::co_spawn(context, read(ring.follow(), &seen[static_cast<std::size_t>(thread * 2 + i)]),
                    [](std::exception_ptr) {});
            context.run();
        });
    for (int thread = 0; thread < producers; ++thread)
        threads.emplace_back([&, thread] {
            for (int i = 0; i < each; ++i)
                push(ring, std::to_string(thread * each + i));
            if (--left == 0)
                ring.finish();
        });
    for (auto& one : threads)
        one.join();
    auto const whole = all_of(ring, "");
    BOOST_TEST(std::ranges::count(whole, ' ') == producers * each);
    for (auto const& one : seen)
        BOOST_TEST(one == whole);
}

BOOST_AUTO_TEST_CASE(streams_come_and_go_while_another_thread_pushes)
{
    nothing_left check;
    replay ring(replay_limits{10, 1'000});
    std::atomic<bool> done = false;
    std::thread producer([&] {
        for (int i = 0; !done; ++i) {
            push(ring, std::to_string(i));
            std::this_thread::sleep_for(50us);
        }
    });
    for (int round = 0; round < 30; ++round) {
        std::vector<std::string> seen(4);
        std::vector<asio::cancellation_signal> stop(4);
        asio::io_context context(1);
        for (std::size_t i = 0; i < seen.size(); ++i)
            asio::co_spawn(context, read(ring.follow(ring.last_id()), &seen[i]),
                asio::bind_cancellation_slot(stop[i].slot(), [](std::exception_ptr) {}));
        context.run_for(1ms);
        stop[0].emit(asio::cancellation_type::terminal);
        stop[1].emit(asio::cancellation_type::terminal);
        context.run_for(1ms); // the others die with the context
    }
    done = true;
    producer.join();
}

BOOST_AUTO_TEST_SUITE_END()
