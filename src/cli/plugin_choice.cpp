#include "plugin_choice.hpp"

#include "build_tree.hpp"
#include "one_line.hpp"
#include "refusal.hpp"

#include <framex/config/nearest.hpp>

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

/// What to write instead of `name`, which was looked up as a name; empty: nothing that is here is meant.
std::string meant_here(std::string const& name, fs::path const& here)
{
    std::error_code error;
    if (fs::is_directory(here / name, error))
        return "`" + name + "` is a folder here: write `./" + name + "` to load the plugins in it";
    if (auto const built = fs::path("build") / (name + ".so"); fs::is_regular_file(here / built, error))
        return "name its file: " + built.string();
    if (!fs::is_regular_file(here / name, error))
        return {};
    auto const is_configuration = fs::path(name).extension() == ".toml";
    return "`" + name + "` is a file here, and no plugin file: "
        + (is_configuration ? "a configuration is read by `--config " + name + "`"
                            : "write the *.so file that is built from it, as in `build/"
                    + fs::path(name).stem().string() + ".so`");
}

/// What to do about a path that nothing is at; empty: that is not known.
std::string meant_file(fs::path const& path, cli_environment const& environment)
{
    std::error_code error;
    auto const file = environment.working_directory / path;
    if (fs::is_symlink(file, error) || fs::exists(file, error))
        return {};
    std::vector<std::string> names;
    for (auto const& there : plugin_files(file.parent_path()))
        names.push_back(there.filename().string());
    if (auto const near = nearest(path.filename().string(), names))
        return "did you mean `" + (path.parent_path() / *near).string() + "`?";
    auto const commands = build_commands(file, environment.working_directory, environment.program);
    return commands.empty() ? commands : "build it: " + commands;
}

class chooser {
public:
    chooser(run_request const& request, cli_environment const& environment, plugin_opener const& open)
        : configuration_(request.configuration), environment_(environment),
          folders_(plugin_folders(request.plugin_paths, environment.working_directory)), open_(open)
    {
    }

    plugin_choice run() &&
    {
        auto const& wanted = configuration_.settings();
        for (auto const& name : wanted.load_builtin_plugins)
            add_linked(name, environment_.linked.builtin);
        for (std::size_t i = 0; i < wanted.load_plugins.size(); ++i)
            add(wanted.load_plugins[i], {"load_plugins", std::to_string(i)});
        return std::move(made_);
    }

private:
    void add(std::string const& name, setting_path const& place)
    {
        if (add_linked(name, environment_.linked.others))
            return;
        try {
            for (auto const& file : find_plugins(name, folders_))
                add_file(file, place);
        } catch (plugin_error const& error) {
            refuse(problem_of(error, name, environment_), place);
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
            refuse(problem_of(fault), place);
        }
    }

    void refuse(problem const& fault, setting_path const& place)
    {
        made_.problems.push_back(configuration_.problem_at(place, fault.code, fault.message, fault.help));
    }

    configuration const& configuration_;
    cli_environment const& environment_;
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

problem problem_of(plugin_error const& error, std::string const& name, cli_environment const& environment)
{
    auto fault = problem_of(error);
    if (error.fault() != plugin_fault::not_found)
        return fault;
    std::string help;
    if (environment.linked.find(name))
        help = "`" + name + "` is part of this program, and no file: load it by `--load-builtin-plugins "
            + name + "`, read about it by `framex plugin doc " + name + "`";
    else if (is_plugin_path(name))
        help = meant_file(name, environment);
    else
        help = meant_here(name, environment.working_directory);
    if (!help.empty())
        fault.help = help;
    return fault;
}

problem route_problem(std::string const& name, std::logic_error const& error)
{
    return misfit(name + ": " + error.what() + "; mend it in its define()");
}

std::vector<fs::path> plugin_folders(std::vector<fs::path> paths, fs::path const& working_directory)
{
    paths.push_back("plugins");
    for (auto& path : paths)
        path = (working_directory / path).lexically_normal();
    return paths;
}

plugin_choice choose_plugins(
    run_request const& request, cli_environment const& environment, plugin_opener const& open)
{
    return chooser(request, environment, open).run();
}

} // namespace framex::cli
