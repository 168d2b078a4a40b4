/// Where settings come from: files, environment and command line, merged key by key, each value with its
/// origin.
#pragma once

#include <framex/config/problem.hpp>
#include <framex/config/settings.hpp>

#include <boost/json/object.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace framex {

struct issue;

/// The keys that lead to a value: {"server", "port"}; members of lists are counted from "0".
using setting_path = std::vector<std::string>;

/// Where a value was written.
struct setting_origin {
    std::string source; ///< "config.toml", "env SERVER__PORT", ".env", "command line", "default"
    std::size_t line = 0; ///< from 1; 0 where lines do not apply
    std::size_t column = 0; ///< of the value
    std::size_t end_column = 0;
    std::size_t key_line = 0;
    std::size_t key_column = 0;
    std::size_t key_width = 0;

    /// "config.toml:5:8", ".env:3", "env SERVER__PORT".
    std::string text() const;
};

/// A merged value's history: where it was written and what it beat, the strongest first.
struct setting_history {
    setting_origin origin;
    std::vector<setting_origin> overrode;
};

/// What the configuration is read from. Nothing is taken from the process itself, so tests inject everything.
struct configuration_sources {
    std::filesystem::path working_directory = "."; ///< where the files are looked up
    std::optional<std::filesystem::path> config_file; ///< instead of `config.toml`; must exist
    std::map<std::string, std::string> environment;
    /// `{dotted key, value}` of the command line in its order; a value is JSON where it parses and the
    /// setting wants it, else text.
    std::vector<std::pair<std::string, std::string>> command_line;
    /// Plugins of the command line: they go before the configured ones.
    std::vector<std::string> load_plugins;
    std::vector<std::string> load_builtin_plugins;
};

/// The configuration of one process. Strongest first: command line, environment, `.env.prod`, `.env`,
/// `config.toml`, `[tool.framex]` of `pyproject.toml`, defaults. Tables are merged key by key, lists
/// replaced. A missing file is no fault, except the one named by `config_file`.
class configuration {
public:
    /// Reads every source. Faults never throw: they are collected in `problems()`, all of them.
    static configuration read(configuration_sources sources);

    /// Reads one TOML file over the defaults and nothing else: for applications that embed framex.
    static configuration read_file(std::filesystem::path const& file);

    /// The settings; where there are problems, the faulty ones have their defaults.
    framex::settings const& settings() const noexcept { return settings_; }

    /// Every fault of every source, in the order of the sources.
    std::vector<problem> const& problems() const noexcept { return problems_; }

    /// The names of the files that were read, in alphabetical order.
    std::vector<std::string> files() const;

    /// The merged values as one document, secrets included: never print it.
    json::object const& tree() const noexcept { return tree_; }

    /// The merged values with `(set)` for each secret and units for durations and sizes.
    json::object masked() const;

    /// Where the value at `path` came from, or the table around it; nullptr for an unknown path.
    setting_history const* history(setting_path const& path) const;

    /// Where the value at `path`, or the nearest list or table around it, was written.
    setting_origin origin_of(setting_path path) const;

    /// A problem about the value at `path`, with place and source line: how other rooms report what they
    /// refuse.
    problem problem_at(
        setting_path const& path, std::string code, std::string message, std::string help = {}) const;

    /// What a model says about a part of these settings, for example a plugin's about its own table: worded
    /// as the faults of all other settings.
    problem problem_of(issue const& one) const;

private:
    friend class configuration_builder;

    framex::settings settings_;
    json::object tree_;
    std::map<setting_path, setting_history> histories_;
    std::map<std::string, std::vector<std::string>> lines_; ///< of each file, for messages
    std::vector<problem> problems_;
};

/// Thrown where a configuration as a whole is refused; what() is the text of all its problems.
class configuration_error : public std::runtime_error {
public:
    explicit configuration_error(std::vector<problem> problems);
    ~configuration_error() override;
    std::vector<problem> const& problems() const noexcept { return problems_; }

private:
    std::vector<problem> problems_;
};

/// The settings of one TOML file. Throws configuration_error when there is any problem.
framex::settings read_settings(std::filesystem::path const& file);

/// Whether the values at and below `path` are secrets: `auth.rules` anywhere, or a name with a word like
/// token, secret, password or api_key.
bool is_secret(setting_path const& path);

/// "server.port", "load_plugins[0]"; keys that are no bare words are quoted.
std::string dotted(setting_path const& path);

} // namespace framex
