#include "plugin/elf.hpp"

#include <framex/config/nearest.hpp>
#include <framex/plugin/abi.hpp>
#include <framex/plugin/loader.hpp>

#include <boost/core/demangle.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>

namespace framex {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view extension = ".so";
constexpr off_t largest_file = 2'000'000'000; // it is read as a whole

std::string quoted(fs::path const& file) { return "`" + file.string() + "`"; }

plugin_error unreadable(fs::path const& file, int error)
{
    return {plugin_fault::unreadable, "cannot read " + quoted(file) + ": " + std::strerror(error),
        error == EACCES ? "let the user that runs framex read the file" : "check the path"};
}

/// Throws for what is no file: reading a pipe would wait for its writer, opening a device may do anything.
void check_kind(fs::path const& file)
{
    struct stat state{};
    if (::stat(file.c_str(), &state) != 0) {
        int const cause = errno;
        if (cause != ENOENT)
            throw unreadable(file, cause);
        std::error_code error;
        auto const target = fs::read_symlink(file, error);
        throw plugin_error(plugin_fault::not_found,
            error ? "there is no file " + quoted(file)
                  : quoted(file) + " is a link to " + quoted(target) + ", which is not there",
            "check the path");
    }
    char const* const what = S_ISREG(state.st_mode) ? nullptr
        : S_ISDIR(state.st_mode)                    ? "a folder"
        : S_ISFIFO(state.st_mode)                   ? "a pipe"
        : S_ISSOCK(state.st_mode)                   ? "a socket"
                                                    : "a device";
    if (what)
        throw plugin_error(
            plugin_fault::unreadable, quoted(file) + " is " + what + ", no file", "name the built *.so file");
    if (state.st_size > largest_file)
        throw plugin_error(plugin_fault::unreadable, quoted(file) + " is larger than 2 GB",
            "name the built *.so file, or strip it: strip --strip-debug " + file.string());
}

std::vector<fs::path> find_by_path(fs::path const& path)
{
    std::error_code error;
    if (fs::is_directory(path, error)) {
        auto found = plugin_files(path);
        if (found.empty())
            throw plugin_error(plugin_fault::not_found, "the folder " + quoted(path) + " holds no plugin",
                "put *.so files into it, or name another folder");
        return found;
    }
    check_kind(path);
    return {path};
}

/// `wanted` is the name that was looked up, the last part of `written`.
plugin_error not_found(std::string const& wanted, std::string_view written, std::span<fs::path const> folders)
{
    std::string message = "no plugin `" + wanted + "`";
    if (wanted != written)
        message.append(", the last part of `").append(written).append("`,");
    message += " in ";
    std::vector<std::string> names;
    for (auto const& folder : folders) {
        message += (&folder == &folders.front() ? "" : ", ") + quoted(folder);
        for (auto const& file : plugin_files(folder))
            names.push_back(plugin_name(file));
    }
    if (folders.empty())
        message += "any folder";
    auto const near = nearest(wanted, names);
    return {plugin_fault::not_found, message,
        near ? "did you mean `" + *near + "`?"
             : "name its folder: --plugin-path DIR, or its file: ./" + wanted + ".so"};
}

/// A sentence that says what is wrong with the octets of a library.
plugin_error error_of(fs::path const& file, elf_refusal const& refusal)
{
    auto const text = quoted(file) + " " + std::string(refusal.what);
    switch (refusal.fault) {
    case elf_fault::not_elf:
        return {plugin_fault::not_elf, text, "name the built *.so file"};
    case elf_fault::other_machine:
        return {plugin_fault::other_machine, text, "build it on this kind of machine"};
    case elf_fault::not_shared:
        return {plugin_fault::not_shared, text, "link it with -shared"};
    case elf_fault::truncated:
        break;
    }
    return {plugin_fault::truncated, text, "copy or build it again"};
}

std::string content_of(fs::path const& file)
{
    int const opened = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (opened < 0)
        throw unreadable(file, errno);
    std::string octets;
    std::vector<char> piece(1 << 20);
    ssize_t size = 0;
    while ((size = ::read(opened, piece.data(), piece.size())) > 0)
        octets.append(piece.data(), static_cast<std::size_t>(size));
    int const cause = errno;
    ::close(opened);
    if (size < 0)
        throw unreadable(file, cause);
    return octets;
}

/// Who may write the file or replace it, or the file that a link means, decides what this process runs.
void check_ownership(fs::path const& file)
{
    std::error_code error;
    for (auto const& each : {file, file.parent_path(), fs::canonical(file, error).parent_path()}) {
        struct stat state{};
        if (::stat(each.c_str(), &state) != 0 || !(state.st_mode & S_IWOTH))
            continue;
        if (S_ISDIR(state.st_mode) && (state.st_mode & S_ISVTX))
            continue; // in a folder like /tmp only the owner of a file replaces it
        throw plugin_error(plugin_fault::unsafe,
            quoted(file) + " is not loaded: everybody may write " + quoted(each),
            "chmod o-w " + each.string());
    }
}

/// The record of a file that fits this program.
abi_record record_of(fs::path const& file, std::string_view octets)
{
    auto const found = find_section(octets, ".framex_abi");
    if (auto const* refusal = std::get_if<elf_refusal>(&found))
        throw error_of(file, *refusal);
    auto const section = std::get<std::string_view>(found);
    constexpr abi_record host = abi_of("");
    abi_record record{};
    section.copy(reinterpret_cast<char*>(&record), sizeof record);
    if (record.magic != host.magic)
        throw plugin_error(plugin_fault::no_record,
            quoted(file)
                + (section.empty() ? " is a shared library, but no plugin of framex"
                                   : " has a record of plugins, but not one of framex"),
            "end its source with FRAMEX_EXPORT_PLUGIN(your_class) of <framex/plugin/export.hpp>");
    if (section.size() < std::min<std::size_t>(record.size, sizeof record))
        throw error_of(file, {elf_fault::truncated, "is damaged: its record is cut off"});
    auto reasons = record.size == sizeof record
        ? misfits(record, host)
        : std::vector{"its record has another size: " + std::to_string(record.size) + " octets, the host's "
              + std::to_string(sizeof record)};
    if (reasons.empty())
        return record;
    std::string message = quoted(file) + " does not fit this program: ";
    for (auto const& reason : reasons)
        message += (&reason == &reasons.front() ? "" : "; ") + reason;
    throw plugin_error(plugin_fault::other_abi, message,
        std::string("build it with the Boost and the framex ") + version
            + " that this program was built with");
}

/// "undefined symbol: _ZN6framex3fooEv" with the name as a person writes it.
std::string demangled(std::string text)
{
    constexpr std::string_view before = "undefined symbol: ";
    auto const at = text.find(before);
    if (at == text.npos)
        return text;
    auto const begin = at + before.size();
    auto const end = std::min(text.find_first_of(" ,", begin), text.size());
    return text.replace(begin, end - begin, boost::core::demangle(text.substr(begin, end - begin).c_str()));
}

std::string last_loader_error()
{
    char const* const text = ::dlerror();
    return text ? demangled(text) : "no reason is given";
}

} // namespace

