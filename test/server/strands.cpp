// An app on strands: many threads run the context, and each serve() has a strand of its own.
#include "sample.hpp"
#include "served.hpp"
#include "threads.hpp"

#include <framex/engine/local_engine.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;

namespace {

struct counts {
    std::atomic<int> made = 0, started = 0, stopped = 0, gone = 0;
};
counts lives; // of the plugin below

int squared(int n) { return n * n; }

/// Waits, calls and asks in all ways that a handler has.
struct busy {
    static inline plugin_metadata const metadata{
        .name = "busy", .version = "1.0.0", .required_remote_apis = {"/api/v1/say", "/api/v1/things"}};

    explicit busy(plugin_context& context) : context_(context) { ++lives.made; }
    busy(busy const&) = delete;
    busy& operator=(busy const&) = delete;
    ~busy() { ++lives.gone; }
    awaitable<> on_start()
    {
        co_await sleep_for(1ms);
        ++lives.started;
    }
    awaitable<> on_stop()
    {
        co_await sleep_for(1ms);
        ++lives.stopped;
    }

    awaitable<std::string> call(std::string text)
    {
        context_.log(log_level::info, text);
        auto said = co_await context_.call_plugin_api<std::string>("/api/v1/say", arg("text") = text);
        co_return said;
    }
    async_generator<std::string> relay(int count)
    {
        auto things =
            co_await context_.call_plugin_api<async_generator<thing>>("/api/v1/things", arg("count") = count);
        while (auto one = co_await things.next())
            co_yield one->name + ";";
    }
    awaitable<int> square(int n)
    {
        auto const made = co_await remote(squared)(n);
        co_return made;
    }
    awaitable<std::string> late()
    {
        bool late = false;
        try {
            co_await with_timeout(slow(), 3ms);
        } catch (boost::system::system_error const& error) {
            late = error.code() == asio::error::timed_out;
        }
        task_group group(co_await asio::this_coro::executor);
        group.spawn(slow(1ms));
        group.spawn(slow(2ms));
        co_await group.join();
        if (late)
            co_return "late";
        co_return "in time";
    }
    awaitable<std::string> fetch(int port)
    {
        outgoing_request asked("GET", "http://127.0.0.1:" + std::to_string(port) + "/api/v1/say?text=far");
        auto const answer = co_await client_.send(std::move(asked));
        co_return answer.body;
    }
    awaitable<int> kept(int key)
    {
        co_await sleep_for(1ms);
        co_return key;
    }

    static void define(api<busy>& api)
    {
        api.get("/call", &busy::call, arg("text"));
        api.get("/relay", &busy::relay, arg("count"));
        api.get("/square", &busy::square, arg("n"));
        api.get("/late", &busy::late);
        api.get("/fetch", &busy::fetch, arg("port"));
        api.get("/kept", &busy::kept, arg("key")).cached();
    }

private:
    static awaitable<> slow(std::chrono::milliseconds for_how_long = 1h) { co_await sleep_for(for_how_long); }

    plugin_context& context_;
    http_client client_;
};

/// An app on a strand of `Threads`, and any number of serve() on strands of their own.
template <class Threads>
class stranded {
public:
    stranded() : app_(strand(), configured())
    {
        use_engine(threads_.context(), jobs_);
        app_.load<sample>().load<busy>();
        app_.on_log([this](log_record const&) { ++logged_; });
        app_.on_access([this](access_record const&) { ++told_; });
    }
    stranded(stranded const&) = delete;
    stranded& operator=(stranded const&) = delete;
    ~stranded()
    {
        app_.stop(0ms);
        for (auto& each : ends_)
            each.wait();
        threads_.join();
    }

    asio::any_io_executor strand() { return asio::make_strand(threads_.context()); }
    framex::app& app() { return app_; }
    int logged() const { return logged_; }
    int told() const { return told_; }

    /// The port.
    unsigned short serve(unsigned short port = 0, bool reuse = false)
    {
        auto at = std::make_shared<std::promise<unsigned short>>();
        serve_options options;
        options.reuse_port = reuse;
        options.on_listening = [at](asio::ip::tcp::endpoint where) { at->set_value(where.port()); };
        ends_.push_back(asio::co_spawn(strand(),
            app_.serve({asio::ip::address_v4::loopback(), port}, std::move(options)), asio::use_future));
        return at->get_future().get();
    }
    /// Waits for the end of every serve(); throws what one of them threw.
    void ended()
    {
        for (auto& each : std::exchange(ends_, {}))
            each.get();
    }

private:
    static settings configured()
    {
        settings made;
        made.cache.enabled = true;
        return made;
    }

