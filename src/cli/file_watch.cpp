#include "file_watch.hpp"

#include <framex/coro/sleep.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/inotify.h>
#include <unistd.h>

namespace framex::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t of_interest =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ONLYDIR;

/// Throws system_error for the -1 of a system call.
int checked(int result, std::string const& what)
{
    if (result < 0)
        throw boost::system::system_error(errno, boost::system::system_category(), what);
    return result;
}

bool is_left_out(fs::path const& folder)
{
    std::error_code ignored;
    return folder.filename().string().starts_with('.') || fs::exists(folder / "CMakeCache.txt", ignored);
}

} // namespace

file_watch::file_watch(asio::any_io_executor executor)
    : kernel_(std::move(executor), checked(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC), "cannot watch files"))
{
}

void file_watch::add(fs::path const& folder) { add(folder, false); }

void file_watch::add(fs::path const& folder, bool whole_tree)
{
    auto const what = "cannot watch the folder `" + folder.string() + "`";
    auto& known =
        folders_[checked(::inotify_add_watch(kernel_.native_handle(), folder.c_str(), of_interest), what)];
    known.folder = folder;
    known.whole_tree |= whole_tree;
}

void file_watch::add_tree(fs::path const& folder)
{
    add(folder, true);
    std::error_code error;
    fs::recursive_directory_iterator each(folder, fs::directory_options::skip_permission_denied, error), end;
    for (; !error && each != end; each.increment(error)) {
        std::error_code ignored;
        if (!each->is_directory(ignored) || each->is_symlink(ignored))
            continue;
        if (is_left_out(each->path()))
            each.disable_recursion_pending();
        else
            add(each->path(), true);
    }
}

/// Its files may have come before it was watched.
void file_watch::add_new_folder(fs::path const& folder, std::vector<fs::path>& changed)
{
    std::error_code error;
    if (is_left_out(folder) || !fs::is_directory(folder, error))
        return;
    add_tree(folder);
    fs::recursive_directory_iterator each(folder, error), end;
    for (; !error && each != end; each.increment(error))
        changed.push_back(each->path());
}

/// Whether there were any. More than the kernel keeps are lost, but thousands have come then.
bool file_watch::read_events(std::vector<fs::path>& changed)
{
    alignas(inotify_event) std::array<char, 16384> block;
    bool any = false;
    for (;;) {
        auto const size = ::read(kernel_.native_handle(), block.data(), block.size());
        if (size <= 0)
            return any;
        any = true;
        for (char const* at = block.data(); at < block.data() + size;) {
            inotify_event event;
            std::memcpy(&event, at, sizeof event);
            std::string const name = event.len ? at + sizeof event : "";
            at += sizeof event + event.len;
            if (event.mask & IN_IGNORED)
                folders_.erase(event.wd);
            auto const found = folders_.find(event.wd);
            if (found == folders_.end() || name.empty())
                continue;
            auto const [folder, whole_tree] = found->second;
            if (!(event.mask & IN_ISDIR))
                changed.push_back(folder / name);
            else if (whole_tree && (event.mask & (IN_CREATE | IN_MOVED_TO)))
                add_new_folder(folder / name, changed);
        }
    }
}

awaitable<std::vector<fs::path>> file_watch::changes(std::chrono::milliseconds quiet)
{
    std::vector<fs::path> changed;
    while (changed.empty()) {
        co_await kernel_.async_wait(asio::posix::stream_descriptor::wait_read, asio::deferred);
        while (read_events(changed))
            co_await sleep_for(quiet);
    }
    co_return changed;
}

} // namespace framex::cli
