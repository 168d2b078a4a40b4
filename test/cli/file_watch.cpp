#include "cli/file_watch.hpp"

#include "config/workspace.hpp"
#include "coro/run.hpp"

#include <framex/coro/sleep.hpp>
#include <framex/coro/timeout.hpp>

#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <functional>
#include <set>

using namespace framex;
using namespace framex::cli;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct fixture {
    test::workspace space;
    fs::path const home = space.sources.working_directory;
    asio::io_context context{1};
    file_watch files{context.get_executor()};

    void write(fs::path const& file) const
    {
        fs::create_directories((home / file).parent_path());
        std::ofstream(home / file) << "text";
    }

    /// What is told after `act`, relative to home; "nothing" when that takes longer than `limit`.
    std::set<std::string> changes_after(std::function<void()> act, std::chrono::milliseconds limit = 10s)
    {
        std::set<std::string> names;
        asio::co_spawn(context, one_batch(limit, names), asio::detached);
        context.poll();
        act();
        context.restart();
        context.run();
        context.restart();
        return names;
    }

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

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_watched_is_named)
{
    BOOST_CHECK_EXCEPTION(files.add(home / "none"), boost::system::system_error, [&](auto const& error) {
        return std::string(error.what())
                   .find("cannot watch the folder `" + (home / "none").string() + "`: No such")
            == 0;
    });
}

BOOST_AUTO_TEST_SUITE_END()
