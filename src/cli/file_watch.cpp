#include "file_watch.hpp"

#include <framex/coro/sleep.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/inotify.h>
#include <unistd.h>
#include <utility>

namespace framex::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t of_interest =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_MOVE_SELF | IN_ONLYDIR;
constexpr std::chrono::seconds longest_wait{1};

[[noreturn]] void fail(int error, std::string const& what)
{
    throw boost::system::system_error(error, boost::system::system_category(), what);
}

[[noreturn]] void fail_to_watch(int error, fs::path const& folder)
{
    fail(error, "cannot watch the folder `" + folder.string() + "`");
}

int new_kernel_queue()
{
    int const made = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (made < 0)
        fail(errno, "cannot watch files");
    return made;
}

fs::path canonical_path(fs::path const& folder)
{
    std::error_code error;
    auto path = fs::weakly_canonical(folder, error);
    return error ? folder : path;
}

bool is_left_out(fs::path const& folder)
{
    std::error_code ignored;
    return folder.filename().string().starts_with('.') || fs::exists(folder / "CMakeCache.txt", ignored);
}

/// A file that is whole as soon as it is there: another is written first, and told when it is closed.
bool is_link(fs::path const& file)
{
    std::error_code error;
    if (fs::is_symlink(file, error))
        return true;
    auto const names = fs::hard_link_count(file, error);
    return !error && names > 1;
}

/// The folder itself, or the nearest one around it that is there.
fs::path nearest_there(fs::path folder)
{
    std::error_code ignored;
    while (!fs::is_directory(folder, ignored) && folder.has_relative_path())
        folder = folder.parent_path();
    return folder;
}

} // namespace

file_watch::file_watch(asio::any_io_executor executor, std::function<bool(fs::path const&)> matters)
    : kernel_(std::move(executor), new_kernel_queue()), matters_(std::move(matters))
{
}

void file_watch::add(fs::path const& folder) { add_wanted(canonical_path(folder), false); }

void file_watch::add_tree(fs::path const& folder)
{
    auto const root = canonical_path(folder);
    add_wanted(root, true);
    auto const before = std::exchange(changed_, {});
    add_content(root, true);
    changed_ = before; // what is there is not new
}

void file_watch::add_wanted(fs::path const& folder, bool whole_tree)
{
    if (int const error = watch(folder, whole_tree))
        fail_to_watch(error, folder);
    wanted_[folder] |= whole_tree;
}

/// What the kernel refuses it for; 0: it is watched.
int file_watch::watch(fs::path const& folder, bool whole_tree)
{
    int const made = ::inotify_add_watch(kernel_.native_handle(), folder.c_str(), of_interest);
    if (made < 0)
        return errno;
    auto& known = folders_[made];
    known.folder = folder;
    known.whole_tree |= whole_tree;
    return 0;
}

/// False: it has gone meanwhile, or may not be read.
bool file_watch::watch_if_there(fs::path const& folder, bool whole_tree)
{
    int const error = watch(folder, whole_tree);
    if (error && error != EACCES && error != ENOENT && error != ENOTDIR)
        fail_to_watch(error, folder);
    return error == 0;
}

/// Notes the files in a folder that is watched, since they may have come before it was, and does so with
/// the folders below it.
void file_watch::add_content(fs::path const& folder, bool whole_tree)
{
    std::error_code error;
    for (fs::directory_iterator each(folder, error), end; !error && each != end; each.increment(error)) {
        std::error_code ignored;
        auto const& path = each->path();
        if (!each->is_directory(ignored))
            note(path);
        else if (whole_tree && !each->is_symlink(ignored) && !is_left_out(path) && watch_if_there(path, true))
            add_content(path, true);
    }
}

/// Watches what has come back.
void file_watch::add_missing()
{
    std::erase_if(missing_, [this](fs::path const& folder) { return is_back(folder); });
}

/// Until then the nearest folder around it is watched, which will tell.
bool file_watch::is_back(fs::path const& folder)
{
    for (fs::path last;;) {
        auto const near = nearest_there(folder);
        if (near == last)
            return false;
        last = near;
        auto const whole_tree = near == folder && wanted_[folder];
        if (!watch_if_there(near, whole_tree) || near != folder)
            continue; // it may have come just before
        add_content(folder, whole_tree);
        return true;
    }
}

void file_watch::note(fs::path const& file)
{
    if (matters_(file))
        changed_.insert(file);
}

void file_watch::take_event(int watch, std::uint32_t what, std::string const& name)
{
    auto const found = folders_.find(watch);
    if (found == folders_.end())
        return;
    auto const [folder, whole_tree] = found->second;
    if (what & IN_IGNORED) {
        folders_.erase(found);
        if (wanted_.contains(folder))
            missing_.insert(folder);
    } else if (what & IN_MOVE_SELF) { // another one may be at its place
        ::inotify_rm_watch(kernel_.native_handle(), watch);
        watch_if_there(folder, whole_tree);
    } else if (what & IN_ISDIR) {
        auto const path = folder / name;
        std::error_code ignored;
        if (whole_tree && (what & (IN_CREATE | IN_MOVED_TO)) && !is_left_out(path)
            && fs::is_directory(path, ignored) && watch_if_there(path, true))
            add_content(path, true);
    } else if (!name.empty() && (!(what & IN_CREATE) || is_link(folder / name)))
        note(folder / name);
}

/// Whether any were noted. More than the kernel keeps are lost, but thousands have come then.
bool file_watch::read_events()
{
    alignas(inotify_event) std::array<char, 16384> block;
    auto const before = std::exchange(changed_, {});
    ssize_t size = 0;
    while ((size = ::read(kernel_.native_handle(), block.data(), block.size())) > 0) {
        for (char const* at = block.data(); at < block.data() + size;) {
            inotify_event event;
            std::memcpy(&event, at, sizeof event);
            take_event(event.wd, event.mask, event.len ? at + sizeof event : "");
            at += sizeof event + event.len;
        }
        add_missing();
    }
    bool const any = !changed_.empty();
    changed_.insert(before.begin(), before.end());
    return any;
}

awaitable<std::vector<fs::path>> file_watch::changes(std::chrono::milliseconds quiet)
{
    while (!read_events())
        co_await kernel_.async_wait(asio::posix::stream_descriptor::wait_read, asio::deferred);
    auto const latest = std::chrono::steady_clock::now() + longest_wait;
    do
        co_await sleep_for(quiet);
    while (read_events() && std::chrono::steady_clock::now() < latest);
    std::vector<fs::path> const told(changed_.begin(), changed_.end());
    changed_.clear();
    co_return told;
}

} // namespace framex::cli
