/// One source of settings after reading: its values, the place of each, and what was wrong with its text.
#pragma once

#include <framex/config/problem.hpp>
#include <framex/config/sources.hpp>

#include <boost/json/object.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace framex {

/// Values of one source. `places` knows every key and every member of a list that stands in the source.
struct setting_document {
    json::object values;
    std::map<setting_path, setting_origin> places;
    std::vector<problem> problems;
};

/// The lines of each file that was read, by the name that messages give it.
using source_lines = std::map<std::string, std::vector<std::string>>;

/// The text without its line ends, split.
std::vector<std::string> split_lines(std::string_view text);

/// The whole file; nullopt when it cannot be read.
std::optional<std::string> read_file(std::filesystem::path const& file);

/// Reads TOML 1.0 and, beyond it, inline tables that span lines and end in a comma. `name` stands in places.
setting_document read_toml(std::string_view text, std::string const& name);

/// One `NAME=value` of a `.env` file.
struct environment_entry {
    std::string name;
    std::string value;
    setting_origin origin;
};

/// A `.env` file: entries in their order. Understands comments, `export`, single and double quotes.
struct environment_file {
    std::vector<environment_entry> entries;
    std::vector<problem> problems;
};
environment_file read_environment_file(std::string_view text, std::string const& name);

/// Which unknown names are faults.
enum class unknown_names { refuse, ignore_foreign };

/// Turns `SERVER__PORT` names into settings; shallower names first, so that deeper ones win.
/// A name that ends in `_FILE` gives the content of that file, looked up from `directory`.
setting_document read_environment(
    std::vector<environment_entry> entries, unknown_names unknown, std::filesystem::path const& directory);

/// Turns `--set KEY=VALUE` and the options of the command line into settings: one document each, the last
/// strongest.
std::vector<setting_document> read_command_line(
    std::vector<std::pair<std::string, std::string>> const& assignments);

/// Removes every value whose name or type the settings do not know from `document`, each with a problem.
/// Durations and sizes become what their models read.
void check_document(setting_document& document, source_lines const& lines);

/// A problem about the value, or about its key, that stands at `origin`. The source line goes along; the
/// values of secrets on it are hidden. `key_alone` hides the value in any case: an unknown key may be a
/// misspelt secret.
enum class pointed_at { key, value, key_alone };
problem problem_at_origin(setting_path const& path, setting_origin const& origin, pointed_at part,
    source_lines const& lines, std::string code, std::string message);

} // namespace framex
