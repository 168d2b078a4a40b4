#include "plugin_commands.hpp"

#include "build_tree.hpp"
#include "one_line.hpp"
#include "plugin_choice.hpp"
#include "plugin_template.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <ostream>

namespace framex::cli {

namespace fs = std::filesystem;

namespace {

template <std::size_t N>
std::string text_of(std::array<char, N> const& octets)
{
    return on_one_line(
        {octets.data(), static_cast<std::size_t>(std::ranges::find(octets, '\0') - octets.begin())});
}

struct plugin_row {
    std::string name;
    std::string file;
    std::string state;
};

plugin_row row_of(fs::path const& file)
{
    plugin_row row{.name = plugin_name(file), .file = file.string(), .state = {}};
    try {
        auto const record = inspect_plugin(file);
        row.state = fmt::format("ok: class {}, framex {}", text_of(record.type), text_of(record.version));
    } catch (plugin_error const& error) {
        row.state = fmt::format("{}: {}", problem_of(error).code, on_one_line(error.what()));
    }
    return row;
}

/// The rows of `framex plugin list`.
class plugin_table {
public:
    plugin_table(cli_environment const& environment, std::span<fs::path const> folders) : folders_(folders)
    {
        for (auto const& name : names_of(environment.linked.builtin))
            rows_.push_back({name, built_in, "ok: load it with --load-builtin-plugins"});
        for (auto const& name : names_of(environment.linked.others))
            rows_.push_back({name, linked, "ok: load it with --load-plugins"});
        for (auto const& folder : folders)
            std::ranges::transform(plugin_files(folder), std::back_inserter(rows_), row_of);
    }

    /// Marks the rows of what the configuration loads, and adds those that are missing.
    void mark_loaded(configuration const& from)
    {
        auto const& wanted = from.settings();
        for (std::size_t i = 0; i < wanted.load_builtin_plugins.size(); ++i)
            mark(find_or_add(builtin_row(wanted.load_builtin_plugins[i])),
                from.origin_of({"load_builtin_plugins", std::to_string(i)}));
        for (std::size_t i = 0; i < wanted.load_plugins.size(); ++i)
            for (auto const& row : rows_meant_by(wanted.load_plugins[i]))
                mark(find_or_add(row), from.origin_of({"load_plugins", std::to_string(i)}));
    }

    void print(std::ostream& out) const
    {
        auto rows = rows_;
        std::size_t name_width = 0, file_width = 0;
        for (auto& row : rows) {
            row.name = on_one_line(row.name);
            row.file = on_one_line(row.file);
            name_width = std::max(name_width, row.name.size());
            file_width = std::max(file_width, row.file.size());
        }
        for (auto const& row : rows)
            out << fmt::format("{:<{}}  {:<{}}  {}\n", row.name, name_width, row.file, file_width, row.state);
    }

private:
    plugin_row builtin_row(std::string const& name) const
    {
        auto const is_meant = [&](plugin_row const& row) { return row.name == name && row.file == built_in; };
        auto const row = std::ranges::find_if(rows_, is_meant);
        return row == rows_.end() ? plugin_row{name, absent, "FX0109: no such built-in plugin"} : *row;
    }

    std::vector<plugin_row> rows_meant_by(std::string const& name) const
    {
        auto const is_linked = [&](plugin_row const& row) { return row.name == name && row.file == linked; };
        if (auto const row = std::ranges::find_if(rows_, is_linked); row != rows_.end())
            return {*row};
        std::vector<plugin_row> rows;
        try {
            std::ranges::transform(find_plugins(name, folders_), std::back_inserter(rows), row_of);
        } catch (plugin_error const& error) {
            rows.push_back({name, absent, fmt::format("{}: {}", problem_of(error).code, error.what())});
        }
        return rows;
    }

    plugin_row& find_or_add(plugin_row const& wanted)
    {
        auto const is_same = [&](plugin_row const& row) {
            std::error_code error;
            return row.name == wanted.name
                && (row.file == wanted.file || fs::equivalent(row.file, wanted.file, error));
        };
        auto const row = std::ranges::find_if(rows_, is_same);
        return row == rows_.end() ? rows_.emplace_back(wanted) : *row;
    }

    static void mark(plugin_row& row, setting_origin const& by) { row.state += "; loaded by " + by.text(); }

