#include "serve.hpp"

#include "announce.hpp"
#include "coro/reserved_memory.hpp"
#include "idle_settings.hpp"
#include "log.hpp"
#include "prepare.hpp"
#include "refusal.hpp"
#include "reloader.hpp"
#include "settings_check.hpp"

#include <framex/engine/local_engine.hpp>
#include <framex/server/app.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <ostream>
#include <span>
#include <string>
#include <thread>
#include <utility>

namespace framex::cli {

namespace {

void warn_of_unread_tables(run_request const& request, cli_environment const& environment, app const& service)
{
    warn(request, environment, unread_plugin_tables(request.configuration, service.unread_tables()));
}

asio::ip::tcp::endpoint address_of(settings const& wanted)
{
    return {*address_of_host(wanted.server.host), static_cast<unsigned short>(wanted.server.port)};
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
    /// Called on the first context, from any thread; it cannot fail. Once.
    template <class F>
    void post_to_first(F f)
    {
        asio::post(first(), in_reserved(memory_, std::move(f)));
    }
    template <class F>
    void each(F f)
    {
        for (auto& context : contexts_)
            f(*context);
    }
    /// Runs all until they have nothing to do. What a handler throws goes to `take`, on its thread, and its
    /// context runs on. An operation that found no memory is no failure of the service: whoever awaited it
    /// has ended, a connection for instance.
    void run(std::function<void(std::exception_ptr)> const& take)
    {
        auto const drive = [&take](asio::io_context& context) {
            for (bool ended = false; !ended;)
                try {
                    context.run();
                    ended = true;
                } catch (std::bad_alloc const&) {
                } catch (...) {
                    take(std::current_exception());
                }
        };
        for (std::size_t i = 1; i < contexts_.size(); ++i)
            threads_.emplace_back([&drive, context = contexts_[i].get()] { drive(*context); });
        drive(*contexts_.front());
        join();
    }

private:
    void join()
    {
        for (auto& thread : threads_)
            thread.join();
        threads_.clear();
    }
    reserved_memory memory_; // of post_to_first()
    std::vector<std::unique_ptr<asio::io_context>> contexts_;
    std::vector<std::thread> threads_;
};

/// The first signal calls `act`, which lets what runs come to its end; the second ends the process after
/// `last`.
void watch_signals(asio::signal_set& signals, std::function<void()> const& act,
    std::function<void()> const& last, bool again = false)
{
    signals.async_wait([&signals, &act, &last, again](error_code error, int) {
        if (error)
            return;
        if (again) {
            last();
            std::_Exit(failed);
        }
        act();
        watch_signals(signals, act, last, true);
    });
}

/// Awaits the plugins' on_start on the first context. False: `on_signal` was called meanwhile and ended it.
bool start_plugins(
    run_request const& request, app& service, asio::io_context& context, std::function<void()>& on_signal)
{
    asio::cancellation_signal cancel;
    bool interrupted = false;
    on_signal = [&] {
        interrupted = true;
        service.stop({});
        cancel.emit(asio::cancellation_type::terminal);
    };
    std::atomic<bool> ended = false;
    std::exception_ptr error;
    auto const end = [&](std::exception_ptr thrown) {
        ended = true;
        error = thrown;
    };
    asio::co_spawn(context, service.start(), asio::bind_cancellation_slot(cancel.slot(), end));
    run_until(context, ended);
    if (error && !interrupted)
        try_to(request, [&] { std::rethrow_exception(error); });
    return !error;
}

/// The first failure of any thread.
class first_failure {
public:
    void note(std::exception_ptr error, bool in_task)
    {
        std::call_once(once_, [&] {
            error_ = std::move(error);
            in_task_ = in_task;
        });
    }
    explicit operator bool() const noexcept { return error_ != nullptr; }
    /// A serve() that failed could not listen; anything else was a plugin's.
    [[noreturn]] void raise() const
    {
        if (!in_task_)
            std::rethrow_exception(error_);
        throw task_failure(error_);
    }

private:
    std::once_flag once_;
    std::exception_ptr error_;
    bool in_task_ = false;
};

/// Called at the end of a serve(), also when that was destroyed since an operation had found no memory; not
/// after whoever owns `act` has left.
class serve_end {
public:
    using action = std::function<void(std::exception_ptr)>;

    explicit serve_end(std::weak_ptr<action> act) noexcept : act_(std::move(act)) {}
    serve_end(serve_end&& other) noexcept = default;
    ~serve_end() { act(std::make_exception_ptr(std::bad_alloc())); }
    void operator()(std::exception_ptr error) { act(std::move(error)); }

private:
    void act(std::exception_ptr error)
    {
        auto const once = std::exchange(act_, {});
        if (auto const owned = once.lock())
            (*owned)(std::move(error));
    }

