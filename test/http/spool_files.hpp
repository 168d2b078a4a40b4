/// How many temporary files of uploads this process holds open.
#pragma once

#include <filesystem>
#include <system_error>

namespace framex::test {

inline int spool_files()
{
    int count = 0;
    for (auto const& each : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone; // the iterator's own descriptor
        auto const target = std::filesystem::read_symlink(each.path(), gone).filename().string();
        count += target.starts_with("framex-") && target.ends_with(" (deleted)");
    }
    return count;
}

} // namespace framex::test
