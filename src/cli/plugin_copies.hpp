/// Plugin files that are loaded again when they change, each time as another library.
#pragma once

#include <framex/plugin/plugin.hpp>

#include <filesystem>
#include <map>
#include <vector>

namespace framex::cli {

class plugin_copies {
public:
    /// Makes a folder for the copies. Throws filesystem_error.
    plugin_copies();
    plugin_copies(plugin_copies const&) = delete;
    plugin_copies& operator=(plugin_copies const&) = delete;
    /// Removes it; what is loaded stays.
    ~plugin_copies();

    /// The plugin in the file as it is now: loaded when the file is not what it was. Throws plugin_error.
    plugin_entry open(std::filesystem::path const& file);
    /// All that were opened.
    std::vector<std::filesystem::path> files() const;
    /// Those of them that have changed since, and are there.
    std::vector<std::filesystem::path> changed() const;

private:
    /// What tells one content of a file from the next.
    struct stamp {
        std::filesystem::file_time_type written{};
        std::uintmax_t size = 0;
        bool operator==(stamp const&) const = default;
    };
    struct loaded {
        stamp seen{};
        plugin_entry entry{};
    };

    static stamp stamp_of(std::filesystem::path const& file);

    std::filesystem::path folder_;
    std::map<std::filesystem::path, loaded> all_;
    int copies_ = 0;
};

} // namespace framex::cli
