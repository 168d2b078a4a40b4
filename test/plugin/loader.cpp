// Plugin files that are found and loaded. Those that are refused: loader_refusals.cpp.
#include "plugin_files.hpp"

#include <sys/stat.h>

using namespace framex;
using namespace framex::test;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(loader)

BOOST_AUTO_TEST_CASE(a_plugin_file_gives_its_class)
{
    auto const entry = load_plugin(libraries / "greeter.so");
    BOOST_TEST(entry.id == "greeter");
    BOOST_TEST(entry.class_name == "greeter");
    BOOST_TEST(entry.metadata->version == "2.0.0");
    auto const routes = entry.define(entry.id, entry.class_name);
    BOOST_TEST_REQUIRE(routes.size() == 1u);
    BOOST_TEST(routes.front().path == "/api/v1/greet");
}

BOOST_AUTO_TEST_CASE(names_are_looked_up_in_the_folders_in_their_order)
{
    folder first, second;
    auto const prefixed = first.write("libgreeter.so", "");
    auto const plain = second.write("greeter.so", "");
    auto const other = second.write("other.so", "");
    fs::path const folders[] = {first.path, second.path, "/nowhere"};
    BOOST_TEST((find_plugins("greeter", folders) == std::vector{prefixed}));
    BOOST_TEST((find_plugins("shop.plugins.other", folders) == std::vector{other}));
    BOOST_TEST((find_plugins(plain.string(), {}) == std::vector{plain}));
}

BOOST_AUTO_TEST_CASE(a_folder_means_all_its_libraries)
{
    folder here;
    auto const b = here.write("b.so", ""), a = here.write("a.so", "");
    here.write("_hidden.so", "");
    here.write(".dot.so", "");
    here.write("notes.txt", "");
    BOOST_TEST((find_plugins(here.path.string(), {}) == std::vector{a, b}));
}

BOOST_AUTO_TEST_CASE(a_name_with_a_slash_or_of_a_library_or_a_folder_above_is_a_path)
{
    for (auto const* path : {"./shop", "a/b", "shop.so", ".", ".."})
        BOOST_TEST(is_plugin_path(path), path);
    for (auto const* name : {"shop", "a.b.shop", "shop.cpp", "..."})
        BOOST_TEST(!is_plugin_path(name), name);
}

BOOST_AUTO_TEST_CASE(a_path_to_what_is_no_file_is_refused_before_it_is_opened)
{
    folder here;
    auto const pipe = here.path / "pipe.so";
    BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    auto const seen = refusal_of([&] { find_plugins(pipe.string(), {}); });
    BOOST_TEST((seen.fault == plugin_fault::unreadable));
    BOOST_TEST(seen.message == "`" + pipe.string() + "` is a pipe, no file");
}

BOOST_AUTO_TEST_CASE(what_is_not_found_is_told_with_the_places_and_the_nearest_name)
{
    auto const sentence = [](std::string_view name, std::span<fs::path const> folders) {
        try {
            find_plugins(name, folders);
        } catch (plugin_error const& error) {
            BOOST_TEST((error.fault() == plugin_fault::not_found));
            return std::string(error.what()) + " | " + error.help();
        }
        return std::string();
    };
    folder here;
    here.write("libgreeter.so", "");
    fs::path const folders[] = {here.path};
    BOOST_TEST(sentence("greter", folders)
        == "no plugin `greter` in `" + here.path.string() + "` | did you mean `greeter`?");
    BOOST_TEST(holds(sentence("zzz", folders), "--plugin-path DIR"));
    BOOST_TEST(holds(sentence("shop.zzz", folders), "no plugin `zzz`, the last part of `shop.zzz`, in `"));
    BOOST_TEST(sentence("x", {})
        == "no plugin `x` in any folder | name its folder: --plugin-path DIR, or its file: ./x.so");
    BOOST_TEST(sentence("./gone.so", {}) == "there is no file `./gone.so` | check the path");
    fs::create_directory(here.path / "empty");
    BOOST_TEST(holds(sentence((here.path / "empty").string(), {}), "holds no plugin"));
}

BOOST_AUTO_TEST_SUITE_END()
