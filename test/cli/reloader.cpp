#include "cli/reloader.hpp"

#include "cli/plugin_choice.hpp"
#include "config/workspace.hpp"

#include <framex/framex.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace framex;
using namespace framex::cli;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// Its table cannot be made as long as `is_broken`.
struct shaky {
    static inline plugin_metadata const metadata{.name = "shaky", .version = "1.0.0"};
    static inline bool is_broken = false;
    static void define(api<shaky>&)
    {
        if (is_broken)
            throw std::runtime_error("no tables today");
    }
};

/// A project `shop` with a build tree whose "cmake" is a script: it does the steps that a test writes.
struct fixture {
    test::workspace space;
    fs::path const home = fs::canonical(space.sources.working_directory);
    fs::path const libraries = FRAMEX_TEST_LIBRARIES;
    fs::path const sources = home / "shop";
    fs::path const tree = home / "shop/build";
    std::string const steps_for_ticker = "cp " + (libraries / "ticker.so").string() + " \"$2/ticker.so\"\n";

    fixture()
    {
        make_tree();
        make_cmake();
    }
    fixture(fixture const&) = delete;
    fixture& operator=(fixture const&) = delete;
    ~fixture()
    {
        if (loop_)
            loop_->end();
        if (service_)
            asio::co_spawn(context_, service_->finish(), [](std::exception_ptr) {});
        context_.restart();
        context_.run_for(20s);
    }

    void make_tree() const
    {
        fs::create_directories(tree);
        write(tree / "CMakeCache.txt",
            "CMAKE_COMMAND:INTERNAL=" + (home / "cmake").string()
                + "\nCMAKE_HOME_DIRECTORY:INTERNAL=" + sources.string() + "\n");
        put("ticker.so", tree);
    }
    void make_cmake() const
    {
        write(home / "cmake",
            "#!/bin/sh\ncase \"$*\" in *\"--target help\"*) echo 'ticker: phony'; exit 0;; esac\n. "
            "\"$0.steps\"\n");
        fs::permissions(home / "cmake", fs::perms::owner_all);
    }
    void write(fs::path const& file, std::string const& text) const
    {
        std::ofstream(file, std::ios::binary) << text;
    }
    void put(std::string const& library, fs::path const& folder) const
    {
        fs::copy_file(libraries / library, folder / library, fs::copy_options::overwrite_existing);
    }
    /// A source is saved, and a build of it takes these steps.
    void save(std::string const& steps)
    {
        write(home / "cmake.steps", steps);
        write(sources / "ticker.cpp", "// " + std::to_string(++saved_));
    }

    /// Serves what `load_plugins` names.
    void start(std::vector<std::string> const& load_plugins)
    {
        std::string names;
        for (auto const& name : load_plugins)
            names += (names.empty() ? "\"" : ", \"") + name + '"';
        space.toml("load_plugins = [" + names + "]\n");
        request_.configuration = space.read();
        service_.emplace(context_.get_executor(), request_.configuration.settings());
        auto const open = [this](fs::path const& file) { return copies_.open(file); };
        auto choice = choose_plugins(request_, environment_, open);
        BOOST_TEST_REQUIRE(choice.problems.empty());
        for (auto& entry : choice.entries)
            service_->load(std::move(entry));
        bool is_started = false;
        asio::co_spawn(context_, service_->start(), [&](std::exception_ptr error) { is_started = !error; });
        while (!is_started && context_.run_one_for(20s))
            ;
        BOOST_TEST_REQUIRE(is_started);
        loop_.emplace(reload_parts{*service_, request_, environment_, copies_, lines_});
        loop_->begin(context_);
        BOOST_TEST_REQUIRE(says("watching "));
    }
    void start() { start({(tree / "ticker.so").string()}); }

