#include "document.hpp"
#include "model_form.hpp"
#include "secrets.hpp"
#include "shape.hpp"

#include <framex/config/sources.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace framex {

/// Reads the sources from the weakest to the strongest into one configuration.
class configuration_builder {
public:
    explicit configuration_builder(configuration_sources sources) : sources_(std::move(sources)) {}

    configuration run()
    {
        add(setting_document{default_values(), {}, {}});
        add_project_file();
        add_config_file();
        add_environment_file(".env");
        add_environment_file(".env.prod");
        add_process_environment();
        for (setting_document& document : read_command_line(sources_.command_line))
            add(std::move(document));
        add_plugins("load_plugins", sources_.load_plugins);
        add_plugins("load_builtin_plugins", sources_.load_builtin_plugins);
        apply_rules();
        check_proxy();
        return std::move(made_);
    }

    configuration run_file()
    {
        add(setting_document{default_values(), {}, {}});
        add_config_file();
        apply_rules();
        check_proxy();
        return std::move(made_);
    }

private:
    void add(setting_document document)
    {
        check_document(document, made_.lines_);
        std::ranges::move(document.problems, std::back_inserter(made_.problems_));
        merge(made_.tree_, document.values, document.places, {});
    }

    /// The file's text, kept for messages; nullopt when it is not there.
    std::optional<std::string> load(std::filesystem::path const& file, std::string const& name)
    {
        auto text = read_file(sources_.working_directory / file);
        if (text)
            made_.lines_[name] = split_lines(*text);
        return text;
    }

    void add_project_file()
    {
        std::string const name = "pyproject.toml";
        auto const text = load(name, name);
        if (!text)
            return;
        setting_document whole = read_toml(*text, name);
        setting_document section;
        section.problems = std::move(whole.problems);
        json::value const values = std::move(whole.values);
        error_code absent;
        json::value const* const found = values.find_pointer("/tool/framex", absent);
        if (found != nullptr && found->is_object())
            section.values = found->as_object();
        for (auto& [path, origin] : whole.places) {
            if (path.size() > 2 && path[0] == "tool" && path[1] == "framex")
                section.places[setting_path(path.begin() + 2, path.end())] = std::move(origin);
        }
        add(std::move(section));
    }

    void add_config_file()
    {
        std::filesystem::path const file = sources_.config_file.value_or("config.toml");
        std::string const name = file.string();
        auto const text = load(file, name);
        if (text) {
            add(read_toml(*text, name));
        } else if (sources_.config_file) {
            made_.problems_.push_back({.code = "FX0105",
                .message = "the file `" + name + "` cannot be read",
                .help = "correct the path of the configuration"});
        }
    }

    void add_environment_file(std::string const& name)
    {
        auto const text = load(name, name);
        if (!text)
            return;
        environment_file file = read_environment_file(*text, name);
        std::ranges::move(file.problems, std::back_inserter(made_.problems_));
        add(read_environment(std::move(file.entries), unknown_names::refuse, sources_.working_directory));
    }

    void add_process_environment()
    {
        std::vector<environment_entry> entries;
        for (auto const& [name, value] : sources_.environment) {
            setting_origin origin;
            origin.source = "env " + name;
            entries.push_back({name, value, std::move(origin)});
        }
        add(read_environment(std::move(entries), unknown_names::ignore_foreign, sources_.working_directory));
    }

    /// Plugins of the command line go before those of the other sources; one that is named twice counts once.
    void add_plugins(std::string const& key, std::vector<std::string> const& names)
    {
        if (names.empty())
            return;
        json::array joined;
        for (std::string const& name : names)
            joined.emplace_back(name);
        for (json::value const& name : made_.tree_.at(key).as_array()) {
            if (std::ranges::find(joined, name) == joined.end())
                joined.push_back(name);
        }
        setting_origin origin;
        origin.source = "command line";
        merge(made_.tree_, json::object{{key, std::move(joined)}}, {{{key}, origin}}, {});
    }

    using place_map = std::map<setting_path, setting_origin>;

    void merge(
        json::object& target, json::object const& source, place_map const& places, setting_path const& path)
    {
        for (auto const& member : source) {
            setting_path below = path;
            below.emplace_back(member.key());
            json::value* const old = target.if_contains(member.key());
            bool const joins = old != nullptr && old->is_object() && member.value().is_object();
            note(below, places, joins);
            if (joins) {
                merge(old->as_object(), member.value().as_object(), places, below);
                continue;
            }
            if (member.value().is_object()) {
                target[member.key()] = json::object();
                merge(target[member.key()].as_object(), member.value().as_object(), places, below);
            } else {
                target[member.key()] = member.value();
                note_members(below, places);
            }
        }
    }

    /// Writes down where the value at `path` comes from now. A table keeps the place where it was begun; the
    /// members of a replaced value are forgotten.
    void note(setting_path const& path, place_map const& places, bool joins)
    {
        setting_origin origin;
        origin.source = "default";
        for (setting_path known = path; !known.empty(); known.pop_back()) {
            if (auto const found = places.find(known); found != places.end()) {
                origin = found->second;
                break;
            }
        }
        auto const [entry, is_new] = made_.histories_.try_emplace(path);
        setting_history& history = entry->second;
        bool const was_written = !is_new && history.origin.source != "default";
        if (joins && was_written)
            return;
        if (was_written)
            history.overrode.insert(history.overrode.begin(), history.origin);
        history.origin = std::move(origin);
        if (joins)
            return;
        for (auto next = std::next(entry); next != made_.histories_.end() && is_below(next->first, path);)
            next = made_.histories_.erase(next);
    }

