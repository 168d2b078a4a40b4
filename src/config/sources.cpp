#include "document.hpp"
#include "model_form.hpp"
#include "secrets.hpp"
#include "setting_faults.hpp"

#include <framex/config/sources.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>

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
        return std::move(made_);
    }

    configuration run_file()
    {
        add(setting_document{default_values(), {}, {}});
        add_config_file();
        apply_rules();
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
        place_map places;
        setting_origin origin;
        origin.source = "command line";
        places[{key}] = origin;
        auto const add_name = [&](json::value const& name, setting_origin const& from) {
            if (std::ranges::find(joined, name) != joined.end())
                return;
            places[{key, std::to_string(joined.size())}] = from;
            joined.push_back(name);
        };
        origin.source += key == "load_plugins" ? ": --load-plugins" : ": --load-builtin-plugins";
        for (std::string const& name : names)
            add_name(json::value(name), origin);
        json::array const configured = made_.tree_.at(key).as_array();
        for (std::size_t i = 0; i < configured.size(); ++i)
            add_name(configured[i], made_.origin_of({key, std::to_string(i)}));
        merge(made_.tree_, json::object{{key, std::move(joined)}}, places, {});
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
            std::vector<issue> const refused = apply_to_models(accepted, made_.settings_);
            for (issue const& each : refused) {
                made_.problems_.push_back(made_.problem_of(each));
                restore(accepted, defaults, path_of(each.loc));
            }
            if (refused.empty())
                return;
        }
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

/// The value that the keys lead to; null when there is none.
json::value value_at(json::value at, setting_path const& path)
{
    for (std::string const& key : path) {
        json::value const* below = nullptr;
        std::size_t index = 0;
        if (json::object const* const table = at.if_object())
            below = table->if_contains(key);
        else if (json::array const* const list = at.if_array();
            list != nullptr && std::from_chars(key.data(), key.data() + key.size(), index).ec == std::errc{})
            below = list->if_contains(index);
        if (below == nullptr)
            return nullptr;
        at = json::value(*below);
    }
    return at;
}

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
        if (!is_unset && !value.is_bool())
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

setting_origin configuration::origin_of(setting_path path) const
{
    for (; !path.empty(); path.pop_back())
        if (auto const* const known = history(path))
            return known->origin;
    return {};
}

problem configuration::problem_at(
    setting_path const& path, std::string code, std::string message, std::string help) const
{
    problem fault = problem_at_origin(
        path, origin_of(path), pointed_at::value, lines_, std::move(code), std::move(message));
    fault.help = std::move(help);
    return fault;
}

problem configuration::problem_of(issue const& one) const
{
    setting_path const path = path_of(one.loc);
    if (path.empty() || !tree_.contains(path.front())) // of a model that was read from elsewhere
        return {.code = "FX0104", .message = (path.empty() ? "" : "`" + dotted(path) + "`: ") + one.msg};
    return refused_setting(path, origin_of(path), one, value_at(tree_, path), lines_);
}

} // namespace framex
