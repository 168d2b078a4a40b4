// Plugin files good and bad. The bad ones are made from a good one, octet by octet, unless a compiler is
// needed.
#include "framex/plugin/loader.hpp"

#include <framex/plugin/abi.hpp>

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <elf.h>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

using namespace framex;
namespace fs = std::filesystem;

namespace {

fs::path const libraries = FRAMEX_TEST_LIBRARIES;

std::string content_of(fs::path const& file)
{
    std::ifstream input(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()};
}

/// A folder that goes with the test.
struct folder {
    fs::path path;

    folder()
    {
        auto text = (fs::temp_directory_path() / "framex-loader-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(text.data()));
        path = text;
    }
    folder(folder const&) = delete;
    folder& operator=(folder const&) = delete;
    ~folder() { fs::remove_all(path); }

    fs::path write(std::string const& name, std::string const& octets) const
    {
        std::ofstream(path / name, std::ios::binary) << octets;
        return path / name;
    }
};

struct refusal {
    plugin_fault fault;
    std::string message;
    std::string help;
};

refusal refused(fs::path const& file)
{
    try {
        load_plugin(file);
    } catch (plugin_error const& error) {
        BOOST_TEST(
            std::string(error.what()).find(file.filename().string()) != std::string::npos, error.what());
        return {error.fault(), error.what(), error.help()};
    }
    BOOST_FAIL("the file was loaded");
    return {};
}

/// The plugin `greeter` with its head or its record changed.
std::string greeter() { return content_of(libraries / "greeter.so"); }

std::string with_head(std::function<void(Elf64_Ehdr&)> const& change)
{
    auto octets = greeter();
    Elf64_Ehdr head;
    std::memcpy(&head, octets.data(), sizeof head);
    change(head);
    std::memcpy(octets.data(), &head, sizeof head);
    return octets;
}

std::string with_record(std::function<void(abi_record&)> const& change)
{
    auto octets = greeter();
    auto const at = octets.find(std::string_view("FRAMEX\0\0", 8));
    BOOST_REQUIRE(at != octets.npos);
    abi_record record;
    std::memcpy(&record, octets.data() + at, sizeof record);
    change(record);
    std::memcpy(octets.data() + at, &record, sizeof record);
    return octets;
}

bool holds(std::string const& text, std::string_view part) { return text.find(part) != text.npos; }

} // namespace

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

BOOST_AUTO_TEST_CASE(files_that_are_no_library_of_this_machine_are_told_apart)
{
    folder here;
    BOOST_TEST((refused(here.write("text.so", "hello")).fault == plugin_fault::not_elf));
    BOOST_TEST((refused(here.write("empty.so", "")).fault == plugin_fault::not_elf));
    BOOST_TEST(
        (refused(here.write("word.so", with_head([](auto& h) { h.e_ident[EI_CLASS] = ELFCLASS32; }))).fault
            == plugin_fault::other_machine));
    BOOST_TEST(
        (refused(here.write("order.so", with_head([](auto& h) { h.e_ident[EI_DATA] = ELFDATA2MSB; }))).fault
            == plugin_fault::other_machine));
    BOOST_TEST((refused(here.write("cpu.so", with_head([](auto& h) { h.e_machine = EM_S390; }))).fault
        == plugin_fault::other_machine));
    BOOST_TEST((refused(here.write("object.so", with_head([](auto& h) { h.e_type = ET_REL; }))).fault
        == plugin_fault::not_shared));
    BOOST_TEST((refused(here.write("program.so", with_head([](auto& h) { h.e_type = ET_EXEC; }))).fault
        == plugin_fault::not_shared));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_cut_off_anywhere_is_refused)
{
    folder here;
    auto const whole = greeter();
    for (std::size_t size = 4; size < whole.size(); size += whole.size() / 50) {
        auto const seen = refused(here.write("cut.so", whole.substr(0, size)));
        BOOST_TEST((seen.fault == plugin_fault::truncated), size);
    }
    BOOST_TEST(
        (refused(here.write("cut.so", whole.substr(0, whole.size() - 1))).fault == plugin_fault::truncated));
}

BOOST_AUTO_TEST_CASE(tables_that_point_anywhere_are_refused)
{
    folder here;
    std::uint64_t const far[] = {1ULL << 40, ~0ULL, ~0ULL - 64};
    for (auto const offset : far) {
        auto const sections = refused(here.write("s.so", with_head([&](auto& h) { h.e_shoff = offset; })));
        BOOST_TEST((sections.fault == plugin_fault::truncated));
        auto const segments = refused(here.write("p.so", with_head([&](auto& h) { h.e_phoff = offset; })));
        BOOST_TEST((segments.fault == plugin_fault::truncated));
    }
    auto const small = with_head([](auto& h) { h.e_shentsize = 1; });
    BOOST_TEST((refused(here.write("e.so", small)).fault == plugin_fault::truncated));
    auto const none = with_head([](auto& h) { h.e_phnum = 0; });
    BOOST_TEST((refused(here.write("n.so", none)).fault == plugin_fault::truncated));
}

BOOST_AUTO_TEST_CASE(a_library_without_a_record_is_told_what_to_write)
{
    auto const seen = refused(libraries / "plain.so");
    BOOST_TEST((seen.fault == plugin_fault::no_record));
    BOOST_TEST(holds(seen.help, "FRAMEX_EXPORT_PLUGIN"));
    folder here;
    auto const magic = with_record([](auto& r) { r.magic[0] = 'X'; });
    BOOST_TEST((refused(here.write("m.so", magic)).fault == plugin_fault::no_record));
}

BOOST_AUTO_TEST_CASE(every_misfit_of_the_record_is_named)
{
    folder here;
    auto const check = [&](std::function<void(abi_record&)> const& change, std::string_view reason) {
        auto const seen = refused(here.write("other.so", with_record(change)));
        BOOST_TEST((seen.fault == plugin_fault::other_abi));
        BOOST_TEST(holds(seen.message, reason), seen.message);
    };
    check([](auto& r) { r.number = 99; }, "plugin interface 99, the host has 1");
    check([](auto& r) { r.boost = 107400; }, "Boost 1.74, the host has 1.81");
    check([](auto& r) { r.cxx11_strings = 0; }, "_GLIBCXX_USE_CXX11_ABI=0, the host has 1");
    check([](auto& r) { r.executor_size = 1; }, "any_io_executor of octets: 1");
    check([](auto& r) { r.size = 8; }, "record has another size");
    check(
        [](auto& r) {
            r.boost = 107400;
            r.sanitizer = 7;
        },
        "; built with an unknown sanitizer");
}

BOOST_AUTO_TEST_CASE(a_missing_symbol_is_named_as_a_person_writes_it)
{
    auto const seen = refused(libraries / "unresolved.so");
    BOOST_TEST((seen.fault == plugin_fault::unresolved));
    BOOST_TEST(holds(seen.message, "undefined symbol: shop::price_of("), seen.message);
}

BOOST_AUTO_TEST_CASE(an_entry_point_that_is_missing_or_throws_is_told)
{
    BOOST_TEST((refused(libraries / "entryless.so").fault == plugin_fault::no_entry));
    auto const seen = refused(libraries / "throws.so");
    BOOST_TEST((seen.fault == plugin_fault::entry_threw));
    BOOST_TEST(holds(seen.message, "broken plugin"));
}

BOOST_AUTO_TEST_CASE(what_everybody_may_write_is_not_loaded)
{
    folder here;
    auto const file = here.write("open.so", greeter());
    fs::permissions(file, fs::perms::others_write, fs::perm_options::add);
    auto const seen = refused(file);
    BOOST_TEST((seen.fault == plugin_fault::unsafe));
    BOOST_TEST(seen.help == "chmod o-w " + file.string());
    fs::permissions(file, fs::perms::others_write, fs::perm_options::remove);
    fs::permissions(here.path, fs::perms::others_write, fs::perm_options::add);
    BOOST_TEST((refused(file).fault == plugin_fault::unsafe));
    fs::permissions(here.path, fs::perms::sticky_bit, fs::perm_options::add);
    BOOST_TEST(load_plugin(file).id == "greeter");
}

BOOST_AUTO_TEST_CASE(a_file_that_goes_away_is_told)
{
    BOOST_TEST((refused("/nowhere/at_all.so").fault == plugin_fault::unreadable));
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
