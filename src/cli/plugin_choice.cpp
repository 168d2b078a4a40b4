#include "plugin_choice.hpp"

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

class chooser {
public:
    chooser(linked_plugins const& linked, std::vector<fs::path> folders)
        : linked_(linked), folders_(std::move(folders))
    {
    }

    void add_builtin(std::string const& name)
    {
        if (add_linked(name, linked_.builtin))
            return;
        std::vector<std::string> names;
        std::string all;
        for (auto const& known : linked_.builtin) {
            names.push_back(known.id);
            all += (all.empty() ? "`" : ", `") + known.id + "`";
        }
        auto const near = nearest(name, names);
        refuse({plugin_fault::not_found, "load_builtin_plugins: framex has no built-in plugin `" + name + "`",
            near ? "did you mean `" + *near + "`?" : "built in: " + (all.empty() ? "none" : all)});
    }

    void add(std::string const& name)
    {
        if (add_linked(name, linked_.others))
            return;
        try {
            for (auto const& file : find_plugins(name, folders_))
                add_file(file);
        } catch (plugin_error const& error) {
            refuse(error);
        }
    }

    plugin_choice take() && { return std::move(made_); }

private:
    bool add_linked(std::string const& name, std::vector<plugin_entry> const& from)
    {
        auto const entry = std::ranges::find(from, name, &plugin_entry::id);
        if (entry == from.end())
            return false;
        if (std::ranges::find(made_.entries, name, &plugin_entry::id) == made_.entries.end())
            made_.entries.push_back(*entry);
        return true;
    }

    void add_file(fs::path const& file)
    {
        std::error_code error;
        if (!files_.insert(fs::weakly_canonical(file, error)).second)
            return;
        try {
            made_.entries.push_back(load_plugin(file));
        } catch (plugin_error const& fault) {
            refuse(fault);
        }
    }

    void refuse(plugin_error const& error) { made_.problems.push_back(problem_of(error)); }

    linked_plugins const& linked_;
    std::vector<fs::path> folders_;
    std::set<fs::path> files_;
    plugin_choice made_;
};

} // namespace

problem problem_of(plugin_error const& error)
{
    problem fault;
    fault.code = code_of(error.fault());
    fault.message = error.what();
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
    paths.push_back(working_directory / "plugins");
    return paths;
}

plugin_choice choose_plugins(
    run_request const& request, linked_plugins const& linked, fs::path const& working_directory)
{
    chooser all(linked, plugin_folders(request.plugin_paths, working_directory));
    auto const& wanted = request.configuration.settings();
    for (auto const& name : wanted.load_builtin_plugins)
        all.add_builtin(name);
    for (auto const& name : wanted.load_plugins)
        all.add(name);
    return std::move(all).take();
}

} // namespace framex::cli
