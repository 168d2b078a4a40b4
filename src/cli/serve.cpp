#include "serve.hpp"

#include "announce.hpp"
#include "idle_settings.hpp"
#include "log.hpp"
#include "plugin_choice.hpp"

#include <framex/engine/local_engine.hpp>
#include <framex/http/rules.hpp>
#include <framex/server/app.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <ostream>
#include <thread>

namespace framex::cli {

namespace {

constexpr problem_kind kinds[] = {
    {"FX0201", "address not available",
        "The address to listen on is used by another program, or does not belong to this machine.",
        "framex run --port 80", "Stop the other program, or choose another address with --host and --port."},
    {"FX0301", "plugin not found",
        "A name in load_builtin_plugins is not built in, or one in load_plugins is no file in the folders "
        "that are searched.",
        "framex run --load-builtin-plugins ecko",
        "Correct the name. Files are looked for as NAME.so and libNAME.so in --plugin-path, "
        "FRAMEX_PLUGIN_PATH and ./plugins."},
    {"FX0302", "plugin refused",
        "A plugin's class could not be made ready: its constructor or its table of APIs failed.",
        "load_plugins = [\"lab\"]", "Read the reason after the colon; it is the plugin's own."},
    {"FX0303", "no plugin file",
        "The file cannot be read, is damaged or built for another machine, or is a library without the "
        "record by which a "
        "plugin says how it was built. Nothing of it was run.",
        "framex run --load-plugins ./notes.txt",
        "Name the *.so file that was built from FRAMEX_EXPORT_PLUGIN(class)."},
    {"FX0304", "plugin built otherwise",
        "The plugin was built by another compiler, against another Boost or another interface of framex, or "
        "with another "
        "sanitizer. Objects of the two would not mean the same. Nothing of it was run.",
        "framex run --load-plugins ./built_by_gcc.so",
        "Build it with the compiler, the Boost and the framex of this program; the message says what "
        "differs."},
    {"FX0305", "plugin cannot be linked",
        "The system's loader found no definition for something that the plugin uses, or the plugin has no "
        "entry point.",
        "framex run --load-plugins ./half_linked.so", "Link the plugin with everything that it uses."},
    {"FX0306", "plugin file not safe",
        "Everybody on this machine may write the file or its folder, and so decide what this program runs.",
        "chmod o+w plugins/shop.so", "Take the permission away: chmod o-w FILE."},
    {"FX0601", "rule that can never match",
        "A pattern in auth.rules does not begin with \"/\", has \"*\" elsewhere than at its end after "
        "\"/\", or holds escapes or dot segments, which are resolved in a path before it is compared.",
        "\"api/*\" = [\"key\"]",
        "Write the whole path as plain text: \"/api/v1/echo\", or \"/api/v1/*\" for everything below it."},
    {"FX0602", "sign-in missing", "[auth.oauth] asks for a sign-in that this program was built without.",
        "[auth.oauth]", "Remove the table; auth.rules guard the pages by keys."},
    {"FX0110", "setting without effect",
        "The setting is valid, and what it is for is not part of this program. The service starts all the "
        "same.",
        "[sentry]\nenable = true", "Remove the setting, or leave it for a program that has the part."},
    {"FX0402", "engine missing",
        "server.use_ray asks for the Ray engine, which this program was built without.",
        "framex run --use-ray", "Leave --use-ray away: remote jobs then run in the process."},
    {"FX0401", "plugins do not fit together",
        "A plugin requires an API that no loaded plugin offers, two routes have one method and path, two "
        "functions one name, or a path is none.",
        "required_remote_apis = {\"/api/v1/ecko\"}",
        "Read the reason: it names the plugins and the API. Load the missing one, or rename one of the two."},
};

/// Thrown inside this file only: the service cannot start, `code` is the exit code.
struct refusal {
    std::vector<problem> problems;
    int code;
    refusal(std::vector<problem> all, int exit) : problems(std::move(all)), code(exit) {}
};

problem fault(std::string code, std::string message, std::string help = {})
{
    problem p;
    p.code = std::move(code);
    p.message = std::move(message);
    p.help = std::move(help);
    return p;
}

setting_path path_of(issue const& one)
{
    setting_path path;
    for (auto const& step : one.loc)
        if (auto const* name = std::get_if<std::string>(&step))
            path.push_back(*name);
    return path;
}

/// A rule that guards nothing is a mistake that nobody would notice.
void check_rules(run_request const& request)
{
    std::vector<problem> problems;
    for (auto const& [pattern, keys] : request.configuration.settings().auth.rules)
        if (!key_rules::can_match(pattern)) {
            auto const meant = key_rules::normal_form(pattern);
            problems.push_back(request.configuration.problem_at({"auth", "rules", pattern}, "FX0601",
                "the rule `" + pattern + "` can never match a path",
                meant.empty() ? "begin it with / and end it with /* for everything below a path"
                              : "paths are normalised before they are compared: write `" + meant + "`"));
        }
    if (!problems.empty())
        throw refusal(std::move(problems), configuration_refused);
}

/// Loads and starts; every way to fail becomes a refusal.
void start(app& service, run_request const& request, linked_plugins const& linked,
    std::filesystem::path const& working_directory)
{
    check_rules(request);
    if (request.configuration.settings().auth.oauth)
        throw refusal({request.configuration.problem_at({"auth", "oauth"}, "FX0602",
                          "signing in by OAuth is not part of this program, the pages would stay open",
                          "remove [auth.oauth]; auth.rules guard the pages by keys")},
            configuration_refused);
    if (request.configuration.settings().server.use_ray)
        throw refusal({request.configuration.problem_at({"server", "use_ray"}, "FX0402",
                          "the Ray engine is not part of this program", "leave --use-ray away")},
            plugin_refused);
    try {
        auto choice = choose_plugins(request, linked, working_directory);
        if (!choice.problems.empty())
            throw refusal(std::move(choice.problems), plugin_refused);
        for (auto& entry : choice.entries)
            service.load(std::move(entry));
        service.start();
    } catch (load_error const& error) {
        std::vector<problem> problems;
        for (auto const& reason : error.reasons())
            problems.push_back(fault("FX0401", reason));
        throw refusal(std::move(problems), plugin_refused);
    } catch (validation_error const& error) {
        std::vector<problem> problems;
        for (auto const& one : error.issues())
            problems.push_back(request.configuration.problem_at(path_of(one), "FX0102", one.msg));
        throw refusal(std::move(problems), configuration_refused);
    } catch (refusal const&) {
        throw;
    } catch (std::exception const& error) {
        throw refusal({fault("FX0302", std::string("a plugin failed while it was loaded: ") + error.what())},
            plugin_refused);
    }
}

asio::ip::tcp::endpoint address_of(settings const& wanted)
{
    error_code error;
    auto const host = wanted.server.host == "localhost" ? std::string("127.0.0.1") : wanted.server.host;
    auto const address = asio::ip::make_address(host, error);
    if (error)
        throw refusal({fault("FX0201", "server.host: `" + wanted.server.host + "` is no IP address",
                          "use 127.0.0.1 for this machine only, 0.0.0.0 or :: for every network")},
            address_taken);
    return {address, static_cast<unsigned short>(wanted.server.port)};
}

/// The contexts, one a thread; the first is run by the calling thread.
class service_threads {
public:
    explicit service_threads(std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i)
            contexts_.push_back(std::make_unique<asio::io_context>(1));
    }
    service_threads(service_threads const&) = delete;
    service_threads& operator=(service_threads const&) = delete;
    ~service_threads() { join(); }

