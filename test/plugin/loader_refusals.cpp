// Every way in which a file is no plugin: what is said of it, and that the host lives on.
#include "plugin_files.hpp"

#include <framex/server/app.hpp>

#include <boost/asio/io_context.hpp>

#include <set>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

using namespace framex;
using namespace framex::test;
namespace fs = std::filesystem;

namespace {

struct bad_file {
    plugin_fault fault;
    std::string message; ///< a part of it; FILE is the file, DIR its folder
    std::function<fs::path(folder const&)> make;
};

std::string replaced(std::string text, std::string const& from, std::string_view to)
{
    for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

/// Makes each file in a folder of its own and loads it.
void check(std::vector<bad_file> const& files)
{
    std::set<std::string> messages;
    for (auto const& [fault, message, make] : files) {
        BOOST_TEST_CONTEXT(message)
        {
            folder here;
            auto const file = make(here);
            auto seen = refusal_of([&] { load_plugin(file); });
            seen.message = replaced(seen.message, "`" + file.string() + "`", "FILE");
            seen.message = replaced(seen.message, "`" + here.path.string() + "`", "DIR");
            BOOST_TEST((seen.fault == fault), seen.message);
            BOOST_TEST(holds(seen.message, message), seen.message);
            BOOST_TEST(seen.help != "");
            BOOST_TEST(messages.insert(seen.message).second, seen.message);
        }
    }
    BOOST_TEST(load_plugin(libraries / "greeter.so").id == "greeter");
}

/// A file with these octets.
auto octets(std::function<std::string()> make)
{
    return [make](folder const& here) { return here.write("bad.so", make()); };
}
auto head(std::function<void(Elf64_Ehdr&)> change)
{
    return octets([change] { return with_head(change); });
}
auto record(std::function<void(abi_record&)> change)
{
    return octets([change] { return with_record(change); });
}
auto built(char const* name)
{
    return [name](folder const&) { return libraries / name; };
}
auto link_to(fs::path target)
{
    return [target](folder const& here) {
        fs::create_symlink(target, here.path / "link.so");
        return here.path / "link.so";
    };
}

fs::path make_socket(folder const& here)
{
    auto const file = here.path / "socket.so";
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    BOOST_REQUIRE(file.string().size() < sizeof at.sun_path);
    file.string().copy(at.sun_path, sizeof at.sun_path - 1);
    int const opened = ::socket(AF_UNIX, SOCK_STREAM, 0);
    BOOST_REQUIRE(::bind(opened, reinterpret_cast<sockaddr const*>(&at), sizeof at) == 0);
    ::close(opened);
    return file;
}

void let_all_write(fs::path const& what)
{
    fs::permissions(what, fs::perms::others_write, fs::perm_options::add);
}

} // namespace

BOOST_AUTO_TEST_SUITE(loader_refusals)

BOOST_AUTO_TEST_CASE(what_is_no_file_that_can_be_read_is_told_apart)
{
    check({
        {plugin_fault::not_found, "there is no file FILE",
            [](folder const& here) { return here.path / "gone.so"; }},
        {plugin_fault::not_found, "FILE is a link to `gone.so`, which is not there", link_to("gone.so")},
        {plugin_fault::unreadable, "cannot read FILE: Too many levels of symbolic links", link_to("link.so")},
        {plugin_fault::unreadable, "FILE is a folder, no file", [](folder const& here) { return here.path; }},
        {plugin_fault::unreadable, "FILE is a pipe, no file",
            [](folder const& here) {
                BOOST_REQUIRE(::mkfifo((here.path / "pipe.so").c_str(), 0600) == 0);
                return here.path / "pipe.so";
            }},
        {plugin_fault::unreadable, "FILE is a socket, no file", make_socket},
        {plugin_fault::unreadable, "FILE is a device, no file", link_to("/dev/null")},
        {plugin_fault::unreadable, "FILE is larger than 2 GB",
            [](folder const& here) {
                auto file = here.write("large.so", greeter());
                fs::resize_file(file, 3'000'000'000);
                return file;
            }},
        {plugin_fault::not_elf, "FILE is empty", octets([] { return std::string(); })},
        {plugin_fault::not_elf, "FILE is no shared library", octets([] { return "hello"; })},
        {plugin_fault::not_elf, "FILE is an archive of object files, no shared library",
            octets([] { return "!<arch>\nmain.o/"; })},
    });
}

BOOST_AUTO_TEST_CASE(elf_files_that_are_no_library_of_this_machine_are_told_apart)
{
    check({
        {plugin_fault::other_machine, "FILE is built for a machine of another word size",
            head([](auto& h) { h.e_ident[EI_CLASS] = ELFCLASS32; })},
        {plugin_fault::other_machine, "FILE is built for a machine of another byte order",
            head([](auto& h) { h.e_ident[EI_DATA] = ELFDATA2MSB; })},
        {plugin_fault::other_machine, "FILE is built for another processor",
            head([](auto& h) { h.e_machine = EM_S390; })},
        {plugin_fault::not_shared, "FILE is an object file, no shared library",
            head([](auto& h) { h.e_type = ET_REL; })},
        {plugin_fault::not_shared, "FILE is a program, no shared library",
            head([](auto& h) { h.e_type = ET_EXEC; })},
        {plugin_fault::not_shared, "FILE is a core dump, no shared library",
            head([](auto& h) { h.e_type = ET_CORE; })},
        {plugin_fault::not_shared, "FILE is an ELF file, but no shared library",
            head([](auto& h) { h.e_type = 0xfe42; })},
    });
}

BOOST_AUTO_TEST_CASE(a_program_at_any_address_is_no_library)
{
    auto const seen = refusal_of([] { load_plugin(fs::read_symlink("/proc/self/exe")); });
    BOOST_TEST((seen.fault == plugin_fault::not_shared));
    BOOST_TEST(seen.message.ends_with("` is a program, no shared library"));
}

BOOST_AUTO_TEST_CASE(what_lies_beyond_the_end_of_a_file_is_named)
{
    check({
        {plugin_fault::truncated, "FILE is cut off in its ELF header",
            octets([] { return greeter().substr(0, 20); })},
        {plugin_fault::truncated, "FILE is cut off or damaged: its program headers lie beyond its end",
            head([](auto& h) { h.e_phoff = 1ULL << 40; })},
        {plugin_fault::truncated, "FILE is cut off or damaged: a segment lies beyond its end",
            octets([] { return with_segments([](auto& s) { s.p_filesz = 1ULL << 40; }); })},
        {plugin_fault::truncated, "FILE is damaged: nothing of it would be loaded",
            head([](auto& h) { h.e_phnum = 0; })},
        {plugin_fault::truncated, "FILE is damaged: its program headers are of another size",
            head([](auto& h) { h.e_phentsize = 0xffff; })},
        {plugin_fault::truncated, "FILE is damaged: its section headers are of another size",
            head([](auto& h) { h.e_shentsize = 1; })},
        {plugin_fault::truncated, "FILE is cut off or damaged: its section headers lie beyond its end",
            head([](auto& h) { h.e_shoff = 1ULL << 40; })},
        {plugin_fault::truncated, "FILE is cut off or damaged: the names of its sections lie beyond its end",
            octets([] { return with_section(".shstrtab", [](auto& s) { s.sh_offset = 1ULL << 40; }); })},
        {plugin_fault::truncated, "FILE is cut off or damaged: its record lies beyond its end",
            octets([] { return with_section(".framex_abi", [](auto& s) { s.sh_size = 1ULL << 40; }); })},
        {plugin_fault::truncated, "FILE is damaged: its record is cut off",
            octets([] { return with_section(".framex_abi", [](auto& s) { s.sh_size = 16; }); })},
    });
}

BOOST_AUTO_TEST_CASE(a_file_that_is_cut_off_anywhere_is_refused)
{
    folder here;
    auto const whole = greeter();
    for (std::size_t size = 4; size < whole.size(); size += whole.size() / 50) {
        auto const cut = here.write("cut.so", whole.substr(0, size));
        BOOST_TEST((refusal_of([&] { load_plugin(cut); }).fault == plugin_fault::truncated), size);
    }
    auto const cut = here.write("cut.so", whole.substr(0, whole.size() - 1));
    BOOST_TEST((refusal_of([&] { load_plugin(cut); }).fault == plugin_fault::truncated));
}

BOOST_AUTO_TEST_CASE(figures_that_overflow_or_are_too_large_are_refused)
{
    folder here;
    auto const refused = [&](std::function<void(Elf64_Ehdr&)> const& change) {
        auto const file = here.write("bad.so", with_head(change));
        return refusal_of([&] { load_plugin(file); }).fault == plugin_fault::truncated;
    };
    for (auto const offset : {~0ULL, ~0ULL - 64}) {
        BOOST_TEST(refused([&](auto& h) { h.e_shoff = offset; }));
        BOOST_TEST(refused([&](auto& h) { h.e_phoff = offset; }));
    }
    BOOST_TEST(refused([](auto& h) { h.e_phnum = 0xffff, h.e_phoff = greeter().size() / 8 * 8 - 640; }));
    BOOST_TEST(refused([](auto& h) { h.e_shstrndx = 0xffff; }));
}

BOOST_AUTO_TEST_CASE(a_record_that_is_missing_or_does_not_fit_is_told)
{
    check({
        {plugin_fault::no_record, "FILE is a shared library, but no plugin of framex", built("plain.so")},
        {plugin_fault::no_record, "FILE has a record of plugins, but not one of framex",
            record([](auto& r) { r.magic[0] = 'X'; })},
        {plugin_fault::other_abi,
            "its record has another size: 8 octets, the host's " + std::to_string(sizeof(abi_record)),
            record([](auto& r) { r.size = 8; })},
        {plugin_fault::other_abi,
            "FILE does not fit this program: plugin interface 99, the host has " + std::to_string(abi_number),
            record([](auto& r) { r.number = 99; })},
        {plugin_fault::other_abi, "Boost 1.74, the host has 1.81", record([](auto& r) { r.boost = 107400; })},
        {plugin_fault::other_abi, "_GLIBCXX_USE_CXX11_ABI=0, the host has 1",
            record([](auto& r) { r.cxx11_strings = 0; })},
        {plugin_fault::other_abi, "std::string of octets: 24, the host has 32",
            record([](auto& r) { r.string_size = 24; })},
        {plugin_fault::other_abi, "any_io_executor of octets: 1,",
            record([](auto& r) { r.executor_size = 1; })},
        {plugin_fault::other_abi, "built with an unknown sanitizer",
            record([](auto& r) { r.sanitizer = 7; })},
        {plugin_fault::other_abi, "Boost 1.74, the host has 1.81; built with an unknown sanitizer",
            record([](auto& r) {
                r.boost = 107400;
                r.sanitizer = 7;
            })},
    });
    auto const seen = refusal_of([] { load_plugin(libraries / "plain.so"); });
    BOOST_TEST(holds(seen.help, "FRAMEX_EXPORT_PLUGIN"));
}

BOOST_AUTO_TEST_CASE(another_compiler_or_version_of_framex_is_no_misfit)
{
    folder here;
    auto const file = here.write("other.so", with_record([](auto& r) {
        r.compiler = {'o', 't', 'h', 'e', 'r'};
        r.version = {'9', '.', '9'};
    }));
    BOOST_TEST(load_plugin(file).id == "greeter");
}

BOOST_AUTO_TEST_CASE(what_the_loader_of_the_system_or_the_entry_point_refuses_is_told)
{
    check({
        {plugin_fault::unresolved, "undefined symbol: shop::price_of(", built("unresolved.so")},
        {plugin_fault::unresolved, "FILE cannot be loaded: libframey.so",
            octets([] { return replaced(greeter(), "libframex.so", "libframey.so"); })},
        {plugin_fault::unresolved, "FILE cannot be loaded: /",
            octets([] { return with_segments([](auto& s) { s.p_memsz += 1ULL << 46; }); })},
        {plugin_fault::no_entry, "FILE has no entry point: ", built("entryless.so")},
        {plugin_fault::no_entry, "FILE has an entry point that gives no plugin", built("hollow.so")},
        {plugin_fault::entry_threw, "FILE failed while it was loaded: broken plugin", built("throws.so")},
        {plugin_fault::entry_threw, "FILE failed while it was loaded: an exception that is no std::exception",
            built("throws_anything.so")},
    });
}

BOOST_AUTO_TEST_CASE(what_everybody_may_write_is_not_loaded)
{
    check({
        {plugin_fault::unsafe, "FILE is not loaded: everybody may write FILE",
            [](folder const& here) {
                auto file = here.write("open.so", greeter());
                let_all_write(file);
                return file;
            }},
        {plugin_fault::unsafe, "FILE is not loaded: everybody may write DIR",
            [](folder const& here) {
                let_all_write(here.path);
                return here.write("open.so", greeter());
            }},
        {plugin_fault::unsafe, "elsewhere`",
            [](folder const& here) {
                fs::create_directory(here.path / "elsewhere");
                let_all_write(here.path / "elsewhere");
                here.write("elsewhere/open.so", greeter());
                return link_to("elsewhere/open.so")(here);
            }},
    });
    folder here;
    auto const file = here.write("sticky.so", greeter());
    let_all_write(file);
    BOOST_TEST(refusal_of([&] { load_plugin(file); }).help == "chmod o-w " + file.string());
    fs::permissions(file, fs::perms::others_write, fs::perm_options::remove);
    let_all_write(here.path);
    fs::permissions(here.path, fs::perms::sticky_bit, fs::perm_options::add);
    BOOST_TEST(load_plugin(file).id == "greeter");
}

BOOST_AUTO_TEST_CASE(a_file_that_this_user_may_not_read_is_told)
{
    if (::geteuid() == 0) {
        BOOST_TEST_MESSAGE("skipped: root reads every file");
        return;
    }
    check({{plugin_fault::unreadable, "cannot read FILE: Permission denied", [](folder const& here) {
                auto file = here.write("secret.so", greeter());
                fs::permissions(file, fs::perms::none);
                return file;
            }}});
}

BOOST_AUTO_TEST_CASE(two_files_of_one_plugin_are_refused_by_the_app)
{
    folder here;
    auto const second = here.write("second.so", greeter());
    asio::io_context context(1);
    app service(context.get_executor());
    service.load(load_plugin(libraries / "greeter.so"));
    BOOST_CHECK_EXCEPTION(service.load(load_plugin(second)), load_error,
        [](load_error const& error) { return holds(error.what(), "two plugins have the id greeter"); });
}

BOOST_AUTO_TEST_SUITE_END()
