#include "cli/plugin_copies.hpp"

#include "config/workspace.hpp"
#include "server/served.hpp"

#include <framex/plugin/loader.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <malloc.h>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

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

/// The folder for temporary files, as long as it lives.
struct temporary_folder {
    fs::path const path;

    explicit temporary_folder(fs::path folder) : path(std::move(folder)), before_(fs::temp_directory_path())
    {
        fs::create_directory(path);
        ::setenv("TMPDIR", path.c_str(), 1);
    }
    temporary_folder(temporary_folder const&) = delete;
    temporary_folder& operator=(temporary_folder const&) = delete;
    ~temporary_folder() { ::setenv("TMPDIR", before_.c_str(), 1); }

private:
    fs::path before_;
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

BOOST_AUTO_TEST_CASE(a_file_that_is_refused_is_named_itself_and_tried_again_when_it_is_another)
{
    copies.open(file);
    fs::resize_file(file, 1000);
    build();
    auto const is_refused = [&](plugin_error const& error) {
        return error.fault() == plugin_fault::truncated
            && std::string(error.what()).find("`" + file.string() + "`") != std::string::npos;
    };
    BOOST_CHECK_EXCEPTION(copies.open(file), plugin_error, is_refused);
    BOOST_TEST(copies.changed().empty());
    BOOST_CHECK_EXCEPTION(copies.open(file), plugin_error, is_refused);
    fs::copy_file(fs::path(FRAMEX_TEST_LIBRARIES) / "ticker.so", file, fs::copy_options::overwrite_existing);
    BOOST_TEST(copies.changed() == std::vector{file}, boost::test_tools::per_element());
    BOOST_TEST(copies.open(file).id == "ticker");
    BOOST_TEST(copies.changed().empty());
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_loaded_is_copied_once_and_leaves_no_copy)
{
    temporary_folder const here(space.sources.working_directory / "tmp");
    plugin_copies some;
    fs::path const bad = fs::path(FRAMEX_TEST_LIBRARIES) / "throws.so";
    for (int i = 0; i < 3; ++i)
        BOOST_CHECK_EXCEPTION(some.open(bad), plugin_error,
            [](auto const& e) { return e.fault() == plugin_fault::entry_threw; });
    auto const folder = fs::directory_iterator(here.path)->path();
    BOOST_TEST(fs::is_empty(folder));
    some.open(file);
    BOOST_TEST(fs::exists(folder / "ticker.2.so")); // the second of all
    some.remove();
    BOOST_TEST(!fs::exists(folder));
}

BOOST_AUTO_TEST_CASE(folders_of_processes_that_are_gone_are_removed)
{
    temporary_folder const here(space.sources.working_directory / "tmp");
    pid_t const gone = ::fork();
    if (gone == 0)
        ::_exit(0);
    ::waitpid(gone, nullptr, 0);
    auto const left = here.path / ("framex-reload-" + std::to_string(gone) + "-abcdef");
    auto const running = here.path / ("framex-reload-" + std::to_string(::getppid()) + "-abcdef");
    auto const other = here.path / "framex-reload-notes";
    for (auto const& each : {left, running, other})
        fs::create_directories(each / "deep");
    {
        plugin_copies const some;
        BOOST_TEST(!fs::exists(left));
        BOOST_TEST(fs::exists(running / "deep"));
        BOOST_TEST(fs::exists(other / "deep"));
    }
    BOOST_TEST(std::distance(fs::directory_iterator(here.path), {}) == 2);
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
