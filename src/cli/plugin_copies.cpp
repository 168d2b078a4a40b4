#include "plugin_copies.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace framex::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view name_begin = "framex-reload-"; // then the process, "-" and six letters

/// Whether a folder of this name belongs to a process that has ended.
bool is_left(std::string_view name)
{
    pid_t owner = 0;
    if (!name.starts_with(name_begin))
        return false;
    name.remove_prefix(name_begin.size());
    auto const [end, error] = std::from_chars(name.data(), name.data() + name.size(), owner);
    bool const is_named =
        error == std::errc() && owner > 0 && end != name.data() + name.size() && *end == '-';
    return is_named && ::kill(owner, 0) != 0 && errno == ESRCH;
}

void remove_left_folders(fs::path const& from)
{
    std::error_code error;
    for (fs::directory_iterator each(from, error), end; !error && each != end; each.increment(error)) {
        struct stat state{};
        std::error_code ignored;
        if (is_left(each->path().filename().string()) && ::lstat(each->path().c_str(), &state) == 0
            && S_ISDIR(state.st_mode) && state.st_uid == ::geteuid())
            fs::remove_all(each->path(), ignored);
    }
}

} // namespace

plugin_copies::plugin_copies()
{
    auto const here = fs::temp_directory_path();
    remove_left_folders(here);
    auto name = (here / name_begin).string() + std::to_string(::getpid()) + "-XXXXXX";
    if (!::mkdtemp(name.data()))
        throw fs::filesystem_error("cannot make a folder", name, {errno, std::system_category()});
    folder_ = name;
}

plugin_copies::~plugin_copies() { remove(); }

void plugin_copies::remove() const noexcept
{
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

plugin_copies::stamp plugin_copies::stamp_of(fs::path const& file)
{
    std::error_code missing;
    stamp made;
    made.written = fs::last_write_time(file, missing);
    made.size = fs::file_size(file, missing);
    return missing ? stamp() : made;
}

plugin_entry plugin_copies::open(fs::path const& file)
{
    auto const now = stamp_of(file);
    auto& one = all_[file];
    if (now == stamp() || one.seen != now) {
        auto const copy = folder_ / (plugin_name(file) + "." + std::to_string(++copies_) + ".so");
        one.seen = {};
        one.failure.reset();
        try {
            one.entry = load_plugin(file, copy);
        } catch (plugin_error const& error) {
            std::error_code ignored;
            fs::remove(copy, ignored);
            one.failure = error;
        }
        one.seen = now;
    }
    if (one.failure)
        throw plugin_error(*one.failure);
    return one.entry;
}

std::vector<fs::path> plugin_copies::files() const
{
    std::vector<fs::path> names;
    for (auto const& [file, one] : all_)
        names.push_back(file);
    return names;
}

std::vector<fs::path> plugin_copies::changed() const
{
    std::vector<fs::path> names;
    for (auto const& [file, one] : all_)
        if (auto const now = stamp_of(file); now != stamp() && now != one.seen)
            names.push_back(file);
    return names;
}

} // namespace framex::cli
