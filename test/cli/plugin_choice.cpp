#include "cli/plugin_choice.hpp"

#include "config/workspace.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace framex;
using namespace framex::cli;

namespace {

struct fixture {
    test::workspace space;
    std::filesystem::path const here = space.sources.working_directory;
    std::vector<std::filesystem::path> plugin_paths;
    std::ostringstream nowhere;
    cli_environment environment{.out = nowhere,
        .err = nowhere,
        .variables = {},
        .working_directory = here,
        .program = "/usr/bin/framex",
        .linked = {},
        .problem_kinds = {},
        .serve = {}};

    /// What a person sees when these plugins of the command line and of config.toml are chosen.
    std::string refusal(std::vector<std::string> names, std::string const& toml = {})
    {
        space.toml(toml);
        space.sources.load_plugins = std::move(names);
        run_request const request{.configuration = space.read(), .plugin_paths = plugin_paths};
        BOOST_TEST(render(request.configuration.problems()) == "");
        return render(choose_plugins(request, environment, [](auto const& file) {
            return load_plugin(file);
        }).problems);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(plugin_choosing, fixture)

BOOST_AUTO_TEST_CASE(an_absent_plugin_is_told_with_the_folders_and_the_place_of_its_name)
{
    plugin_paths = {"more", "/nowhere/plugins"};
    auto const folders =
        "`" + (here / "more").string() + "`, `/nowhere/plugins`, `" + (here / "plugins").string() + "`";
    BOOST_TEST(refusal({"shop"}, "load_plugins = [\"a.b.bank\"]\n")
        == "error[FX0301]: no plugin `shop` in " + folders
            + "\n"
              "  --> command line: --load-plugins\n"
              "help: name its folder: --plugin-path DIR, or its file: ./shop.so\n"
              "\n"
              "error[FX0301]: no plugin `bank`, the last part of `a.b.bank`, in "
            + folders
            + "\n"
              "  --> config.toml:1:17\n"
              "1 | load_plugins = [\"a.b.bank\"]\n"
              "  |                 ^^^^^^^^^^\n"
              "help: name its folder: --plugin-path DIR, or its file: ./bank.so\n"
              "\n"
              "2 problems\n");
}

BOOST_AUTO_TEST_CASE(a_folder_that_was_taken_for_a_name_is_offered_as_a_path)
{
    std::filesystem::create_directory(here / "build");
    BOOST_TEST(refusal({"build"}).ends_with(
        "help: `build` is a folder here: write `./build` to load the plugins in it\n"));
}

BOOST_AUTO_TEST_CASE(a_file_that_was_taken_for_a_name_is_no_plugin_file)
{
    space.file("hello.cpp", "struct hello {};\n");
    auto const source = refusal({"hello.cpp"});
    BOOST_TEST(source.starts_with("error[FX0301]: no plugin `cpp`, the last part of `hello.cpp`, in `"));
    BOOST_TEST(
        source.ends_with("help: `hello.cpp` is a file here, and no plugin file: write the *.so file that is "
                         "built from it, as in `build/hello.so`\n"));
    BOOST_TEST(refusal({"config.toml"})
            .ends_with("help: `config.toml` is a file here, and no plugin file: a configuration is read by "
                       "`--config config.toml`\n"));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_built_yet_is_told_with_the_commands_that_build_it)
{
    BOOST_TEST(refusal({"gone/shop.so"}).ends_with("\nhelp: check the path\n"));
    space.file("CMakeLists.txt", "project(shop)\n");
    auto const text = refusal({}, "load_plugins = [\"build/shop.so\"]\n");
    BOOST_TEST(text
        == "error[FX0301]: there is no file `build/shop.so`\n"
           "  --> config.toml:1:17\n"
           "1 | load_plugins = [\"build/shop.so\"]\n"
           "  |                 ^^^^^^^^^^^^^^^\n"
           "help: build it: cmake -S . -B build && cmake --build build\n");
    std::filesystem::create_directory(here / "build");
    std::ofstream(here / "build/shop.so");
    BOOST_TEST(refusal({"shop"}).ends_with("\nhelp: name its file: build/shop.so\n"));
    BOOST_TEST(refusal({"build/shp.so"}).ends_with("\nhelp: did you mean `build/shop.so`?\n"));
}

BOOST_AUTO_TEST_CASE(a_built_in_plugin_is_not_looked_for_as_a_file)
{
    plugin_entry echo;
    echo.id = "echo";
    environment.linked.builtin.push_back(echo);
    BOOST_TEST(
        refusal({"echo"}).ends_with("\nhelp: `echo` is part of this program, and no file: load it by "
                                    "`--load-builtin-plugins echo`, read about it by `framex plugin doc "
                                    "echo`\n"));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_refused_is_told_with_the_place_of_its_name)
{
    auto const file = std::string(FRAMEX_TEST_LIBRARIES) + "/plain.so";
    auto const text = refusal({}, "load_plugins = [\n  \"" + file + "\"\n]\n");
    BOOST_TEST(text.starts_with("error[FX0303]: `" + file
        + "` is a shared library, but no plugin of framex\n"
          "  --> config.toml:2:3\n"));
}

BOOST_AUTO_TEST_SUITE_END()
