#include "reloader.hpp"

#include "child_process.hpp"
#include "plugin_choice.hpp"
#include "refusal.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

namespace framex::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds quiet{50}; // an editor saves several files at once

bool is_below(fs::path const& file, fs::path const& folder)
{
    auto const way = file.lexically_normal().lexically_relative(folder.lexically_normal());
    return !way.empty() && *way.begin() != "..";
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
    is_ending_ = true;
    end_.emit(asio::cancellation_type::terminal);
}

bool reloader::project::is_touched_by(std::vector<fs::path> const& changed) const
{
    bool const is_apart = tree.folder != tree.sources; // what is written there is the build's own
    return std::ranges::any_of(changed, [&](fs::path const& file) {
        return is_source(file) && is_below(file, tree.sources) && !(is_apart && is_below(file, tree.folder));
    });
}

void reloader::say(std::string const& text) const
{
    parts_.lines.plugin({.plugin = "framex", .level = log_level::info, .text = text});
}

void reloader::report(std::exception_ptr error) const
{
    for (auto const& each : refusal_of(std::move(error), parts_.request).problems)
        parts_.lines.fault(each);
    say("the plugins that were loaded go on serving");
}

/// The kernel watches no more files or starts no more processes.
void reloader::report_end(std::exception_ptr error) const
{
    std::string text = "an exception that is no std::exception";
    try {
        std::rethrow_exception(std::move(error));
    } catch (std::exception const& known) {
        text = known.what();
    } catch (...) {
    }
    parts_.lines.fault(fault("FX0309", "--reload has ended: " + text,
        "the service goes on; look at the limits fs.inotify.max_user_watches and ulimit -u, and start "
        "again"));
}

awaitable<> reloader::find_projects()
{
    for (auto const& file : parts_.copies.files()) {
        auto const tree = build_tree_of(file);
        if (!tree)
            continue;
        auto known = std::ranges::find(projects_, tree->folder, [](auto const& p) { return p.tree.folder; });
        if (known == projects_.end()) {
            known = projects_.emplace(projects_.end());
            known->tree = *tree;
        }
        known->targets.push_back(plugin_name(file));
    }
    for (auto& each : projects_) {
        auto question = each.tree.command({"help"});
        auto const list = co_await run_process(std::move(question));
        auto const is_missing = [&](auto const& target) { return !lists_target(list.output, target); };
        if (std::ranges::any_of(each.targets, is_missing))
            each.targets.clear();
    }
}

void reloader::watch(file_watch& files) const
{
    for (auto const& each : projects_) {
        files.add_tree(each.tree.sources);
        say(fmt::format("watching {}, built in {}", each.tree.sources.string(), each.tree.folder.string()));
    }
    for (auto const& file : parts_.copies.files()) {
        files.add(fs::absolute(file).parent_path());
        if (!build_tree_of(file))
            say(fmt::format(
                "watching {}; it lies in no build tree of CMake, so it is not built", file.string()));
    }
}

/// False: it has failed, and that is logged.
awaitable<bool> reloader::build(std::vector<fs::path> changed)
{
    for (auto const& each : projects_) {
        if (!each.is_touched_by(changed))
            continue;
        std::erase_if(changed, [](auto const& file) { return !is_source(file); });
        say(fmt::format("{} changed: building {}", names_of(changed),
            each.targets.empty() ? each.tree.folder.string() : joined(each.targets)));
        auto command = each.tree.command(each.targets);
        auto const end = co_await run_process(std::move(command));
        if (end.succeeded)
            continue;
        parts_.lines.fault(build_failure(each.tree, end.output));
        say("the plugins that were loaded go on serving");
        co_return false;
    }
    co_return true;
}

/// False: what is new cannot serve, and that is logged.
awaitable<bool> reloader::take_over()
{
    std::exception_ptr error;
    try {
        auto const open = [this](fs::path const& file) { return parts_.copies.open(file); };
        auto choice = choose_plugins(
            parts_.request, parts_.environment.linked, parts_.environment.working_directory, open);
        if (!choice.problems.empty())
            throw refusal(std::move(choice.problems), plugin_refused);
        co_await parts_.service.reload(std::move(choice.entries));
    } catch (...) {
        error = std::current_exception();
    }
    if (error)
        report(error);
    co_return !error;
}

awaitable<> reloader::run()
{
    auto const executor = co_await asio::this_coro::executor;
    if (parts_.copies.files().empty()) {
        auto nothing = fault("FX0309", "--reload has nothing to watch: no plugin was loaded from a file",
            "framex run --load-plugins build/shop.so --reload");
        nothing.is_warning = true;
        parts_.lines.fault(nothing);
        co_return;
    }
    file_watch files(executor);
    co_await find_projects();
    watch(files);
    for (;;) {
        auto changed = co_await files.changes(quiet);
        auto const begin = std::chrono::steady_clock::now();
        if (!co_await build(std::move(changed)))
            continue;
        auto const fresh = parts_.copies.changed();
        if (fresh.empty() || !co_await take_over())
            continue;
        std::chrono::duration<double> const span = std::chrono::steady_clock::now() - begin;
        say(fmt::format("{} took over, {:.1f} s after the change", names_of(fresh), span.count()));
    }
}

} // namespace framex::cli
