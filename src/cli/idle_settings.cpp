#include "idle_settings.hpp"

#include <framex/config/nearest.hpp>

#include <algorithm>
#include <iterator>
#include <string>

namespace framex::cli {

namespace {

struct idle_setting {
    setting_path path; ///< of a value, or of the table around several
    char const* needs; ///< the part of framex that would act on it
};

std::vector<idle_setting> const& all_idle()
{
    static std::vector<idle_setting> const settings{
        {{"server", "dashboard_host"}, "the operator page"},
        {{"server", "dashboard_port"}, "the operator page"},
        {{"server", "ingress_config"}, "the Ray engine"},
        {{"base_ingress_config"}, "the Ray engine"},
        {{"log", "simple_log"}, "the Ray engine"},
        {{"log", "ignored_prefixes"}, "the Ray engine"},
        {{"docs", "embedded_config_file_whitelist"}, "the page of a plugin's settings"},
        {{"docs", "action_buttons"}, "the buttons of the docs page"},
        {{"sentry"}, "the report of errors to Sentry"},
        {{"repository"}, "the look for new releases of plugins"},
        {{"test"}, "the recorder of the tests"},
    };
    return settings;
}

problem no_effect(
    configuration const& from, setting_path const& path, std::string const& why, std::string help = {})
{
    auto warning =
        from.problem_at(path, "FX0110", "`" + dotted(path) + "` has no effect: " + why, std::move(help));
    warning.is_warning = true;
    return warning;
}

/// Whether the plugin's settings are those of the table `name`: its id's, or else its metadata's.
bool reads(plugin_entry const& plugin, std::string const& name, json::object const& tables)
{
    return plugin.id == name || (plugin.metadata->name == name && !tables.contains(plugin.id));
}

} // namespace

std::vector<problem> idle_settings(configuration const& from)
{
    std::vector<problem> warnings;
    for (auto const& [path, needs] : all_idle()) {
        auto const* const history = from.history(path);
        if (history && history->origin.source != "default")
            warnings.push_back(no_effect(from, path, std::string(needs) + " is not part of this program"));
    }
    return warnings;
}

std::vector<problem> idle_plugin_tables(configuration const& from, std::span<plugin_entry const> loaded)
{
    std::vector<std::string> ids;
    std::ranges::transform(loaded, std::back_inserter(ids), &plugin_entry::id);
    std::vector<problem> warnings;
    auto const& tables = from.tree().at("plugins").as_object();
    for (auto const& table : tables) {
        std::string const id(table.key());
        if (std::ranges::any_of(loaded, [&](plugin_entry const& one) { return reads(one, id, tables); }))
            continue;
        std::string help = "load the plugin, or remove the table";
        if (auto const meant = nearest(id, ids))
            help = "did you mean [plugins." + *meant + "]?";
        warnings.push_back(
            no_effect(from, {"plugins", id}, "no plugin `" + id + "` is loaded", std::move(help)));
    }
    return warnings;
}

std::vector<problem> unread_plugin_tables(configuration const& from, std::vector<std::string> const& tables)
{
    std::vector<problem> warnings;
    for (auto const& name : tables)
        warnings.push_back(no_effect(from, {"plugins", name}, "the plugin `" + name + "` has not read it",
            "read it in the plugin, `context.config<T>()`, or remove the table"));
    return warnings;
}

} // namespace framex::cli
