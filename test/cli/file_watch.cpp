#include "cli/file_watch.hpp"

#include "config/workspace.hpp"
#include "coro/run.hpp"

#include <framex/coro/sleep.hpp>
#include <framex/coro/timeout.hpp>

#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <fstream>
#include <functional>
#include <set>
#include <thread>

using namespace framex;
using namespace framex::cli;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct fixture {
    test::workspace space;
    fs::path const home = fs::canonical(space.sources.working_directory);
    asio::io_context context{1};
    file_watch files{context.get_executor(), matters};

    static bool matters(fs::path const& file)
    {
        return file.extension() == ".cpp" || file.extension() == ".so";
    }

    void write(fs::path const& file) const
    {
        fs::create_directories((home / file).parent_path());
        std::ofstream(home / file) << "text";
    }

    /// What is told after `act`, relative to home; "nothing" when that takes longer than `limit`.
    std::set<std::string> changes_after(
        std::function<void()> act, std::chrono::milliseconds limit = 10s, bool* is_told = nullptr)
    {
        std::set<std::string> names;
        asio::co_spawn(context, one_batch(limit, names), [is_told](std::exception_ptr) {
            if (is_told)
                *is_told = true;
        });
        context.poll();
        act();
        context.restart();
        context.run();
        context.restart();
        return names;
    }

    static awaitable<> write_often(fs::path file, bool const& is_over)
    {
        while (!is_over) {
            std::ofstream(file) << "text";
            co_await sleep_for(1ms);
        }
    }

    std::size_t told = 0; ///< in the last batch

private:
    awaitable<> one_batch(std::chrono::milliseconds limit, std::set<std::string>& names)
    {
        std::vector<fs::path> changed;
        bool is_late = false;
        try {
            auto batch = files.changes(10ms);
            changed = co_await with_timeout(std::move(batch), limit);
        } catch (boost::system::system_error const&) {
            is_late = true;
        }
        if (is_late)
            names.insert("nothing");
        told = changed.size();
        for (auto const& file : changed)
            names.insert(file.lexically_relative(home).string());
    }
};

using names = std::set<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(file_watches, fixture)

BOOST_AUTO_TEST_CASE(written_moved_and_removed_files_of_a_tree_are_told)
{
    write("a.cpp");
    write("deep/er/b.cpp");
    files.add_tree(home);
    BOOST_TEST((changes_after([&] { write("a.cpp"); }) == names{"a.cpp"}));
    BOOST_TEST((changes_after([&] { write("deep/er/b.cpp"); }) == names{"deep/er/b.cpp"}));
    BOOST_TEST((changes_after([&] { fs::rename(home / "a.cpp", home / "deep/c.cpp"); })
        == names{"a.cpp", "deep/c.cpp"}));
    BOOST_TEST((changes_after([&] { fs::remove(home / "deep/c.cpp"); }) == names{"deep/c.cpp"}));
    BOOST_TEST((changes_after([&] {
        write("x.cpp");
        write("y.cpp");
    }) == names{"x.cpp", "y.cpp"}));
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_new_belongs_to_the_tree)
{
    files.add_tree(home);
    auto const first = changes_after([&] { write("new/in/a.cpp"); });
    BOOST_TEST(first.contains("new/in/a.cpp"));
    BOOST_TEST((changes_after([&] { write("new/in/b.cpp"); }) == names{"new/in/b.cpp"}));
}

BOOST_AUTO_TEST_CASE(hidden_folders_and_build_trees_are_left_out)
{
    write(".git/x");
    write("build/CMakeCache.txt");
    files.add_tree(home);
    BOOST_TEST((changes_after(
                    [&] {
                        write(".git/y");
                        write("build/x.cpp");
                    },
                    100ms)
        == names{"nothing"}));
    files.add(home / "build"); // for its plugin
    BOOST_TEST((changes_after([&] { write("build/shop.so"); }) == names{"build/shop.so"}));
    files.add_tree(home);
    BOOST_TEST((changes_after([&] { write("a.cpp"); }) == names{"a.cpp"}));
}

BOOST_AUTO_TEST_CASE(folders_that_come_and_go_meanwhile_end_nothing)
{
    std::atomic<bool> is_over = false;
    std::thread other([&] {
        for (int i = 0; !is_over; ++i) {
            std::error_code ignored;
            auto const folder = home / ("x" + std::to_string(i % 8));
            fs::create_directories(folder / "y/z", ignored);
            fs::remove_all(folder, ignored);
        }
    });
    for (int i = 0; i < 500; ++i)
        BOOST_REQUIRE_NO_THROW(files.add_tree(home));
    is_over = true;
    other.join();
    BOOST_TEST((changes_after([&] { write("a.cpp"); }) == names{"a.cpp"}));
}

