// The registry of connections, whose members may end one another.
#include "server/worker.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <vector>

using namespace framex;

namespace {

/// Ends all others at every call.
class egoist final : public registered_connection {
public:
    egoist(std::vector<std::unique_ptr<egoist>>& all, int& calls) : all_(all), calls_(calls) {}
    void on_tick(tick) override { act(); }
    void drain() override { act(); }
    void renew() override { act(); }
    void abort() override { act(); }

private:
    void act()
    {
        ++calls_;
        std::erase_if(all_, [this](auto const& one) { return one.get() != this; });
    }
    std::vector<std::unique_ptr<egoist>>& all_;
    int& calls_;
};

int calls_after(void (*act)(worker&, asio::io_context&))
{
    asio::io_context context;
    auto const shared = std::make_shared<service const>();
    auto const here = std::make_shared<worker>(context.get_executor(), shared);
    std::vector<std::unique_ptr<egoist>> all;
    int calls = 0;
    for (int i = 0; i < 4; ++i)
        here->add(*all.emplace_back(std::make_unique<egoist>(all, calls)));
    act(*here, context);
    BOOST_TEST(all.size() == 1u);
    all.clear();
    context.run();
    return calls;
}

} // namespace

BOOST_AUTO_TEST_SUITE(workers)

BOOST_AUTO_TEST_CASE(connections_that_end_one_another_are_not_called_after_their_end)
{
    BOOST_TEST(calls_after([](worker& w, asio::io_context&) { w.drain(); }) == 1);
    BOOST_TEST(calls_after([](worker& w, asio::io_context&) { w.abort(); }) == 1);
    BOOST_TEST(
        calls_after([](worker& w, asio::io_context&) { w.replace(std::make_shared<service>()); }) == 1);
    BOOST_TEST(calls_after([](worker&, asio::io_context& c) { c.run_one(); }) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
