#include "build_tree.hpp"

#include "one_line.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <initializer_list>
#include <sstream>

namespace framex::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view cache_name = "CMakeCache.txt";

/// One line without its end; `text` goes on after it.
std::string_view take_line(std::string_view& text)
{
    auto const end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

std::string_view trimmed(std::string_view text)
{
    auto const begin = std::min(text.find_first_not_of(" \t"), text.size());
    return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

/// The text without what colours it: ESC [ ... m.
std::string without_colours(std::string_view text)
{
    constexpr std::string_view begin = "\x1b[";
    std::string plain;
    for (auto at = text.find(begin); at != text.npos; at = text.find(begin)) {
        auto const end = text.find_first_not_of("0123456789;:", at + begin.size());
        bool const is_colour = end != text.npos && (text[end] == 'm' || text[end] == 'K');
        plain += text.substr(0, is_colour ? at : at + begin.size());
        text.remove_prefix(is_colour ? end + 1 : at + begin.size());
    }
    return plain.append(text);
}

fs::path canonical_path(fs::path const& file)
{
    std::error_code error;
    auto path = fs::weakly_canonical(file, error);
    return error ? file : path;
}

/// "shop.hpp:12:5" or "CMakeLists.txt:3".
struct place {
    std::string file{};
    std::size_t line = 0;
    std::size_t column = 0;
};

std::optional<std::size_t> number_in(std::string_view text)
{
    std::size_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::optional<place> place_in(std::string_view text)
{
    std::array<std::size_t, 2> numbers{};
    std::size_t count = 0;
    while (count < 2) {
        auto const colon = text.rfind(':');
        auto const number = colon == text.npos ? std::nullopt : number_in(text.substr(colon + 1));
        if (!number)
            break;
        numbers[count++] = *number;
        text = text.substr(0, colon);
    }
    if (count == 0 || text.empty())
        return std::nullopt;
    return place{
        .file = std::string(text), .line = numbers[count - 1], .column = count == 2 ? numbers[0] : 0};
}

std::string line_of(fs::path const& file, std::size_t number)
{
    std::ifstream input(file);
    std::string line;
    for (std::size_t i = 0; i < number; ++i)
        if (!std::getline(input, line))
            return {};
    return line;
}

/// What a line of the output says is wrong, and where.
struct complaint {
    std::string message{};
    std::string at{};
};

std::optional<complaint> complaint_in(std::string_view line, std::string_view rest)
{
    constexpr std::string_view by_cmake = "CMake Error";
    constexpr std::string_view unresolved = "undefined reference to";
    if (line.starts_with(by_cmake)) {
        auto at = line.substr(by_cmake.size());
        at = at.starts_with(" at ") ? at.substr(4) : std::string_view();
        at = at.substr(0, at.find(' '));
        while (at.ends_with(':'))
            at.remove_suffix(1);
        std::string_view said;
        while (said.empty() && !rest.empty())
            said = trimmed(take_line(rest));
        return complaint{.message = std::string(said), .at = std::string(at)};
    }
    for (std::string_view const mark : {": fatal error: ", ": error: "})
        if (auto const found = line.find(mark); found != line.npos)
            return complaint{.message = std::string(line.substr(found + mark.size())),
                .at = std::string(line.substr(0, found))};
    if (auto const found = line.find(unresolved); found != line.npos)
        return complaint{.message = std::string(line.substr(found)), .at = {}};
    return std::nullopt;
}

/// The file that a place means; a compiler names it as the project was configured, or from where it runs.
fs::path file_of(place const& where, build_tree const& tree)
{
    std::error_code ignored;
    auto file = (tree.folder / where.file).lexically_normal();
    if (!fs::exists(file, ignored))
        file = tree.sources / where.file;
    return canonical_path(file);
}

bool is_below(fs::path const& file, fs::path const& folder)
{
    auto const way = file.lexically_normal().lexically_relative(folder.lexically_normal());
    return !way.empty() && *way.begin() != "..";
}

/// A folder as a person in `here` writes it.
std::string shown(fs::path const& folder, fs::path const& here)
{
    return is_below(folder, here) ? folder.lexically_relative(here).string() : folder.string();
}

/// The project's own line by which a template was asked for, if this line of the output names one after which
/// the compiler writes one of `marks`.
std::optional<place> asking_place(
    std::string_view line, build_tree const& tree, std::initializer_list<std::string_view> marks)
{
    for (auto const mark : marks)
        if (auto const found = line.find(mark); found != line.npos) {
            auto where = place_in(line.substr(0, found));
            return where && tree.owns(file_of(*where, tree)) ? where : std::nullopt;
        }
    return std::nullopt;
}

/// GCC tells it before the error.
std::optional<place> asking_place_before(std::string_view line, build_tree const& tree)
{
    return asking_place(line, tree, {":   required ", ":   in "});
}

bool begins_complaint(std::string_view line)
{
    return line.find(": error: ") != line.npos || line.find(": fatal error: ") != line.npos
        || line.find(": warning: ") != line.npos;
}

/// clang tells it after the error.
std::optional<place> asking_place_after(std::string_view rest, build_tree const& tree)
{
    while (!rest.empty()) {
        auto const line = take_line(rest);
        if (begins_complaint(line))
            break;
        if (auto const where = asking_place(line, tree, {": note: in "}))
            return where;
    }
    return std::nullopt;
}

/// Of a static assertion of framex, its sentence.
std::string_view without_condition(std::string_view message)
{
    constexpr std::string_view of_framex = ": framex: ";
    auto const found = message.find(of_framex);
    return message.starts_with("static assertion failed") && found != message.npos ? message.substr(found + 2)
                                                                                   : message;
}

} // namespace

std::vector<std::string> build_tree::command(std::vector<std::string> const& targets) const
{
    std::vector<std::string> words{cmake, "--build", folder.string()};
    if (!targets.empty())
        words.emplace_back("--target");
    words.insert(words.end(), targets.begin(), targets.end());
    return words;
}

std::vector<std::string> build_environment(std::vector<std::string> variables)
{
    constexpr std::string_view all = "LC_ALL=";
    std::string letters;
    std::erase_if(variables, [&](std::string const& each) {
        if (each.starts_with(all))
            letters = each.substr(all.size());
        return each.starts_with(all) || each.starts_with("LC_MESSAGES=");
    });
    if (!letters.empty()) {
        std::erase_if(variables, [](std::string const& each) { return each.starts_with("LC_CTYPE="); });
        variables.push_back("LC_CTYPE=" + letters);
    }
    variables.emplace_back("LC_MESSAGES=C");
    return variables;
}

std::optional<build_tree> build_tree_of(fs::path const& file)
{
    std::error_code ignored;
    auto folder = canonical_path(fs::absolute(file, ignored)).parent_path();
    while (!fs::exists(folder / cache_name, ignored)) {
        if (!folder.has_relative_path())
            return std::nullopt;
        folder = folder.parent_path();
    }
    build_tree tree;
    tree.folder = folder;
    std::ifstream cache(folder / cache_name);
    for (std::string line; std::getline(cache, line);) {
        auto const value = line.substr(std::min(line.find('=') + 1, line.size()));
        if (line.starts_with("CMAKE_HOME_DIRECTORY:"))
            tree.sources = canonical_path(value);
        else if (line.starts_with("CMAKE_COMMAND:"))
            tree.cmake = value;
    }
    return tree.sources.empty() || tree.cmake.empty() ? std::nullopt : std::optional(tree);
}

std::string prefix_option(fs::path const& program)
{
    auto const prefix = program.parent_path().parent_path();
    if (program.parent_path().filename() != "bin" || prefix == "/usr" || prefix == "/usr/local")
        return {};
    return " -DCMAKE_PREFIX_PATH=" + prefix.string();
}

bool build_tree::owns(fs::path const& file) const
{
    bool const is_apart = folder != sources;
    return is_below(file, sources) && !(is_apart && is_below(file, folder));
}

std::string build_tree::commands(fs::path const& here, fs::path const& program) const
{
    return "cmake -S " + shown(sources, here) + " -B " + shown(folder, here) + prefix_option(program)
        + " && cmake --build " + shown(folder, here);
}

std::string build_commands(fs::path const& file, fs::path const& here, fs::path const& program)
{
    std::error_code ignored;
    build_tree tree;
    tree.folder = (here / file).lexically_normal().parent_path();
    for (auto at = tree.folder; at.has_relative_path(); at = at.parent_path())
        if (fs::exists(at / cache_name, ignored))
            return "cmake --build " + shown(at, here);
    constexpr int most_folders = 3; // as in build/plugins/shop.so
    for (int i = 0; i < most_folders && tree.folder != here && tree.folder.has_relative_path(); ++i) {
        tree.sources = tree.folder.parent_path();
        if (fs::exists(tree.sources / "CMakeLists.txt", ignored))
            return tree.commands(here, program);
        tree.folder = tree.sources;
    }
    return {};
}

bool lists_target(std::string_view list, std::string_view target)
{
    while (!list.empty()) {
        auto line = take_line(list);
        if (line.starts_with("... ")) // as make's list is written
            line.remove_prefix(4);
        if (line.starts_with(target)
            && (line.size() == target.size() || line[target.size()] == ':' || line[target.size()] == ' '))
            return true;
    }
    return false;
}

bool is_source(fs::path const& file)
{
    constexpr std::string_view endings[] = {".cpp", ".hpp", ".cc", ".hh", ".cxx", ".hxx", ".c", ".h", ".ipp",
        ".ixx", ".inl", ".inc", ".tpp", ".cmake"};
    auto const name = file.filename().string();
    return name == "CMakeLists.txt"
        || (!name.starts_with('.')
            && std::ranges::find(endings, file.extension().string()) != std::ranges::end(endings));
}

problem build_failure(build_tree const& tree, std::string_view raw_output)
{
    auto const plain = without_colours(raw_output);
    std::string_view output = plain;
    problem fault;
    fault.code = "FX0308";
    fault.help = "mend it and save; all that the build says: cmake --build " + tree.folder.string();
    std::string last;
    std::optional<complaint> first;
    std::optional<place> asking; // own, and of the error that follows
    while (!first && !output.empty()) {
        auto const line = take_line(output);
        first = complaint_in(line, output);
        if (begins_complaint(line) && !first)
            asking.reset();
        if (!asking)
            asking = asking_place_before(line, tree);
        if (!trimmed(line).empty())
            last = trimmed(line);
    }
    fault.message = "the build failed: " + on_one_line(first ? without_condition(first->message) : last);
    auto where = first ? place_in(first->at) : std::nullopt;
    if (!where)
        return fault;
    auto file = file_of(*where, tree);
    if (!tree.owns(file)) {
        if (!asking)
            asking = asking_place_after(output, tree);
        if (asking) {
            where = asking;
            file = file_of(*where, tree);
        }
    }
    auto const near = file.lexically_relative(tree.sources);
    auto const shown = near.empty() || *near.begin() == ".." ? file : near;
    fault.place = on_one_line(shown.string()) + ":" + std::to_string(where->line);
    if (where->column)
        fault.place += ":" + std::to_string(where->column);
    fault.source_line = line_of(file, where->line);
    if (!fault.source_line.empty()) {
        fault.line = where->line;
        fault.caret_column = std::max<std::size_t>(where->column, 1);
    }
    return fault;
}

} // namespace framex::cli