    asio::io_context& first() { return *contexts_.front(); }
    template <class F>
    void each(F f)
    {
        for (auto& context : contexts_)
            f(*context);
    }
    void run()
    {
        for (std::size_t i = 1; i < contexts_.size(); ++i)
            threads_.emplace_back([context = contexts_[i].get()] { context->run(); });
        contexts_.front()->run();
        join();
    }

private:
    void join()
    {
        for (auto& thread : threads_)
            thread.join();
        threads_.clear();
    }
    std::vector<std::unique_ptr<asio::io_context>> contexts_;
    std::vector<std::thread> threads_;
};

/// The first signal lets what runs come to its end, the second ends the process.
void watch_signals(
    asio::signal_set& signals, app& service, std::chrono::milliseconds grace, bool again = false)
{
    signals.async_wait([&signals, &service, grace, again](error_code error, int) {
        if (error)
            return;
        if (again)
            std::_Exit(failed);
        service.stop(grace);
        watch_signals(signals, service, grace, true);
    });
}

int listen_and_run(
    run_request const& request, cli_environment const& environment, app& service, service_threads& threads)
{
    auto const& wanted = request.configuration.settings();
    auto where = address_of(wanted);
    asio::signal_set signals(threads.first(), SIGINT, SIGTERM);
    watch_signals(signals, service, wanted.server.limits.shutdown_grace);

    std::exception_ptr broken; // the first failure of any thread
    std::once_flag breaks;
    std::atomic<std::size_t> running = 0;
    auto const ended = [&](std::exception_ptr error) {
        if (error) {
            std::call_once(breaks, [&] { broken = error; });
            service.stop(std::chrono::milliseconds(0));
        }
        if (--running == 0)
            asio::post(threads.first(), [&] { signals.cancel(); });
    };
    serve_options options;
    options.reuse_port = wanted.server.threads > 1;
    options.on_listening = [&](asio::ip::tcp::endpoint at) {
        where = at; // with port 0 the other threads join the port that the first one got
        announce(environment, request, service, at);
    };
    running = static_cast<std::size_t>(wanted.server.threads);
    threads.each([&](asio::io_context& context) {
        bool const is_first = &context == &threads.first();
        asio::co_spawn(context, service.serve(where, options), ended);
        if (is_first)
            context.poll(); // listens now, so that `where` is known
        options.on_listening = {};
    });
    if (!broken)
        threads.run();
    if (broken)
        std::rethrow_exception(broken);
    return done;
}

} // namespace

