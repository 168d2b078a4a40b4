/// Which files change below some folders, by the kernel's inotify(7).
#pragma once

#include <framex/coro/awaitable.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <filesystem>
#include <map>
#include <vector>

namespace framex::cli {

class file_watch {
public:
    /// Throws system_error when the kernel has no more of them.
    explicit file_watch(asio::any_io_executor executor);

    /// The files of the folder. Throws system_error.
    void add(std::filesystem::path const& folder);
    /// Also those of all folders below it, but for hidden ones and the build trees of CMake.
    void add_tree(std::filesystem::path const& folder);

    /// Waits until files were written, moved or removed, and then until none has been for `quiet`.
    awaitable<std::vector<std::filesystem::path>> changes(std::chrono::milliseconds quiet);

private:
    struct watched {
        std::filesystem::path folder{};
        bool whole_tree = false;
    };

    void add(std::filesystem::path const& folder, bool whole_tree);
    bool read_events(std::vector<std::filesystem::path>& changed);
    void add_new_folder(std::filesystem::path const& folder, std::vector<std::filesystem::path>& changed);

    asio::posix::stream_descriptor kernel_;
    std::map<int, watched> folders_; ///< by their watch descriptors
};

} // namespace framex::cli
