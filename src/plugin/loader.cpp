#include "plugin/elf.hpp"

#include <framex/config/nearest.hpp>
#include <framex/plugin/abi.hpp>
#include <framex/plugin/loader.hpp>

#include <boost/core/demangle.hpp>

#include <algorithm>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <system_error>

namespace framex {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view extension = ".so";

std::string quoted(fs::path const& file) { return "`" + file.string() + "`"; }

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
    if (!fs::is_regular_file(path, error))
        throw plugin_error(plugin_fault::not_found, "there is no file " + quoted(path), "check the path");
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
plugin_error fault_of(fs::path const& file, elf_fault fault)
{
    switch (fault) {
    case elf_fault::not_elf:
        return {plugin_fault::not_elf, quoted(file) + " is no shared library", "name the built *.so file"};
    case elf_fault::other_machine:
        return {plugin_fault::other_machine, quoted(file) + " is built for another kind of machine",
            "build it on this kind of machine"};
    case elf_fault::not_shared:
        return {plugin_fault::not_shared, quoted(file) + " is an ELF file, but no shared library",
            "link it with -shared"};
    case elf_fault::truncated:
        break;
    }
    return {plugin_fault::truncated, quoted(file) + " is cut off or damaged", "copy or build it again"};
}

std::string content_of(fs::path const& file)
{
    std::ifstream input(file, std::ios::binary);
    std::string octets{std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()};
    if (!input)
        throw plugin_error(plugin_fault::unreadable,
            "cannot read " + quoted(file) + ": " + std::strerror(errno),
            "let the user that runs framex read the file");
    return octets;
}

/// Who may write the file or replace it decides what this process runs.
void check_ownership(fs::path const& file)
{
    for (auto const& each : {file, file.parent_path()}) {
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
    if (auto const* fault = std::get_if<elf_fault>(&found))
        throw fault_of(file, *fault);
    auto const section = std::get<std::string_view>(found);
    constexpr abi_record host = abi_of("");
    abi_record record{};
    section.copy(reinterpret_cast<char*>(&record), sizeof record);
    if (record.magic != host.magic)
        throw plugin_error(plugin_fault::no_record,
            quoted(file) + " is a shared library, but no plugin of framex",
            "end its source with FRAMEX_EXPORT_PLUGIN(your_class) of <framex/plugin/export.hpp>");
    auto reasons = record.size == sizeof record && section.size() >= sizeof record
        ? misfits(record, host)
        : std::vector<std::string>{"its record has another size"};
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

std::vector<fs::path> find_plugins(std::string_view name, std::span<fs::path const> folders)
{
    if (name.find('/') != name.npos || name.ends_with(extension))
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
    std::string thrown = "an exception that is no std::exception";
    try {
        plugin_entry entry;
        entry_point(entry);
        return entry;
    } catch (std::exception const& error) {
        thrown = error.what();
    } catch (...) {
    }
    throw plugin_error(plugin_fault::entry_threw, quoted(file) + " failed while it was loaded: " + thrown);
}

} // namespace

plugin_entry load_plugin(fs::path const& file)
{
    inspect_plugin(file);
    return entry_of(file, file);
}

plugin_entry load_plugin(fs::path const& file, fs::path const& copy)
{
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
    return entry_of(copy, file);
}

} // namespace framex