    Threads threads_;
    framex::app app_;
    local_engine jobs_{2};
    std::atomic<int> logged_ = 0, told_ = 0;
    std::vector<std::future<void>> ends_;
};

/// What a client of any of the ports sees, again and again; what is wrong.
class crowd {
public:
    explicit crowd(std::vector<unsigned short> ports) : ports_(std::move(ports)) {}

    void visit(int times)
    {
        for (int i = 0; i < times; ++i) {
            auto const port = ports_[static_cast<std::size_t>(i) % ports_.size()];
            auto const n = std::to_string(i);
            expect(ask(port, "GET /api/v1/call?text=t" + n), "\"t" + n + "\"}");
            expect(ask(port, "GET /api/v1/square?n=12"), "144}");
            expect(ask(port, "GET /api/v1/late"), "\"late\"}");
            expect(ask(port, "GET /api/v1/kept?key=" + n), n + "}");
            expect(ask(port, "GET /api/v1/relay?count=3"), "n0;");
            expect(ask(port, "GET /api/v1/fetch?port=" + std::to_string(port)), R"(\"far\")");
            expect(ask(port, "GET /api/v1/events?count=3&ms=1"), "data: 2\n\n");
            expect(upload(port), "5}");
            leave(port, "GET /api/v1/events?count=1000000&ms=1", "data: 1\n\n");
            leave(port, "GET /api/v1/wait?ms=3600000", "");
        }
    }
    std::string wrong() const
    {
        std::lock_guard const alone(guard_);
        return wrong_;
    }

private:
    void expect(std::string const& answer, std::string const& part)
    {
        std::lock_guard const alone(guard_);
        if (!has(answer, part))
            wrong_ += "expected " + part + " in " + answer + "\n";
    }
    static std::string upload(unsigned short port)
    {
        raw_client client(port);
        client.send("POST /api/v1/upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 81\r\n"
                    "Content-Type: multipart/form-data; boundary=B\r\n\r\n"
                    "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f.txt\"\r\n\r\n");
        client.send("12345\r\n--B--\r\n");
        return client.to_end();
    }
    void leave(unsigned short port, std::string const& head, std::string const& after)
    {
        raw_client client(port);
        client.send(head + " HTTP/1.1\r\nHost: a\r\n\r\n");
        if (!after.empty())
            expect(client.until(after), after);
    }

    std::vector<unsigned short> ports_;
    mutable std::mutex guard_;
    std::string wrong_;
};

std::exception_ptr reloaded(asio::any_io_executor where, framex::app& service)
{
    std::vector<plugin_entry> next{plugin_entry_of<sample>(), plugin_entry_of<busy>()};
    std::promise<std::exception_ptr> ended;
    asio::co_spawn(
        where, service.reload(std::move(next)), [&](std::exception_ptr error) { ended.set_value(error); });
    return ended.get_future().get();
}

awaitable<std::string> dispatched(framex::app& service, std::string target)
{
    auto answer = co_await service.dispatch(request("GET", target));
    std::string body;
    while (auto piece = co_await answer.body.next())
        body += *piece;
    co_return body;
}

template <class Threads>
void everything_works()
{
    lives.made = lives.started = lives.stopped = lives.gone = 0;
    constexpr int rounds = 12, reloads = 4;
    int const unwound = seen().unwound;
    {
        stranded<Threads> service;
        auto const shared = service.serve(0, true);
        service.serve(shared, true);
        service.serve(shared, true);
        auto const alone = service.serve();

        crowd visitors({shared, alone});
        std::vector<std::thread> clients;
        for (int i = 0; i < 4; ++i)
            clients.emplace_back([&] { visitors.visit(rounds); });
        for (int i = 0; i < reloads; ++i) {
            BOOST_TEST(!reloaded(service.strand(), service.app()));
            auto body = asio::co_spawn(
                service.strand(), dispatched(service.app(), "/api/v1/call?text=in"), asio::use_future);
            BOOST_TEST(has(body.get(), "\"in\"}"));
        }
        for (auto& each : clients)
            each.join();
        BOOST_TEST(visitors.wrong() == "");
        BOOST_TEST(service.logged() == 4 * rounds + reloads);
        // three of each round unwind: a stream that is read to its end, and two that are left
        BOOST_TEST(eventually([&] { return seen().unwound == unwound + 3 * 4 * rounds; }));
        BOOST_TEST(eventually([&] { return lives.gone == reloads; }));

        int const begun = seen().yielded;
        seen().waiting = false;
        raw_client stream(alone), answered(shared);
        stream.send("GET /api/v1/events?count=9&ms=3600000 HTTP/1.1\r\nHost: a\r\n\r\n");
        answered.send("GET /api/v1/wait?ms=50 HTTP/1.1\r\nHost: a\r\n\r\n");
        BOOST_TEST(eventually([&] { return seen().waiting && seen().yielded > begun; }));
        service.app().stop(300ms);
        BOOST_CHECK_NO_THROW(service.ended());
        BOOST_TEST(has(answered.to_end(), "\"waited\"}"));
        BOOST_TEST(!stream.to_end().ends_with("0\r\n\r\n"));
        BOOST_TEST(!raw_client(alone).connected());
        BOOST_TEST(service.told() > 9 * 4 * rounds);
    }
    BOOST_TEST(lives.made == reloads + 1);
    BOOST_TEST(lives.started == reloads + 1);
    BOOST_TEST(lives.stopped == reloads + 1);
    BOOST_TEST(lives.gone == reloads + 1);
}

} // namespace