BOOST_AUTO_TEST_CASE(a_folder_that_may_not_be_read_is_left_out)
{
    write("closed/deep/a.cpp");
    write("open/b.cpp");
    fs::permissions(home / "closed", fs::perms::none);
    BOOST_CHECK_NO_THROW(files.add_tree(home)); // root may read it
    BOOST_TEST((changes_after([&] { write("open/b.cpp"); }) == names{"open/b.cpp"}));
    fs::permissions(home / "closed", fs::perms::owner_all);
}

BOOST_AUTO_TEST_CASE(what_does_not_matter_is_neither_told_nor_waited_for)
{
    files.add_tree(home);
    BOOST_TEST((changes_after([&] { write("server.log"); }, 100ms) == names{"nothing"}));
    bool is_told = false;
    asio::co_spawn(context, write_often(home / "server.log", is_told), asio::detached);
    BOOST_TEST((changes_after([&] { write("a.cpp"); }, 10s, &is_told) == names{"a.cpp"}));
}

BOOST_AUTO_TEST_CASE(a_steady_writer_delays_what_is_told_for_a_second_at_most)
{
    files.add_tree(home);
    bool is_told = false;
    asio::co_spawn(context, write_often(home / "a.cpp", is_told), asio::detached);
    BOOST_TEST((changes_after([] {}, 30s, &is_told) == names{"a.cpp"}));
    BOOST_TEST(told == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_is_told_when_it_is_whole)
{
    files.add(home);
    std::ofstream open;
    BOOST_TEST((changes_after(
                    [&] {
                        open.open(home / "shop.so");
                        open << "half" << std::flush;
                    },
                    100ms)
        == names{"nothing"}));
    BOOST_TEST((changes_after([&] { open.close(); }) == names{"shop.so"}));
    write("elsewhere/till.so");
    BOOST_TEST((changes_after([&] { fs::create_symlink("elsewhere/till.so", home / "soft.so"); })
        == names{"soft.so"}));
    BOOST_TEST((changes_after([&] { fs::create_hard_link(home / "elsewhere/till.so", home / "hard.so"); })
        == names{"hard.so"}));
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_removed_and_made_again_is_watched_again)
{
    write("build/shop.so");
    files.add(home / "build");
    BOOST_TEST((changes_after([&] { fs::remove_all(home / "build"); }) == names{"build/shop.so"}));
    BOOST_TEST((changes_after([&] { write("build/shop.so"); }) == names{"build/shop.so"}));
    BOOST_TEST((changes_after([&] { write("build/shop.so"); }) == names{"build/shop.so"}));
    BOOST_TEST((changes_after([&] {
        fs::rename(home / "build", home / "old");
        write("build/shop.so");
    }) == names{"build/shop.so"}));
    BOOST_TEST((changes_after([&] { write("build/till.so"); }) == names{"build/till.so"}));
}

BOOST_AUTO_TEST_CASE(a_folder_comes_back_with_the_folders_around_it_and_below_it)
{
    write("a/b/tree/deep/x.cpp");
    files.add_tree(home / "a/b/tree");
    BOOST_TEST((changes_after([&] { fs::remove_all(home / "a"); }) == names{"a/b/tree/deep/x.cpp"}));
    BOOST_TEST((changes_after([&] { fs::create_directory(home / "a"); }, 100ms) == names{"nothing"}));
    BOOST_TEST((changes_after([&] { write("a/b/tree/deep/y.cpp"); }) == names{"a/b/tree/deep/y.cpp"}));
    BOOST_TEST((changes_after([&] { write("a/b/tree/deep/y.cpp"); }) == names{"a/b/tree/deep/y.cpp"}));
}

BOOST_AUTO_TEST_CASE(a_folder_of_a_tree_keeps_being_watched_where_it_is_moved)
{
    write("one/deep/x.cpp");
    files.add_tree(home);
    changes_after([&] { fs::rename(home / "one", home / "two"); });
    BOOST_TEST((changes_after([&] { write("two/deep/x.cpp"); }) == names{"two/deep/x.cpp"}));
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_added_by_two_paths_goes_by_its_own)
{
    write("real/a.cpp");
    fs::create_directory_symlink("real", home / "link");
    files.add_tree(home / "real");
    files.add(home / "link");
    BOOST_TEST((changes_after([&] { write("link/a.cpp"); }) == names{"real/a.cpp"}));
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_watched_is_named)
{
    BOOST_CHECK_EXCEPTION(files.add(home / "none"), boost::system::system_error, [&](auto const& error) {
        return std::string(error.what())
                   .find("cannot watch the folder `" + (home / "none").string() + "`: No such")
            == 0;
    });
}

BOOST_AUTO_TEST_SUITE_END()
