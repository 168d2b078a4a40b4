#include "plugin_copies.hpp"

#include <framex/plugin/loader.hpp>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace framex::cli {

namespace fs = std::filesystem;

plugin_copies::plugin_copies()
{
    auto name = (fs::temp_directory_path() / "framex-reload-XXXXXX").string();
    if (!::mkdtemp(name.data()))
        throw fs::filesystem_error("cannot make a folder", name, {errno, std::system_category()});
    folder_ = name;
}

plugin_copies::~plugin_copies()
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
    auto const known = all_.find(file);
    if (known != all_.end() && known->second.seen == now)
        return known->second.entry;
    auto const copy = folder_ / (plugin_name(file) + "." + std::to_string(++copies_) + ".so");
    auto& one = all_[file];
    one.seen = {};
    one.entry = load_plugin(file, copy);
    one.seen = now;
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
