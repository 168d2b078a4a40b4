#include "cli/terminal.hpp"

#include <framex/plugin/abi.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>

using namespace framex;
using namespace framex::cli;

namespace {

struct fixture : test::terminal {
    std::string const folder = FRAMEX_TEST_LIBRARIES;

    bool prints(std::string_view part) const { return out().find(part) != std::string::npos; }
    bool says(std::string_view part) const { return err().find(part) != std::string::npos; }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(plugin_commands, fixture)

BOOST_AUTO_TEST_CASE(the_list_has_built_in_ones_and_files_with_what_speaks_against_them)
{
    auto const here = space.sources.working_directory / "libraries";
    std::filesystem::create_directory(here);
    for (auto const* name : {"greeter.so", "plain.so"})
        std::filesystem::copy_file(std::filesystem::path(folder) / name, here / name);
    BOOST_TEST(run({"plugin", "list", "--plugin-path", here.string()}) == done);
    BOOST_TEST(prints("echo     (built in)"));
    BOOST_TEST(prints("\ngreeter  " + (here / "greeter.so").string() + "  ok: class greeter, framex "));
    BOOST_TEST(prints("\nplain    " + (here / "plain.so").string() + "    FX0303: `"));
    BOOST_TEST(err() == "");
}

BOOST_AUTO_TEST_CASE(a_foreign_record_moves_no_cursor)
{
    auto const plugins = space.sources.working_directory / "plugins";
    std::filesystem::create_directory(plugins);
    std::ifstream input(folder + "/greeter.so", std::ios::binary);
    std::string octets(std::istreambuf_iterator<char>(input), {});
    auto const record = octets.find(std::string("FRAMEX\0\0", 8));
    BOOST_TEST_REQUIRE(record != octets.npos);
    octets.replace(record + offsetof(abi_record, type), 7, "\x1b[2Jxyz");
    std::ofstream(plugins / "gr\x1b[1meeter.so", std::ios::binary) << octets;
    BOOST_TEST(run({"plugin", "list"}) == done);
    BOOST_TEST(prints("ok: class \\x1b[2Jxyz, framex "));
    BOOST_TEST(prints("gr\\x1b[1meeter.so"));
    BOOST_TEST(!prints("\x1b"));
}

BOOST_AUTO_TEST_CASE(the_list_marks_what_the_configuration_loads)
{
    auto const plugins = space.sources.working_directory / "plugins";
    std::filesystem::create_directory(plugins);
    std::filesystem::copy_file(std::filesystem::path(folder) / "greeter.so", plugins / "greeter.so");
    space.toml(
        "load_builtin_plugins = [\"echo\", \"nope\"]\nload_plugins = [\n  \"shop.greeter\",\n  \"absent\",\n"
        "  \""
        + folder + "/plain.so\"\n]\n");
    BOOST_TEST(run({"plugin", "list"}) == done);
    BOOST_TEST(prints("ok: load it with --load-builtin-plugins; loaded by config.toml:1\n"));
    BOOST_TEST(prints("\nnope     (absent)"));
    BOOST_TEST(prints("FX0109: no such built-in plugin; loaded by config.toml:1\n"));
    BOOST_TEST(prints("\nproxy"));
    BOOST_TEST(prints("greeter.so"));
    BOOST_TEST(prints("; loaded by config.toml:3\n"));
    BOOST_TEST(prints("\nabsent   (absent)"));
    BOOST_TEST(prints("`; loaded by config.toml:4\n"));
    BOOST_TEST(prints("but no plugin of framex; loaded by config.toml:5\n"));
    BOOST_TEST(err() == "");
    auto const listed = out();
    BOOST_TEST(std::ranges::count(listed, '\n') == 6); // greeter once
    space.toml("[server\n");
    BOOST_TEST(run({"plugin", "list"}) == configuration_refused);
    BOOST_TEST(prints("greeter.so"));
    BOOST_TEST(says("error[FX0101]: "));
}

BOOST_AUTO_TEST_CASE(a_check_says_what_a_file_holds)
{
    BOOST_TEST(run({"plugin", "check", folder + "/greeter.so"}) == done);
    BOOST_TEST(prints("greeter.so: ok\n  plugin    greeter 2.0.0\n  class     greeter\n  built by  "));
    BOOST_TEST((prints("\n  built by  clang 1") || prints("\n  built by  GCC 1")));
    BOOST_TEST(prints("\n  offers    GET /api/v1/greet\n  requires  nothing\n"));
}

BOOST_AUTO_TEST_CASE(a_check_names_every_refusal)
{
    BOOST_TEST(
        run({"plugin", "check", folder + "/plain.so", folder + "/greeter.so", folder + "/unresolved.so"})
        == plugin_refused);
    BOOST_TEST(prints("greeter.so: ok"));
    BOOST_TEST(says("error[FX0303]: `" + folder + "/plain.so` is a shared library, but no plugin of framex"));
    BOOST_TEST(says("error[FX0305]: `" + folder + "/unresolved.so` cannot be loaded: "));
    BOOST_TEST(says("undefined symbol: shop::price_of("));
    BOOST_TEST(says("2 problems"));
    BOOST_TEST(run({"plugin", "check"}) == usage);
    BOOST_TEST(run({"plugin"}) == usage);
}

BOOST_AUTO_TEST_CASE(a_check_looks_names_up_and_takes_what_is_here_as_a_path)
{
    BOOST_TEST(run({"plugin", "check", "greeter", "--plugin-path", folder}) == done);
    BOOST_TEST(prints("greeter.so: ok\n"));
    BOOST_TEST(run({"plugin", "check", "gretter", "--plugin-path", folder}) == plugin_refused);
    BOOST_TEST(says("help: did you mean `greeter`?\n"));
    auto const plugins = (space.sources.working_directory / "plugins").string();
    BOOST_TEST(run({"plugin", "check", "shop"}) == plugin_refused);
    BOOST_TEST(err()
        == "error[FX0301]: no plugin `shop` in `" + plugins
            + "`\nhelp: name its folder: --plugin-path DIR, or its file: ./shop.so\n");
    BOOST_TEST(run({"plugin", "check", "echo"}) == plugin_refused);
    BOOST_TEST(says("help: `echo` is part of this program, and no file: "));
    space.file("README.md", "# shop\n");
    BOOST_TEST(run({"plugin", "check", "README.md"}) == plugin_refused);
    BOOST_TEST(!says("the last part of"));
    BOOST_TEST(says("`./README.md`"));
    BOOST_TEST(run({"plugin", "check", ".."}) == plugin_refused);
    BOOST_TEST(!says("the last part of"));
}

BOOST_AUTO_TEST_CASE(a_new_plugin_is_a_whole_project_and_never_written_over_another)
{
    auto const at = space.sources.working_directory;
    for (std::string const kind : {"handler", "stream", "embed"}) {
        auto const name = "my_" + kind;
        BOOST_TEST(run({"plugin", "new", name, "--template", kind}) == done);
        BOOST_TEST(prints("made " + name + "/: " + name + ".hpp " + name + "_test.cpp"));
        BOOST_TEST(prints("\nnext:\n  cd " + name + "\n  cmake -S . -B build && cmake --build build"));
        for (auto const& file : {name + ".hpp", name + "_test.cpp", std::string("CMakeLists.txt"),
                 std::string("README.md"), std::string(".gitignore")})
            BOOST_TEST(std::filesystem::file_size(at / name / file) > 0u, file);
    }
    BOOST_TEST(run({"plugin", "new", "my_handler"}) == usage);
    BOOST_TEST(says("error[FX0307]: the folder `" + (at / "my_handler").string() + "` is there already"));
    for (std::string const name : {"Shop", "a-b", "../x", "9a", "a/b", ""}) {
        BOOST_TEST(run({"plugin", "new", name}) == usage, name);
        BOOST_TEST(says("error[FX0307]: `" + name + "` cannot be the name of a plugin"), name);
    }
    for (std::string const name : {"class", "namespace", "framex", "test"}) {
        BOOST_TEST(run({"plugin", "new", name}) == usage, name);
        BOOST_TEST(err()
            == "error[FX0307]: `" + name
                + "` means something else to C++, CMake or framex, so no plugin can have this name\n"
                  "help: choose another name: framex plugin new my_"
                + name + "\n");
    }
    BOOST_TEST(run({"plugin", "new", "ok", "--template", "strem"}) == usage);
    BOOST_TEST(says("stream"));
    BOOST_TEST(run({"plugin", "new"}) == usage);
}

BOOST_AUTO_TEST_SUITE_END()