plugin_error::plugin_error(plugin_fault fault, std::string const& message, std::string help)
    : std::runtime_error(message), fault_(fault), help_(std::move(help))
{
}
plugin_error::~plugin_error() = default;

std::string plugin_name(fs::path const& file)
{
    std::string name = file.stem().string();
    return name.starts_with("lib") ? name.substr(3) : name;
}

std::vector<fs::path> plugin_files(fs::path const& folder)
{
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator each(folder, error), end; !error && each != end; each.increment(error)) {
        auto const name = each->path().filename().string();
        if (name.ends_with(extension) && !name.starts_with('_') && !name.starts_with('.'))
            found.push_back(each->path());
    }
    std::ranges::sort(found);
    return found;
}

bool is_plugin_path(std::string_view name) noexcept
{
    return name.find('/') != name.npos || name.ends_with(extension) || name == "." || name == "..";
}

std::vector<fs::path> find_plugins(std::string_view name, std::span<fs::path const> folders)
{
    if (is_plugin_path(name))
        return find_by_path(name);
    std::string const last(name.substr(name.rfind('.') + 1));
    for (auto const& folder : folders)
        for (auto const& file : {folder / (last + ".so"), folder / ("lib" + last + ".so")}) {
            std::error_code error;
            if (fs::is_regular_file(file, error))
                return {file};
        }
    throw not_found(last, name, folders);
}

abi_record inspect_plugin(fs::path const& file)
{
    check_kind(file);
    check_ownership(fs::absolute(file));
    return record_of(file, content_of(file));
}

namespace {

/// Opens `library`; messages name `file`.
plugin_entry entry_of(fs::path const& library, fs::path const& file)
{
    void* const opened = ::dlopen(fs::absolute(library).c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!opened)
        throw plugin_error(plugin_fault::unresolved,
            quoted(file) + " cannot be loaded: " + last_loader_error(),
            "link it with everything that it uses, and build it against this version of framex");
    auto const entry_point =
        reinterpret_cast<void (*)(plugin_entry&)>(::dlsym(opened, "framex_plugin_entry"));
    if (!entry_point)
        throw plugin_error(plugin_fault::no_entry,
            quoted(file) + " has no entry point: " + last_loader_error(),
            "end its source with FRAMEX_EXPORT_PLUGIN(your_class), and do not hide framex_plugin_entry");
    plugin_entry entry;
    std::optional<std::string> thrown;
    try {
        entry_point(entry);
    } catch (std::exception const& error) {
        thrown = error.what();
    } catch (...) {
        thrown = "an exception that is no std::exception";
    }
    if (thrown)
        throw plugin_error(plugin_fault::entry_threw,
            quoted(file) + " failed while it was loaded: " + *thrown,
            "mend what its entry point does, or end its source with FRAMEX_EXPORT_PLUGIN(your_class)");
    if (entry.id.empty() || !entry.metadata || !entry.construct || !entry.define)
        throw plugin_error(plugin_fault::no_entry, quoted(file) + " has an entry point that gives no plugin",
            "give its metadata a name, and end its source with FRAMEX_EXPORT_PLUGIN(your_class)");
    return entry;
}

} // namespace

plugin_entry load_plugin(fs::path const& file)
{
    inspect_plugin(file);
    return entry_of(file, file);
}

plugin_entry load_plugin(fs::path const& file, fs::path const& copy)
{
    check_kind(file);
    check_ownership(fs::absolute(file));
    auto const octets = content_of(file);
    record_of(file, octets);
    std::ofstream output(copy, std::ios::binary);
    output << octets << std::flush;
    if (!output)
        throw plugin_error(plugin_fault::unreadable,
            "cannot copy " + quoted(file) + " to " + quoted(copy) + ": " + std::strerror(errno),
            "look for space on the disk");
    output.close();
    struct statvfs volume{};
    if (::statvfs(copy.c_str(), &volume) == 0 && (volume.f_flag & ST_NOEXEC))
        throw plugin_error(plugin_fault::unresolved,
            quoted(file) + " cannot be loaded: its copy is " + quoted(copy)
                + ", and that disk is mounted noexec, so nothing on it is run",
            "name a folder of another disk for temporary files: TMPDIR=DIR");
    return entry_of(copy, file);
}

} // namespace framex