std::span<problem_kind const> serve_problem_kinds() { return kinds; }

int serve(run_request const& request, cli_environment const& environment, linked_plugins const& plugins)
{
    auto const& wanted = request.configuration.settings();
    auto const paint = request.is_coloured ? colours::on : colours::off;
    // The contexts may still hold connections when they die: what those tell comes before them in life.
    log lines(
        {.to = environment.err, .is_terminal = environment.err_is_terminal, .paint = paint}, wanted.log);
    service_threads threads(static_cast<std::size_t>(wanted.server.threads));
    app service(threads.first().get_executor(), wanted);
    auto const workers = std::max<std::int64_t>(wanted.server.num_cpus, 0);
    local_engine jobs(static_cast<std::size_t>(workers)); // ends before the plugins, which its jobs may use
    threads.each([&jobs](asio::io_context& context) { use_engine(context, jobs); });
    service.on_error([&lines](error_record const& record) { lines.error(record); });
    if (wanted.log.access && lines.writes(log_level::info))
        service.on_access([&lines](access_record const& record) { lines.access(record); });
    try {
        if (auto const idle = idle_settings(request); !idle.empty())
            environment.err << render(idle, paint) << '\n';
        start(service, request, plugins, environment.working_directory);
        if (request.is_check) {
            environment.err << "the configuration and the plugins are sound\n";
            return done;
        }
        return listen_and_run(request, environment, service, threads);
    } catch (refusal const& refused) {
        environment.err << render(refused.problems, paint);
        return refused.code;
    } catch (boost::system::system_error const& error) {
        auto const place = wanted.server.host + ":" + std::to_string(wanted.server.port);
        environment.err << render(fault("FX0201", "cannot listen on " + place + ": " + error.code().message(),
                                      "choose another port, for example: framex run --port "
                                          + std::to_string(wanted.server.port + 1)),
            paint);
        return address_taken;
    }
}

} // namespace framex::cli