    std::weak_ptr<action> act_;
};

/// Several threads share an address by SO_REUSEPORT, which would share it with another service, too. Throws
/// system_error when somebody listens there.
void refuse_taken(asio::io_context& context, asio::ip::tcp::endpoint where)
{
    asio::ip::tcp::acceptor probe(context, where.protocol());
    probe.set_option(asio::ip::tcp::acceptor::reuse_address(true));
    probe.bind(where);
}

int listen_and_run(run_request const& request, cli_environment const& environment, app& service,
    std::span<std::string const> plugins, service_threads& threads, reloader* loop)
{
    auto const& wanted = request.configuration.settings();
    auto where = address_of(wanted);
    asio::signal_set signals(threads.first(), SIGINT, SIGTERM);
    std::function<void()> on_signal;
    std::function<void()> const on_last_signal = [loop] {
        if (loop)
            loop->remove_copies();
    };
    watch_signals(signals, on_signal, on_last_signal);
    if (wanted.server.threads > 1)
        refuse_taken(threads.first(), where);
    if (!start_plugins(request, service, threads.first(), on_signal))
        return done;
    warn_of_unread_tables(request, environment, service);
    on_signal = [&] {
        if (loop)
            loop->end();
        service.stop(wanted.server.limits.shutdown_grace);
    };

    first_failure broken;
    std::atomic<std::size_t> running = static_cast<std::size_t>(wanted.server.threads);
    std::atomic<bool> settled = false; // the first thread listens, or has failed; each says so at its end
    auto const ended = std::make_shared<serve_end::action>([&](std::exception_ptr error) {
        settled = true;
        if (error) {
            broken.note(error, false);
            service.stop(std::chrono::milliseconds(0));
        }
        if (--running == 0)
            threads.post_to_first([&] {
                signals.cancel();
                if (loop)
                    loop->end();
            });
    });
    serve_options options;
    options.reuse_port = wanted.server.threads > 1;
    options.on_listening = [&](asio::ip::tcp::endpoint at) {
        where = at; // with port 0 the other threads join the port that the first one got
        announce(environment, request, service, plugins, at);
        settled = true;
    };
    threads.each([&](asio::io_context& context) {
        asio::co_spawn(context, service.serve(where, options), serve_end(ended));
        run_until(context, settled);
        options.on_listening = {};
    });
    if (loop)
        loop->begin(threads.first());
    threads.run([&](std::exception_ptr error) {
        broken.note(std::move(error), true);
        service.stop(std::chrono::milliseconds(0));
    });
    if (broken)
        broken.raise();
    return done;
}

/// What to do about an address that cannot be listened on.
std::string help_for(error_code const& error, std::int64_t port)
{
    if (error == asio::error::access_denied)
        return "ports below 1024 are for root: framex run --port 8080";
    if (error == asio::error::address_in_use)
        return "stop the other program, or choose another port: framex run --port "
            + std::to_string(port < 65535 ? port + 1 : 0);
    if (error == boost::system::errc::address_not_available)
        return "choose an address of this machine: framex run --host 127.0.0.1";
    return {};
}

} // namespace

int serve(run_request const& request, cli_environment const& environment)
{
    auto const& wanted = request.configuration.settings();
    auto const paint = request.is_coloured ? colours::on : colours::off;
    // The contexts may still hold connections when they die: what those tell comes before them in life.
    log lines(
        {.to = environment.err, .is_terminal = environment.err_is_terminal, .paint = paint}, wanted.log);
    service_threads threads(static_cast<std::size_t>(wanted.server.threads));
    app service(threads.first().get_executor(), wanted);
    service.on_log([&lines](log_record const& record) { lines.plugin(record); });
    auto const workers = std::max<std::int64_t>(wanted.server.num_cpus, 0);
    local_engine jobs(static_cast<std::size_t>(workers)); // ends before the plugins, which its jobs may use
    threads.each([&jobs](asio::io_context& context) { use_engine(context, jobs); });
    service.on_error([&lines](error_record const& record) { lines.error(record); });
    if (wanted.log.access && lines.writes(log_level::info))
        service.on_access([&lines](access_record const& record) { lines.access(record); });
    try {
        std::optional<plugin_copies> copies;
        plugin_opener open = [](std::filesystem::path const& file) { return load_plugin(file); };
        if (request.is_reloaded)
            open = [&copies = copies.emplace()](
                       std::filesystem::path const& file) { return copies.open(file); };
        auto const plugins = prepare(service, request, environment, open);
        if (request.is_check) {
            warn_of_unread_tables(request, environment, service);
            environment.err << "the configuration and the plugins are sound\n";
            return done;
        }
        std::optional<reloader> loop;
        if (copies)
            loop.emplace(reload_parts{service, request, environment, *copies, lines});
        return listen_and_run(request, environment, service, plugins, threads, loop ? &*loop : nullptr);
    } catch (refusal const& refused) {
        environment.err << render(refused.problems, paint);
        return refused.code;
    } catch (boost::system::system_error const& error) {
        auto const place = wanted.server.host + ":" + std::to_string(wanted.server.port);
        environment.err << render(fault("FX0201", "cannot listen on " + place + ": " + error.code().message(),
                                      help_for(error.code(), wanted.server.port)),
            paint);
        return address_taken;
    }
}

} // namespace framex::cli