    /// Whether it is said within a generous time; what was said before it is forgotten then.
    bool says(std::string_view text)
    {
        context_.restart();
        for (int i = 0; i < 3'000; ++i, context_.run_for(10ms))
            if (auto const found = said_.str().find(text); found != std::string::npos) {
                said_.str(said_.str().substr(found + text.size()));
                said_.seekp(0, std::ios::end);
                return true;
            }
        BOOST_TEST_MESSAGE("said was: " << said_.str());
        return false;
    }
    /// The same for two texts in any order.
    bool says_both(std::string_view one, std::string_view other)
    {
        context_.restart();
        for (int i = 0; i < 3'000; ++i, context_.run_for(10ms)) {
            auto const all = said_.str();
            if (all.find(one) == std::string::npos || all.find(other) == std::string::npos)
                continue;
            said_.str({});
            return true;
        }
        BOOST_TEST_MESSAGE("said was: " << said_.str());
        return false;
    }
    /// What is said in a while.
    std::string said_in(std::chrono::milliseconds span)
    {
        context_.restart();
        context_.run_for(span);
        return said_.str();
    }
    bool has_ended()
    {
        context_.restart();
        context_.run_for(20s);
        return context_.stopped();
    }
    reloader& loop() { return *loop_; }

private:
    std::ostringstream said_;
    asio::io_context context_{1};
    plugin_copies copies_;
    cli::log lines_{{.to = said_, .is_terminal = true}, log_settings{}};
    run_request request_{};
    cli_environment environment_{.out = said_,
        .err = said_,
        .variables = {},
        .working_directory = home,
        .linked = {.builtin = {}, .others = {plugin_entry_of<shaky>()}},
        .problem_kinds = {},
        .serve = {}};
    std::optional<app> service_;
    std::optional<reloader> loop_;
    int saved_ = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(reloading, fixture)

BOOST_AUTO_TEST_CASE(a_saved_source_is_built_and_takes_over)
{
    start();
    for (int i = 0; i < 2; ++i) {
        save(steps_for_ticker);
        BOOST_TEST(says("ticker.cpp changed: building ticker"));
        BOOST_TEST(says("ticker.so took over, "));
    }
}

BOOST_AUTO_TEST_CASE(a_build_that_changes_no_plugin_file_is_told)
{
    start();
    save(":");
    BOOST_TEST(says("built, and no plugin file has changed"));
}

BOOST_AUTO_TEST_CASE(what_a_failed_build_has_left_is_not_taken_over)
{
    start();
    save(steps_for_ticker + "echo 'till.cpp:1:1: error: no till'; exit 1\n");
    BOOST_TEST(says("error[FX0308]: the build failed: no till"));
    BOOST_TEST(said_in(500ms).find("took over") == std::string::npos);
    put("ticker.so", tree);
    BOOST_TEST(said_in(500ms).find("took over") == std::string::npos);
    save(":");
    BOOST_TEST(says("ticker.so took over, "));
}

BOOST_AUTO_TEST_CASE(a_build_that_cannot_be_run_counts_as_failed)
{
    start();
    fs::remove(home / "cmake");
    save(":");
    BOOST_TEST(
        says("error[FX0308]: the build cannot be run: cannot run `" + (home / "cmake").string() + "`: "));
    BOOST_TEST(says("go on serving"));
    make_cmake();
    save(steps_for_ticker);
    BOOST_TEST(says("ticker.so took over, "));
}

BOOST_AUTO_TEST_CASE(a_plugin_that_throws_anything_keeps_the_loop_running)
{
    start({"shaky", (tree / "ticker.so").string()});
    shaky::is_broken = true;
    save(steps_for_ticker);
    BOOST_TEST(says("error[FX0302]: plugin shaky: its table of APIs failed: no tables today"));
    BOOST_TEST(says("go on serving"));
    shaky::is_broken = false;
    save(steps_for_ticker);
    BOOST_TEST(says("ticker.so took over, "));
}

BOOST_AUTO_TEST_CASE(a_link_to_the_built_file_is_followed)
{
    fs::create_symlink(tree / "ticker.so", home / "current.so");
    start({(home / "current.so").string()});
    save(steps_for_ticker);
    BOOST_TEST(says("changed: building ticker"));
    BOOST_TEST(says("current.so took over, "));
    put("ticker.so", tree); // by hand
    BOOST_TEST(says("current.so took over, "));
    fs::create_directory(home / "elsewhere");
    put("greeter.so", home / "elsewhere");
    fs::remove(home / "current.so");
    fs::create_symlink(home / "elsewhere/greeter.so", home / "current.so");
    BOOST_TEST(says_both("current.so took over, ", "it lies in no build tree of CMake"));
    put("greeter.so", home / "elsewhere");
    BOOST_TEST(says("current.so took over, "));
}

BOOST_AUTO_TEST_CASE(a_project_is_watched_by_whichever_path_it_is_reached)
{
    fs::create_directory_symlink(sources, home / "linked");
    write(tree / "CMakeCache.txt",
        "CMAKE_COMMAND:INTERNAL=" + (home / "cmake").string()
            + "\nCMAKE_HOME_DIRECTORY:INTERNAL=" + (home / "linked").string() + "\n");
    start({(home / "linked/build/ticker.so").string()});
    save(steps_for_ticker);
    BOOST_TEST(says("ticker.so took over, "));
}

BOOST_AUTO_TEST_CASE(a_build_tree_may_be_removed_and_made_again)
{
    start();
    fs::remove_all(tree);
    said_in(300ms);
    make_tree();
    BOOST_TEST(says("ticker.so took over, "));
    save(steps_for_ticker);
    BOOST_TEST(says("ticker.so took over, "));
}

BOOST_AUTO_TEST_CASE(a_build_folder_that_has_gone_is_told_with_what_makes_it_again)
{
    start();
    fs::remove_all(tree);
    save("exit 1");
    BOOST_TEST(says("error[FX0308]: the build folder `" + tree.string() + "` has gone\n"));
    BOOST_TEST(says("help: make it again: cmake -S shop -B shop/build && cmake --build shop/build\n"));
    BOOST_TEST(says("go on serving"));
    make_tree();
    save(steps_for_ticker);
    BOOST_TEST(says("ticker.so took over, "));
}

BOOST_AUTO_TEST_CASE(a_change_of_the_configuration_is_told_once_and_not_taken)
{
    start();
    space.toml("load_plugins = []\n");
    BOOST_TEST(says("config.toml changed: restart to take it"));
    auto const more = said_in(500ms);
    BOOST_TEST(more.find("restart") == more.npos);
    save(steps_for_ticker);
    BOOST_TEST(says("ticker.so took over, "));
}

BOOST_AUTO_TEST_CASE(files_that_are_put_into_a_folder_of_plugins_or_removed_are_noticed)
{
    auto const folder = home / "drop";
    fs::create_directory(folder);
    put("ticker.so", folder);
    start({folder.string() + "/"});
    put("greeter.so", folder);
    BOOST_TEST(says("greeter.so took over, "));
    fs::remove(folder / "ticker.so");
    BOOST_TEST(says("ticker.so has gone"));
    put("plain.so", folder);
    BOOST_TEST(says("error[FX0303]: "));
    put("greeter.so", folder);
    BOOST_TEST(says("error[FX0303]: "));
    fs::remove(folder / "plain.so");
    BOOST_TEST(says("plain.so has gone"));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_loaded_is_complained_about_once)
{
    start();
    fs::resize_file(tree / "ticker.so", 1000);
    write(tree / "other.so", "");
    BOOST_TEST(says("error[FX0303]: "));
    write(tree / "other.so", "x");
    BOOST_TEST(said_in(500ms).find("error") == std::string::npos);
    put("ticker.so", tree);
    BOOST_TEST(says("ticker.so took over, "));
}

BOOST_AUTO_TEST_CASE(its_end_ends_a_build_and_says_nothing)
{
    start();
    save("touch \"$2/begun\"; sleep 100");
    BOOST_TEST(says("changed: building ticker"));
    for (int i = 0; i < 1'000 && !fs::exists(tree / "begun"); ++i)
        said_in(10ms);
    said_in(10ms);
    loop().end();
    loop().end();
    BOOST_TEST(has_ended());
    BOOST_TEST(said_in(0ms) == "\n");
}

BOOST_AUTO_TEST_SUITE_END()
