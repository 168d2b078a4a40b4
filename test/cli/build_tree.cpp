#include "cli/build_tree.hpp"

#include "config/workspace.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

using namespace framex;
using namespace framex::cli;

namespace {

struct fixture {
    test::workspace space;
    std::filesystem::path const home = std::filesystem::canonical(space.sources.working_directory);

    void write(std::string const& file, std::string const& text) const
    {
        std::filesystem::create_directories((home / file).parent_path());
        std::ofstream(home / file) << text;
    }
    build_tree tree() const
    {
        build_tree made;
        made.folder = home / "build";
        made.sources = home;
        made.cmake = "/usr/bin/cmake";
        return made;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(build_trees, fixture)

BOOST_AUTO_TEST_CASE(a_file_belongs_to_the_nearest_tree_above_it)
{
    write("build/CMakeCache.txt",
        "# of CMake\nCMAKE_COMMAND:INTERNAL=/opt/cmake\nCMAKE_HOME_DIRECTORY:INTERNAL=/home/ada/shop\n");
    write("build/plugins/shop.so", "");
    auto const tree = build_tree_of(home / "build/plugins/../plugins/shop.so");
    BOOST_TEST_REQUIRE(tree.has_value());
    BOOST_TEST(tree->folder == home / "build");
    BOOST_TEST(tree->sources == "/home/ada/shop");
    auto const command = tree->command({"shop", "till"});
    std::vector<std::string> const wanted{
        "/opt/cmake", "--build", (home / "build").string(), "--target", "shop", "till"};
    BOOST_TEST(command == wanted, boost::test_tools::per_element());
    BOOST_TEST(tree->command({}).size() == 3u);
    BOOST_TEST(!build_tree_of(home / "elsewhere/shop.so"));
    write("broken/CMakeCache.txt", "CMAKE_COMMAND:INTERNAL=/opt/cmake\n");
    BOOST_TEST(!build_tree_of(home / "broken/shop.so"));
}

BOOST_AUTO_TEST_CASE(a_link_belongs_to_the_tree_of_the_file_that_it_means)
{
    namespace fs = std::filesystem;
    write("shop/build/shop.so", "");
    fs::create_directory_symlink(home / "shop", home / "linked");
    write("shop/build/CMakeCache.txt",
        "CMAKE_COMMAND:INTERNAL=/opt/cmake\nCMAKE_HOME_DIRECTORY:INTERNAL=" + (home / "linked").string()
            + "\n");
    fs::create_symlink(home / "linked/build/shop.so", home / "current.so");
    auto const tree = build_tree_of(home / "current.so");
    BOOST_TEST_REQUIRE(tree.has_value());
    BOOST_TEST(tree->folder == home / "shop/build");
    BOOST_TEST(tree->sources == home / "shop");
    write("shop/shop.hpp", "struct shop;\n"); // the compiler names it as the project was configured
    BOOST_TEST(build_failure(*tree, (home / "linked/shop.hpp").string() + ":1:8: error: no\n").place
        == "shop.hpp:1:8");
}

BOOST_AUTO_TEST_CASE(a_build_speaks_english_and_keeps_its_letters)
{
    auto const made =
        build_environment({"PATH=/bin", "LC_ALL=de_DE.UTF-8", "LC_CTYPE=C", "LC_MESSAGES=de_DE"});
    std::vector<std::string> const wanted{"PATH=/bin", "LC_CTYPE=de_DE.UTF-8", "LC_MESSAGES=C"};
    BOOST_TEST(made == wanted, boost::test_tools::per_element());
    auto const plain = build_environment({"LANG=de_DE.UTF-8", "LC_CTYPE=C.UTF-8"});
    std::vector<std::string> const kept{"LANG=de_DE.UTF-8", "LC_CTYPE=C.UTF-8", "LC_MESSAGES=C"};
    BOOST_TEST(plain == kept, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(targets_are_found_in_the_lists_of_ninja_and_make)
{
    std::string_view const ninja =
        "[1/1] All primary targets available:\nshop_test: phony\nshop: phony\nshop.so: phony\n";
    BOOST_TEST(lists_target(ninja, "shop"));
    BOOST_TEST(!lists_target(ninja, "sho"));
    BOOST_TEST(!lists_target(ninja, "till"));
    std::string_view const make =
        "The following are some of the valid targets for this Makefile:\n... all (the default)\n... shop\n";
    BOOST_TEST(lists_target(make, "shop"));
    BOOST_TEST(lists_target(make, "all"));
    BOOST_TEST(!lists_target(make, "sho"));
    BOOST_TEST(!lists_target("", "shop"));
}

BOOST_AUTO_TEST_CASE(sources_are_what_a_build_reads)
{
    for (auto const* file : {"a/shop.cpp", "shop.hpp", "CMakeLists.txt", "x.cmake", "x.h", "x.cc"})
        BOOST_TEST(is_source(file), file);
    for (auto const* file :
        {"shop.so", "notes.txt", ".shop.cpp.swp", ".#shop.cpp", "shop.cpp~", "server.log", "4913"})
        BOOST_TEST(!is_source(file), file);
}

BOOST_AUTO_TEST_CASE(the_first_error_of_a_compiler_is_shown_with_its_line)
{
    write("shop.hpp", "struct shop {\n    int price = nope;\n};\n");
    auto const text = render(build_failure(tree(),
        "[1/2] Building CXX object shop.o\nIn file included from " + (home / "shop.cpp").string() + ":1:\n"
            + (home / "shop.hpp").string()
            + ":2:17: error: use of undeclared identifier 'nope'\n    2 | int\n"
            + (home / "shop.hpp").string()
            + ":9:1: error: another\nninja: build stopped: subcommand failed.\n"));
    BOOST_TEST(text
        == "error[FX0308]: the build failed: use of undeclared identifier 'nope'\n"
           "  --> shop.hpp:2:17\n"
           "2 |     int price = nope;\n"
           "  |                 ^\n"
           "help: mend it and save; all that the build says: cmake --build "
            + (home / "build").string() + "\n");
    // a path that is relative to where the compiler runs
    BOOST_TEST(build_failure(tree(), "../shop.hpp:2:17: fatal error: no\r\n").place == "shop.hpp:2:17");
}

BOOST_AUTO_TEST_CASE(an_error_in_a_header_of_others_is_shown_at_the_line_that_led_there)
{
    write("shop.hpp", "struct shop {\n    static void define() { get(price); }\n};\n");
    auto const expected = "error[FX0308]: the build failed: framex: give one arg\n"
                          "  --> shop.hpp:2:28\n"
                          "2 |     static void define() { get(price); }\n"
                          "  |                            ^\n"
                          "help: mend it and save; all that the build says: cmake --build "
        + (home / "build").string() + "\n";
    auto const own = (home / "shop.hpp").string() + ":2:28:";
    auto const fetched = (home / "build/_deps/framex/api.hpp").string();
    for (auto const& header : {std::string("/usr/include/framex/plugin/api.hpp"), fetched}) {
        auto const clang = render(build_failure(tree(),
            "/x/other.hpp:1:1: warning: no\n" + (home / "shop.hpp").string()
                + ":1:1: note: in instantiation of 'a'\n" + header
                + ":212:23: error: static assertion failed due to requirement 'n == 1': framex: give one "
                  "arg\n"
                + header
                + ":236:17: note: in instantiation of function template specialization 'b' requested here\n"
                + own + " note: in instantiation of 'c' requested here\n" + (home / "shop.hpp").string()
                + ":1:1: note: in instantiation of 'd' requested here\n"));
        BOOST_TEST(clang == expected);
        auto const gcc = render(build_failure(tree(),
            (home / "shop.hpp").string() + ":1:1:   required from here\n/x/other.hpp:1:1: warning: no\n"
                + header + ": In instantiation of 'void b()':\n" + header + ":236:49:   required from 'c'\n"
                + own + "   required from here\n" + header
                + ":212:54: error: static assertion failed: framex: give one arg\n"));
        BOOST_TEST(gcc == expected);
    }
    auto const nobody = build_failure(tree(),
        "/x/api.hpp:212:23: error: no\n/x/other.hpp:3:1: error: no\n" + own
            + " note: in instantiation of 'c'\n");
    BOOST_TEST(nobody.place == "/x/api.hpp:212:23");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_built_is_made_by_these_commands)
{
    auto const commands = [&](std::string const& file, std::string const& program = "/usr/bin/framex") {
        return build_commands(file, home, program);
    };
    BOOST_TEST(commands("build/shop.so") == "");
    write("CMakeLists.txt", "");
    write("near/CMakeLists.txt", "");
    BOOST_TEST(commands("build/shop.so") == "cmake -S . -B build && cmake --build build");
    BOOST_TEST(commands("build/plugins/shop.so") == "cmake -S . -B build && cmake --build build");
    BOOST_TEST(commands("near/build/shop.so") == "cmake -S near -B near/build && cmake --build near/build");
    BOOST_TEST(commands("build/shop.so", "/opt/framex/bin/framex")
        == "cmake -S . -B build -DCMAKE_PREFIX_PATH=/opt/framex && cmake --build build");
    BOOST_TEST(commands("shop.so") == "");
    write("build/CMakeCache.txt", "");
    BOOST_TEST(commands("build/plugins/shop.so") == "cmake --build build");
    BOOST_TEST(build_commands("../build/shop.so", home / "elsewhere", {})
        == "cmake --build " + (home / "build").string());
}

BOOST_AUTO_TEST_CASE(colours_hide_no_error_and_control_characters_do_not_reach_the_terminal)
{
    auto const clang = build_failure(
        tree(), "\x1b[1mshop.hpp:2:17: \x1b[0m\x1b[0;1;31merror: \x1b[0m\x1b[1mno 'nope'\x1b[0m\n");
    BOOST_TEST(clang.message == "the build failed: no 'nope'");
    auto const gcc = build_failure(tree(),
        "\x1b[01m\x1b[Kshop.hpp:2:17:\x1b[m\x1b[K \x1b[01;31m\x1b[Kerror: \x1b[m\x1b[Kno\x1b[2J \x1b[7\n");
    BOOST_TEST(gcc.message == "the build failed: no\\x1b[2J \\x1b[7");
    BOOST_TEST(gcc.place.ends_with("shop.hpp:2:17"));
}

BOOST_AUTO_TEST_CASE(errors_of_linkers_and_of_cmake_are_found_too)
{
    auto const linker = build_failure(tree(),
        "/usr/bin/ld: shop.o: in function `shop::price()':\n/x/shop.hpp:8: undefined reference to "
        "`market()'\n"
        "collect2: error: ld returned 1 exit status\n");
    BOOST_TEST(linker.message == "the build failed: undefined reference to `market()'");
    BOOST_TEST(linker.place == "");
    auto const mold = build_failure(tree(), "mold: error: undefined symbol: market()\n");
    BOOST_TEST(mold.message == "the build failed: undefined symbol: market()");
    write("CMakeLists.txt", "project(shop)\nframex_add_plugin(shop shap.cpp)\n");
    auto const cmake = build_failure(tree(),
        "-- Configuring\nCMake Error at CMakeLists.txt:2 (framex_add_plugin):\n\n  Cannot find source "
        "file:\n\n    shap.cpp\n");
    BOOST_TEST(cmake.message == "the build failed: Cannot find source file:");
    BOOST_TEST(cmake.place == "CMakeLists.txt:2");
    BOOST_TEST(cmake.source_line == "framex_add_plugin(shop shap.cpp)");
    BOOST_TEST(build_failure(tree(), "make: *** Killed\n\n").message == "the build failed: make: *** Killed");
    BOOST_TEST(build_failure(tree(), "").message == "the build failed: ");
}

BOOST_AUTO_TEST_SUITE_END()