    void note_members(setting_path const& path, place_map const& places)
    {
        for (auto next = places.upper_bound(path); next != places.end() && is_below(next->first, path);
            ++next)
            made_.histories_[next->first].origin = next->second;
    }

    static bool is_below(setting_path const& path, setting_path const& above)
    {
        return path.size() > above.size() && std::equal(above.begin(), above.end(), path.begin());
    }

    /// Asks the models for ranges and choices; what they refuse falls back to its default.
    void apply_rules()
    {
        json::object const defaults = default_values();
        json::object accepted = made_.tree_;
        constexpr int most_passes = 100;
        for (int pass = 0; pass < most_passes; ++pass) {
            std::vector<refusal> const refusals = apply_to_models(accepted, made_.settings_);
            for (refusal const& each : refusals) {
                made_.problems_.push_back(refused(each));
                restore(accepted, defaults, each.path);
            }
            if (refusals.empty())
                return;
        }
    }

    problem refused(refusal const& each) const
    {
        if (each.type == "missing")
            return made_.problem_at(each.path, "FX0108", "`" + dotted(each.path) + "` is required");
        constexpr std::string_view input = "Input ";
        std::string_view message = each.message;
        if (message.starts_with(input))
            message.remove_prefix(input.size());
        problem fault =
            made_.problem_at(each.path, "FX0104", "`" + dotted(each.path) + "` " + std::string(message));
        if (fault.line == 0 && !is_secret(each.path))
            fault.message += ", found " + found_at(each.path);
        return fault;
    }

    std::string found_at(setting_path const& path) const
    {
        json::value const* at = nullptr;
        json::object const* table = &made_.tree_;
        for (std::string const& key : path) {
            at = table == nullptr ? nullptr : table->if_contains(key);
            table = at == nullptr ? nullptr : at->if_object();
        }
        return at == nullptr ? "nothing" : json::serialize(*at);
    }

    /// Puts the default back, or drops the value, or the nearest table around it that has a default.
    static void restore(json::object& values, json::object const& defaults, setting_path const& path)
    {
        json::object* table = &values;
        json::object const* model = &defaults;
        for (std::string const& key : path) {
            json::value const* const standard = model == nullptr ? nullptr : model->if_contains(key);
            json::value* const present = table->if_contains(key);
            if (standard == nullptr) {
                table->erase(key);
                return;
            }
            if (present == nullptr || !present->is_object() || !standard->is_object()) {
                (*table)[key] = *standard;
                return;
            }
            table = &present->as_object();
            model = &standard->as_object();
        }
    }

    void check_proxy()
    {
        auto const& built_in = made_.settings_.load_builtin_plugins;
        if (!made_.settings_.server.enable_proxy || std::ranges::find(built_in, "proxy") != built_in.end())
            return;
        made_.problems_.push_back(made_.problem_at({"server", "enable_proxy"}, "FX0106",
            "`server.enable_proxy` is true, but the built-in plugin `proxy` is not loaded",
            "add load_builtin_plugins = [\"proxy\"], or the option --load-builtin-plugins proxy; or leave "
            "the proxy off"));
    }

    configuration_sources sources_;
    configuration made_;
};

configuration configuration::read(configuration_sources sources)
{
    return configuration_builder(std::move(sources)).run();
}

configuration configuration::read_file(std::filesystem::path const& file)
{
    configuration_sources sources;
    sources.config_file = file;
    return configuration_builder(std::move(sources)).run_file();
}

configuration_error::configuration_error(std::vector<problem> problems)
    : std::runtime_error(render(problems)), problems_(std::move(problems))
{
}
configuration_error::~configuration_error() = default;

settings read_settings(std::filesystem::path const& file)
{
    configuration made = configuration::read_file(file);
    if (!made.problems().empty())
        throw configuration_error(made.problems());
    return made.settings();
}

namespace {

void mask(json::value& value, setting_path& path)
{
    if (value.is_object()) {
        for (auto& member : value.as_object()) {
            path.emplace_back(member.key());
            mask(member.value(), path);
            path.pop_back();
        }
    } else if (is_secret(path)) {
        bool const is_unset = value.is_string() && value.as_string().empty();
        if (!is_unset)
            value = json::value(masked_secret);
    } else if (value.is_array()) {
        for (json::value& member : value.as_array())
            mask(member, path);
    }
}

} // namespace

json::object configuration::masked() const
{
    json::value values = tree_;
    setting_path path;
    mask(values, path);
    return std::move(values.as_object());
}

std::vector<std::string> configuration::files() const
{
    std::vector<std::string> names;
    for (auto const& [name, lines] : lines_)
        names.push_back(name);
    return names;
}

setting_history const* configuration::history(setting_path const& path) const
{
    auto const found = histories_.find(path);
    return found == histories_.end() ? nullptr : &found->second;
}

problem configuration::problem_at(
    setting_path const& path, std::string code, std::string message, std::string help) const
{
    setting_history const* nearest_known = nullptr;
    for (setting_path at = path; nearest_known == nullptr && !at.empty(); at.pop_back())
        nearest_known = history(at);
    setting_origin const origin = nearest_known == nullptr ? setting_origin{} : nearest_known->origin;
    problem fault =
        problem_at_origin(path, origin, pointed_at::value, lines_, std::move(code), std::move(message));
    fault.help = std::move(help);
    return fault;
}

} // namespace framex
