// An API moves from an upstream into the service and back, and its callers do not notice.
#include "proxied.hpp"
#include "server/reloading.hpp"

#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;

namespace {

struct far_base {
    static inline plugin_metadata const metadata{.name = "base", .version = "1"};
    awaitable<std::string> version()
    {
        co_await sleep_for(1ms); // so that some calls are under way while the API moves
        co_return "far";
    }
    static void define(api<far_base>& api) { api.get("/base/version", &far_base::version); }
};

struct near_base {
    static inline plugin_metadata const metadata{.name = "base", .version = "2"};
    awaitable<std::string> version()
    {
        co_await sleep_for(1ms);
        co_return "near";
    }
    static void define(api<near_base>& api) { api.get("/base/version", &near_base::version); }
};

struct invoker {
    static inline plugin_metadata const metadata{
        .name = "invoker", .version = "1", .required_remote_apis = {"/api/v1/base/version"}};
    explicit invoker(plugin_context& context) : context_(context) {}
    awaitable<std::string> told() { return context_.call_plugin_api<std::string>("/api/v1/base/version"); }
    static void define(api<invoker>& api) { api.get("/told", &invoker::told); }

private:
    plugin_context& context_;
};

/// Asks again and again on one connection, and counts what is answered.
class asker {
public:
    asker(unsigned short port, std::string_view path)
        : request_("GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
          thread_([this, port] { run(port); })
    {
    }
    asker(asker const&) = delete;
    asker& operator=(asker const&) = delete;
    ~asker() { stop(); }

    void stop()
    {
        over_ = true;
        if (thread_.joinable())
            thread_.join();
    }

    std::atomic<int> far = 0, near = 0;
    std::string wrong; ///< the first answer that is neither; to be read after stop()

private:
    void run(unsigned short port)
    {
        raw_client client(port);
        while (!over_ && wrong.empty()) {
            client.send(request_);
            auto answer = client.answer();
            if (has(answer, R"("data":"far"})"))
                ++far;
            else if (has(answer, R"("data":"near"})"))
                ++near;
            else
                wrong = "\"" + answer + "\"";
        }
    }

    std::string request_;
    std::atomic<bool> over_ = false;
    std::thread thread_;
};

bool goes_on(std::atomic<int> const& number)
{
    auto const before = number.load();
    for (int i = 0; i < 1'000 && number == before; ++i)
        std::this_thread::sleep_for(10ms);
    return number > before;
}

} // namespace

BOOST_AUTO_TEST_SUITE(migration)

BOOST_AUTO_TEST_CASE(calls_go_on_while_an_api_moves_into_the_service_and_back)
{
    served<far_base> upstream;
    basic_front<invoker> front({{url_of(upstream.port()), json::object()}});
    asio::thread_pool elsewhere(1);
    asker calls(front.port(), "/api/v1/told"), requests(front.port(), "/api/v1/base/version");
    for (int round = 0; round < 5; ++round) {
        BOOST_TEST(goes_on(calls.far));
        auto near = entries<invoker, near_base>();
        near.push_back(proxy_plugin());
        BOOST_TEST(text_of(reload(elsewhere.get_executor(), front.app(), std::move(near))) == "");
        BOOST_TEST(goes_on(calls.near));
        auto far = entries<invoker>();
        far.push_back(proxy_plugin());
        BOOST_TEST(text_of(reload(elsewhere.get_executor(), front.app(), std::move(far))) == "");
    }
    for (auto* each : {&calls, &requests}) {
        each->stop();
        BOOST_TEST(each->wrong == "");
        BOOST_TEST(each->far > 0);
        BOOST_TEST(each->near > 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
