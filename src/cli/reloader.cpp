#include "reloader.hpp"

#include "child_process.hpp"
#include "plugin_choice.hpp"
#include "refusal.hpp"

#include <framex/coro/sleep.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fmt/format.h>
#include <iterator>
#include <utility>

namespace framex::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds quiet{50}; // an editor saves several files at once

/// What to look at when the kernel gives no more watches, descriptors or processes; else nothing.
std::string help_for(error_code const& error)
{
    switch (error.value()) {
    case ENOSPC:
    case EMFILE:
    case ENFILE:
    case EAGAIN:
        return "look at the limits fs.inotify.max_user_watches and fs.inotify.max_user_instances, ulimit -n "
               "and ulimit -u";
    default:
        return {};
    }
}

fs::path canonical_path(fs::path const& file)
{
    std::error_code error;
    auto path = fs::weakly_canonical(file, error);
    return error ? file : path;
}

std::string joined(std::vector<std::string> const& words)
{
    std::string text;
    for (auto const& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

std::string names_of(std::vector<fs::path> const& files)
{
    std::vector<std::string> names;
    for (auto const& file : files)
        if (auto name = file.filename().string(); std::ranges::find(names, name) == names.end())
            names.push_back(std::move(name));
    constexpr std::size_t most = 3;
    if (names.size() <= most)
        return joined(names);
    auto const more = names.size() - most;
    names.resize(most);
    return joined(names) + fmt::format(" and {} more", more);
}

} // namespace

void reloader::begin(asio::io_context& context)
{
    auto const over = [this](std::exception_ptr error) {
        if (error && !is_ending_)
            report_end(std::move(error));
    };
    asio::co_spawn(context, run(), asio::bind_cancellation_slot(end_.slot(), over));
}

void reloader::end()
{
    if (!std::exchange(is_ending_, true))
        end_.emit(asio::cancellation_type::terminal);
}

void reloader::remove_copies() const noexcept { parts_.copies.remove(); }

bool reloader::project::is_touched_by(std::vector<fs::path> const& changed) const
{
    return std::ranges::any_of(
        changed, [&](fs::path const& file) { return is_source(file) && tree.owns(file); });
}

void reloader::say(std::string const& text, log_level level) const
{
    parts_.lines.plugin({.plugin = "framex", .level = level, .text = text});
}

/// Takes out of `changed` what is no plugin's.
void reloader::say_of_configuration(std::vector<fs::path>& changed) const
{
    auto const is_its = [this](fs::path const& file) { return configuration_.contains(file); };
    std::vector<fs::path> its;
    std::ranges::copy_if(changed, std::back_inserter(its), is_its);
    std::erase_if(changed, is_its);
    if (!its.empty())
        say(names_of(its) + " changed: restart to take it", log_level::warning);
}

void reloader::say_what_serves() const { say("the plugins that were loaded go on serving"); }

void reloader::report(std::exception_ptr const& error) const
{
    std::vector<problem> problems;
    try {
        problems = refusal_of(error, parts_.request).problems;
    } catch (...) {
        problems.push_back(fault("FX0302", "the plugins cannot be replaced: " + text_of(error)));
    }
    for (auto const& each : problems)
        parts_.lines.fault(each);
    say_what_serves();
}

void reloader::report_end(std::exception_ptr const& error) const
{
    std::string help;
    try {
        std::rethrow_exception(error);
    } catch (boost::system::system_error const& known) {
        help = help_for(known.code());
    } catch (...) {
    }
    parts_.lines.fault(fault("FX0309", "--reload has ended: " + text_of(error),
        "the service goes on; " + (help.empty() ? help : help + ", and ") + "start again to have it back"));
}

bool reloader::is_of_interest(fs::path const& file) const
{
    return is_source(file) || file.extension() == ".so" || names_.contains(file.filename().string())
        || configuration_.contains(file);
}

/// The plugin files that the configuration names now; nullopt: there is a name that means none.
std::optional<reloader::file_set> reloader::named_files() const
{
    file_set found;
    auto const note = [&found](fs::path const& file) {
        found.insert(file);
        return plugin_entry();
    };
    auto const choice = choose_plugins(parts_.request, parts_.environment, note);
    return choice.problems.empty() ? std::optional(found) : std::nullopt;
}

/// The plugin files that are named now, or that were when a name means none. What has gone is waited for:
/// a linker removes a file before it writes it again.
awaitable<reloader::file_set> reloader::settled_files()
{
    constexpr int most_looks = 10;
    for (int i = 0; i < most_looks; ++i) {
        auto const found = named_files();
        if (found && std::ranges::includes(*found, files_))
            co_return *found;
        co_await sleep_for(std::chrono::milliseconds(100));
    }
    if (auto const found = named_files())
        co_return *found;
    co_return files_;
}

awaitable<> reloader::find_projects()
{
    std::vector<project> found;
    for (auto const& file : files_) {
        auto const tree = build_tree_of(file);
        if (!tree)
            continue;
        auto known = std::ranges::find(found, tree->folder, [](auto const& p) { return p.tree.folder; });
        if (known == found.end()) {
            known = found.emplace(found.end());
            known->tree = *tree;
        }
        known->targets.push_back(plugin_name(canonical_path(file)));
    }
    for (auto& each : found) {
        auto question = each.tree.command({"help"});
        std::string list;
        try {
            auto const answer = co_await run_process(std::move(question));
            list = answer.output;
        } catch (boost::system::system_error const&) { // a build will say the same
            if (is_ending_)
                throw;
        }
        auto const is_missing = [&](auto const& target) { return !lists_target(list, target); };
        if (std::ranges::any_of(each.targets, is_missing))
            each.targets.clear();
    }
    projects_ = std::move(found);
}

void reloader::watch(file_watch& files)
{
    for (auto const& file : configuration_)
        files.add(file.parent_path());
    for (auto const& each : projects_) {
        files.add_tree(each.tree.sources);
        if (watched_.insert(each.tree.sources).second)
            say(fmt::format(
                "watching {}, built in {}", each.tree.sources.string(), each.tree.folder.string()));
    }
    for (auto const& file : files_) {
        for (auto const& each : {fs::absolute(file), canonical_path(file)}) { // of a link, both
            files.add(each.parent_path());
            names_.insert(each.filename().string());
        }
        if (!build_tree_of(file) && watched_.insert(file).second)
            say(fmt::format(
                "watching {}; it lies in no build tree of CMake, so it is not built", file.string()));
    }
}

/// Whether any project was built; what fails is logged, and the project remembers it.
awaitable<bool> reloader::build(std::vector<fs::path> changed)
{
    bool is_built = false;
    for (auto& each : projects_) {
        if (!each.is_touched_by(changed))
            continue;
        is_built = true;
        std::erase_if(changed, [](auto const& file) { return !is_source(file); });
        say(fmt::format("{} changed: building {}", names_of(changed),
            each.targets.empty() ? each.tree.folder.string() : joined(each.targets)));
        auto const failure = co_await failure_of_build(each.tree, each.targets);
        each.has_failed = failure.has_value();
        if (!failure)
            continue;
        parts_.lines.fault(*failure);
        say_what_serves();
    }
    co_return is_built;
}

awaitable<std::optional<problem>> reloader::failure_of_build(
    build_tree tree, std::vector<std::string> targets)
{
    auto command = tree.command(targets);
    auto variables = build_environment(current_environment());
    std::optional<problem> failure;
    try {
        auto const end = co_await run_process(std::move(command), std::move(variables));
        std::error_code ignored;
        auto const& from = parts_.environment;
        if (!end.succeeded && !fs::exists(tree.folder / "CMakeCache.txt", ignored))
            failure = fault("FX0308", "the build folder `" + tree.folder.string() + "` has gone",
                "make it again: " + tree.commands(from.working_directory, from.program));
        else if (!end.succeeded)
            failure = build_failure(tree, end.output);
    } catch (boost::system::system_error const& error) {
        if (is_ending_)
            throw;
        failure =
            fault("FX0308", std::string("the build cannot be run: ") + error.what(), help_for(error.code()));
    }
    co_return failure;
}

/// False: what is new cannot serve, and that is logged.
awaitable<bool> reloader::take_over()
{
    std::exception_ptr error;
    try {
        auto const open = [this](fs::path const& file) { return parts_.copies.open(file); };
        auto choice = choose_plugins(parts_.request, parts_.environment, open);
        if (!choice.problems.empty())
            throw refusal(std::move(choice.problems), plugin_refused);
        co_await parts_.service.reload(std::move(choice.entries));
    } catch (boost::system::system_error const& failed) {
        error = std::current_exception();
        if (failed.code() == asio::error::operation_aborted) // the app ends
            is_ending_ = true;
    } catch (...) {
        error = std::current_exception();
    }
    if (error && !is_ending_)
        report(error);
    co_return !error;
}

awaitable<> reloader::run()
{
    auto const executor = co_await asio::this_coro::executor;
    auto const opened = parts_.copies.files();
    if (opened.empty()) {
        auto nothing = fault("FX0309", "--reload has nothing to watch: no plugin was loaded from a file",
            "framex run --load-plugins build/shop.so --reload");
        nothing.is_warning = true;
        parts_.lines.fault(nothing);
        co_return;
    }
    files_.insert(opened.begin(), opened.end());
    for (auto const& name : parts_.request.configuration.files())
        configuration_.insert(canonical_path(parts_.environment.working_directory / name));
    file_watch files(executor, [this](fs::path const& file) { return is_of_interest(file); });
    co_await find_projects();
    watch(files);
    while (!is_ending_) {
        auto changed = co_await files.changes(quiet);
        say_of_configuration(changed);
        if (changed.empty())
            continue;
        auto const begin = std::chrono::steady_clock::now();
        bool const is_built = co_await build(std::move(changed));
        if (std::ranges::any_of(projects_, &project::has_failed))
            continue;
        auto named = co_await settled_files();
        auto fresh = parts_.copies.changed();
        std::vector<fs::path> gone;
        std::erase_if(fresh, [&](auto const& file) { return !named.contains(file); });
        std::ranges::set_difference(named, files_, std::back_inserter(fresh));
        std::ranges::set_difference(files_, named, std::back_inserter(gone));
        files_ = std::move(named);
        bool const is_same = fresh.empty() && gone.empty();
        if (is_same && is_built)
            say("built, and no plugin file has changed");
        if (is_same || !co_await take_over())
            continue;
        std::chrono::duration<double> const span = std::chrono::steady_clock::now() - begin;
        if (!gone.empty())
            say(fmt::format("{} has gone", names_of(gone)));
        if (!fresh.empty())
            say(fmt::format("{} took over, {:.1f} s after the change", names_of(fresh), span.count()));
        co_await find_projects();
        watch(files);
    }
}

} // namespace framex::cli