    static constexpr char const* built_in = "(built in)";
    static constexpr char const* linked = "(linked in)";
    static constexpr char const* absent = "(absent)";

    std::span<fs::path const> folders_;
    std::vector<plugin_row> rows_;
};

std::string listed(std::vector<std::string> const& items)
{
    std::string text;
    for (auto const& item : items)
        text += (text.empty() ? "" : ", ") + item;
    return text.empty() ? "nothing" : text;
}

/// "GET /api/v1/hello", "shop.Shop.price", or both.
std::string api_of(route const& entry)
{
    auto text = entry.method.empty() ? std::string() : entry.method + " " + entry.path;
    if (!entry.function.empty())
        text += (text.empty() ? "" : " = ") + entry.function;
    return text;
}

std::string description_of(fs::path const& file)
{
    auto const record = inspect_plugin(file);
    auto const entry = load_plugin(file);
    auto const& metadata = *entry.metadata;
    std::vector<std::string> apis;
    for (auto const& one : entry.define(entry.id, entry.class_name))
        apis.push_back(api_of(one));
    return fmt::format("{}: ok\n"
                       "  plugin    {} {}{}\n"
                       "  class     {}\n"
                       "  built by  {} for framex {}\n"
                       "  offers    {}\n"
                       "  requires  {}\n",
        file.string(), entry.id, metadata.version,
        metadata.description.empty() ? "" : ": " + metadata.description, entry.class_name,
        text_of(record.compiler), text_of(record.version), listed(apis),
        listed({metadata.required_remote_apis.begin(), metadata.required_remote_apis.end()}));
}

} // namespace

int make_plugin(
    cli_environment const& environment, std::string const& name, std::string_view kind, colours paint)
{
    auto const refuse = [&](std::string message, std::string help) {
        problem fault;
        fault.code = "FX0307";
        fault.message = std::move(message);
        fault.help = std::move(help);
        environment.err << render(fault, paint);
        return usage;
    };
    if (is_reserved_word(name))
        return refuse(
            "`" + name + "` means something else to C++, CMake or framex, so no plugin can have this name",
            "choose another name: framex plugin new my_" + name);
    if (!is_plugin_name(name))
        return refuse("`" + name + "` cannot be the name of a plugin",
            "use small letters, digits and _, beginning with a letter: framex plugin new my_plugin");
    auto const folder = environment.working_directory / name;
    std::error_code error;
    if (!fs::create_directory(folder, error))
        return refuse("the folder `" + folder.string() + "` "
                + (error ? "cannot be made: " + error.message() : std::string("is there already")),
            "choose another name, or make it in another folder");
    environment.out << "made " << name << "/:";
    for (auto const& file : files_of_template(kind, name)) {
        std::ofstream written(folder / file.name, std::ios::binary);
        written << file.text << std::flush;
        if (!written)
            return refuse(
                "`" + (folder / file.name).string() + "` cannot be written", "look for space on the disk");
        environment.out << " " << file.name;
    }
    environment.out << "\n\nnext:\n  cd " << name << "\n  cmake -S . -B build"
                    << prefix_option(environment.program)
                    << " && cmake --build build && ctest --test-dir build\n  "
                    << (kind == "embed" ? "build/" + name : "framex run --reload") << "\n";
    return done;
}

void list_plugins(
    cli_environment const& environment, configuration const& from, std::span<fs::path const> folders)
{
    plugin_table table(environment, folders);
    table.mark_loaded(from);
    table.print(environment.out);
}

int check_plugins(cli_environment const& environment, std::span<std::string const> names,
    std::span<fs::path const> folders, colours paint)
{
    std::vector<problem> problems;
    for (auto const& name : names)
        try {
            std::error_code ignored;
            bool const is_here = name.find('.') != name.npos && !is_plugin_path(name)
                && fs::exists(environment.working_directory / name, ignored);
            for (auto const& file : find_plugins(is_here ? "./" + name : name, folders))
                environment.out << description_of(file);
        } catch (plugin_error const& error) {
            problems.push_back(problem_of(error, name, environment));
        } catch (std::logic_error const& error) { // of a route
            problems.push_back(route_problem(name, error));
        }
    environment.err << render(problems, paint);
    return problems.empty() ? done : plugin_refused;
}

} // namespace framex::cli
