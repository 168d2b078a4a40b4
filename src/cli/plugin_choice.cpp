#include "plugin_choice.hpp"

#include "one_line.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace framex::cli {

namespace fs = std::filesystem;

namespace {

char const* code_of(plugin_fault fault)
{
    switch (fault) {
    case plugin_fault::not_found:
        return "FX0301";
    case plugin_fault::unreadable:
    case plugin_fault::not_elf:
    case plugin_fault::other_machine:
    case plugin_fault::not_shared:
    case plugin_fault::truncated:
    case plugin_fault::no_record:
        return "FX0303";
    case plugin_fault::other_abi:
        return "FX0304";
    case plugin_fault::unresolved:
    case plugin_fault::no_entry:
        return "FX0305";
    case plugin_fault::unsafe:
        return "FX0306";
    case plugin_fault::entry_threw:
        break;
    }
    return "FX0302";
}

/// What to write instead of `name` when it is looked up as a name, and something in the working directory is
/// called so; else nothing.
std::string meant_path(std::string const& name, fs::path const& working_directory)
{
    std::error_code error;
    if (name.find('/') != name.npos)
        return {};
    if (fs::is_directory(working_directory / name, error))
        return "`" + name + "` is a folder here: write `./" + name + "` to load the plugins in it";
    if (!fs::is_regular_file(working_directory / name, error))
        return {};
    auto const is_configuration = fs::path(name).extension() == ".toml";
    return "`" + name + "` is a file here, and no plugin file: "
        + (is_configuration ? "a configuration is read by `--config " + name + "`"
                            : "write the *.so file that is built from it, as in `build/"
                    + fs::path(name).stem().string() + ".so`");
}

class chooser {
public:
    chooser(run_request const& request, linked_plugins const& linked, fs::path const& working_directory,
        plugin_opener const& open)
        : configuration_(request.configuration), linked_(linked), working_directory_(working_directory),
          folders_(plugin_folders(request.plugin_paths, working_directory)), open_(open)
    {
    }

    plugin_choice run() &&
    {
        auto const& wanted = configuration_.settings();
        for (auto const& name : wanted.load_builtin_plugins)
            add_linked(name, linked_.builtin);
        for (std::size_t i = 0; i < wanted.load_plugins.size(); ++i)
            add(wanted.load_plugins[i], {"load_plugins", std::to_string(i)});
        return std::move(made_);
    }

private:
    void add(std::string const& name, setting_path const& place)
    {
        if (add_linked(name, linked_.others))
            return;
        try {
            for (auto const& file : find_plugins(name, folders_))
                add_file(file, place);
        } catch (plugin_error const& error) {
            refuse(error, place, meant_path(name, working_directory_));
        }
    }

    bool add_linked(std::string const& name, std::vector<plugin_entry> const& from)
    {
        auto const entry = std::ranges::find(from, name, &plugin_entry::id);
        if (entry == from.end())
            return false;
        if (std::ranges::find(made_.entries, name, &plugin_entry::id) == made_.entries.end())
            made_.entries.push_back(*entry);
        return true;
    }

    void add_file(fs::path const& file, setting_path const& place)
    {
        std::error_code error;
        if (!files_.insert(fs::weakly_canonical(file, error)).second)
            return;
        try {
            made_.entries.push_back(open_(file));
        } catch (plugin_error const& fault) {
            refuse(fault, place);
        }
    }

    void refuse(plugin_error const& error, setting_path const& place, std::string const& instead = {})
    {
        auto const fault = problem_of(error);
        made_.problems.push_back(configuration_.problem_at(
            place, fault.code, fault.message, instead.empty() ? fault.help : instead));
    }

    configuration const& configuration_;
    linked_plugins const& linked_;
    fs::path const& working_directory_;
    std::vector<fs::path> folders_;
    plugin_opener const& open_;
    std::set<fs::path> files_;
    plugin_choice made_;
};

} // namespace

problem problem_of(plugin_error const& error)
{
    problem fault;
    fault.code = code_of(error.fault());
    fault.message = on_one_line(error.what()); // it may quote the file
    fault.help = error.help();
    return fault;
}

problem route_problem(std::string const& name, std::logic_error const& error)
{
    problem fault;
    fault.code = "FX0401";
    fault.message = name + ": " + error.what();
    return fault;
}

std::vector<fs::path> plugin_folders(std::vector<fs::path> paths, fs::path const& working_directory)
{
    paths.push_back("plugins");
    for (auto& path : paths)
        path = (working_directory / path).lexically_normal();
    return paths;
}

plugin_choice choose_plugins(run_request const& request, linked_plugins const& linked,
    fs::path const& working_directory, plugin_opener const& open)
{
    return chooser(request, linked, working_directory, open).run();
}

} // namespace framex::cli
