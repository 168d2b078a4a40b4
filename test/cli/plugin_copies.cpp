#include "cli/plugin_copies.hpp"

#include "config/workspace.hpp"
#include "server/served.hpp"

#include <framex/plugin/loader.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <malloc.h>
#include <set>

using namespace framex;
using namespace framex::cli;
using namespace framex::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct fixture {
    workspace space;
    fs::path const file = space.sources.working_directory / "ticker.so";
    plugin_copies copies;

    fixture() { fs::copy_file(fs::path(FRAMEX_TEST_LIBRARIES) / "ticker.so", file); }
    /// As if it were built again.
    void build() const { fs::last_write_time(file, fs::last_write_time(file) + 1s); }
};

std::exception_ptr reload(served<>& service, plugin_entry next)
{
    std::promise<std::exception_ptr> ended;
    asio::co_spawn(service.executor(), service.app().reload({std::move(next)}),
        [&](std::exception_ptr error) { ended.set_value(error); });
    return ended.get_future().get();
}

std::uint64_t place_of(served<>& service)
{
    return json::parse(body_of(ask(service.port(), "GET /api/v1/place")))
        .at("data")
        .to_number<std::uint64_t>();
}

std::size_t heap() { return ::mallinfo2().uordblks; }

/// What `act` leaves on the heap; nothing where a sanitizer keeps it, which looks for leaks itself.
template <class F>
double growth(F act)
{
    auto const before = heap();
    act();
    return static_cast<double>(heap()) - static_cast<double>(before);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(copied_plugins, fixture)

BOOST_AUTO_TEST_CASE(a_file_is_loaded_again_when_it_has_changed)
{
    auto const first = copies.open(file);
    BOOST_TEST(first.id == "ticker");
    BOOST_TEST(copies.changed().empty());
    BOOST_TEST(copies.open(file).define == first.define);
    build();
    BOOST_TEST(copies.changed() == std::vector{file}, boost::test_tools::per_element());
    BOOST_TEST(copies.open(file).define != first.define);
    BOOST_TEST(copies.changed().empty());
    fs::remove(file); // a build is under way
    BOOST_TEST(copies.changed().empty());
    BOOST_TEST(copies.files() == std::vector{file}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_that_is_refused_is_named_itself_and_tried_again)
{
    copies.open(file);
    fs::resize_file(file, 1000);
    build();
    BOOST_CHECK_EXCEPTION(copies.open(file), plugin_error, [&](plugin_error const& error) {
        return error.fault() == plugin_fault::truncated
            && std::string(error.what()).find("`" + file.string() + "`") != std::string::npos;
    });
    BOOST_TEST(copies.changed() == std::vector{file}, boost::test_tools::per_element());
    fs::copy_file(fs::path(FRAMEX_TEST_LIBRARIES) / "ticker.so", file, fs::copy_options::overwrite_existing);
    BOOST_TEST(copies.open(file).id == "ticker");
    BOOST_TEST(copies.changed().empty());
}

BOOST_AUTO_TEST_CASE(a_thousand_builds_take_over_while_a_stream_is_open_and_leave_nothing_but_their_libraries)
{
    constexpr int times = 1'000;
    served<> service({}, [this](app& one) { one.load(copies.open(file)); });
    raw_client reader(service.port());
    reader.send("GET /api/v1/ticks HTTP/1.1\r\nHost: a\r\n\r\n");
    auto const line = std::to_string(place_of(service)) + "\n";
    reader.until(line);

    constexpr int alone = 50; // what a library costs that nobody uses
    double const library = growth([this] {
        for (int i = 0; i < alone; ++i) {
            build();
            copies.open(file);
        }
    }) / alone;
    std::set<std::uint64_t> places;
    double const all = growth([&] {
        for (int i = 0; i < times; ++i) {
            build();
            BOOST_TEST(!reload(service, copies.open(file)));
            if (i % 50 == 0)
                places.insert(place_of(service));
        }
        std::this_thread::sleep_for(500ms); // the last ones are let go
    });
    double const left = (all - library * times) / times;
    BOOST_TEST_MESSAGE("a reload leaves " << left << " octets beside its library's " << library);
    BOOST_TEST(left < 512);
    BOOST_TEST(places.size() == times / 50);
    BOOST_TEST(!places.contains(std::stoull(line)));

    reader.at_hand(); // what came meanwhile
    BOOST_TEST(has(reader.until(line), line)); // from the first library, still
    reader.until(line);
}

BOOST_AUTO_TEST_SUITE_END()