BOOST_AUTO_TEST_SUITE(strands)

BOOST_AUTO_TEST_CASE(an_io_context_of_four_threads_serves_on_strands) { everything_works<four_threads>(); }
BOOST_AUTO_TEST_CASE(a_thread_pool_serves_on_strands) { everything_works<four_of_a_pool>(); }

BOOST_AUTO_TEST_CASE(one_strand_is_cancelled_and_the_others_serve_on)
{
    stranded<four_threads> service;
    auto const other = service.serve();
    auto const strand = service.strand();
    asio::cancellation_signal cancel;
    std::promise<unsigned short> port;
    std::promise<std::exception_ptr> ended;
    serve_options options;
    options.on_listening = [&](asio::ip::tcp::endpoint at) { port.set_value(at.port()); };
    asio::co_spawn(strand, service.app().serve({asio::ip::address_v4::loopback(), 0}, options),
        asio::bind_cancellation_slot(
            cancel.slot(), [&](std::exception_ptr error) { ended.set_value(error); }));
    raw_client stream(port.get_future().get());
    stream.send("GET /api/v1/events?count=9&ms=3600000 HTTP/1.1\r\nHost: a\r\n\r\n");
    stream.until("data: 0\n\n");
    asio::post(strand, [&] { cancel.emit(asio::cancellation_type::terminal); });
    BOOST_TEST(!ended.get_future().get());
    BOOST_TEST(!stream.to_end().ends_with("0\r\n\r\n"));
    BOOST_TEST(has(ask(other, "GET /api/v1/call?text=still"), "\"still\"}"));
}

/// The start runs on the app's strand, its cancellation comes from another one, at any time.
BOOST_AUTO_TEST_CASE(a_start_may_be_cancelled_from_another_strand)
{
    lives.started = lives.stopped = 0;
    four_threads threads;
    for (int i = 0; i < 100; ++i) {
        framex::app one(asio::make_strand(threads.context()));
        one.load<sample>().load<busy>();
        auto const home = asio::make_strand(threads.context());
        auto const cancel = std::make_shared<asio::cancellation_signal>();
        std::promise<std::exception_ptr> ended;
        asio::co_spawn(home, one.start(),
            asio::bind_cancellation_slot(
                cancel->slot(), [&, cancel](std::exception_ptr error) { ended.set_value(error); }));
        std::this_thread::sleep_for(std::chrono::microseconds(i * 30));
        asio::post(home, [cancel] { cancel->emit(asio::cancellation_type::terminal); });
        ended.get_future().wait();
        asio::co_spawn(home, one.finish(), asio::use_future).get();
        BOOST_TEST(lives.stopped == lives.started);
    }
}

BOOST_AUTO_TEST_CASE(a_context_that_dies_takes_the_strands_with_it)
{
    int const unwound = seen().unwound;
    int const begun = seen().yielded;
    {
        asio::io_context context;
        framex::app one(asio::make_strand(context));
        one.load<sample>();
        unsigned short port = 0;
        serve_options options;
        options.on_listening = [&](asio::ip::tcp::endpoint at) { port = at.port(); };
        asio::co_spawn(asio::make_strand(context), one.serve({asio::ip::address_v4::loopback(), 0}, options),
            [](std::exception_ptr) {});
        context.poll();
        raw_client stream(port), idle(port);
        stream.send("GET /api/v1/events?count=9&ms=3600000 HTTP/1.1\r\nHost: a\r\n\r\n");
        for (int i = 0; i < 2'000 && seen().yielded == begun; ++i)
            context.run_for(5ms);
        BOOST_TEST(seen().yielded == begun + 1);
    }
    BOOST_TEST(seen().unwound == unwound + 1);
}

BOOST_AUTO_TEST_SUITE_END()
