/// Which files change below some folders, by the kernel's inotify(7).
#pragma once

#include <framex/coro/awaitable.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <vector>

namespace framex::cli {

/// Folders go by their canonical paths, and so do the files that are told.
class file_watch {
public:
    /// Only files of which `matters` is true are told, or waited for. Throws system_error when the kernel has
    /// no more of them.
    file_watch(asio::any_io_executor executor, std::function<bool(std::filesystem::path const&)> matters);

    /// The files of the folder; when it goes, those of the next one at its place. Throws system_error.
    void add(std::filesystem::path const& folder);
    /// Also those of all folders below it, but for hidden ones, the build trees of CMake, and those that may
    /// not be read.
    void add_tree(std::filesystem::path const& folder);

    /// Waits until files were written, moved or removed, and then until none has been for `quiet`, or for a
    /// second in all. Each is told once.
    awaitable<std::vector<std::filesystem::path>> changes(std::chrono::milliseconds quiet);

private:
    struct watched {
        std::filesystem::path folder{};
        bool whole_tree = false;
    };

    void add_wanted(std::filesystem::path const& folder, bool whole_tree);
    int watch(std::filesystem::path const& folder, bool whole_tree);
    bool watch_if_there(std::filesystem::path const& folder, bool whole_tree);
    void add_content(std::filesystem::path const& folder, bool whole_tree);
    void add_missing();
    bool is_back(std::filesystem::path const& folder);
    bool read_events();
    void take_event(int watch, std::uint32_t what, std::string const& name);
    void note(std::filesystem::path const& file);

    asio::posix::stream_descriptor kernel_;
    std::function<bool(std::filesystem::path const&)> matters_;
    std::map<int, watched> folders_{}; ///< by their watch descriptors
    std::map<std::filesystem::path, bool> wanted_{}; ///< what was added, and whether with its whole tree
    std::set<std::filesystem::path> missing_{}; ///< of these, what is not there now
    std::set<std::filesystem::path> changed_{}; ///< since the last changes()
};

} // namespace framex::cli
