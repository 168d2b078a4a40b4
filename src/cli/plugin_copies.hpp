/// Plugin files that are loaded again when they change, each time as another library.
#pragma once

#include <framex/plugin/loader.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <vector>

namespace framex::cli {

class plugin_copies {
public:
    /// Makes a folder for the copies, and removes those that programs of this user have left when they
    /// crashed. Throws filesystem_error.
    plugin_copies();
    plugin_copies(plugin_copies const&) = delete;
    plugin_copies& operator=(plugin_copies const&) = delete;
    ~plugin_copies();
    /// Removes the folder; what is loaded stays.
    void remove() const noexcept;

    /// The plugin in the file as it is now: loaded when the file is not what it was. Throws plugin_error, the
    /// same one as long as the file is the same.
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
        std::optional<plugin_error> failure{};
    };

    static stamp stamp_of(std::filesystem::path const& file);

    std::filesystem::path folder_;
    std::map<std::filesystem::path, loaded> all_;
    int copies_ = 0;
};

} // namespace framex::cli
