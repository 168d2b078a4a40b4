// Is called by `borrower`, which is a library of its own: everything that may cross between two of them.
#include "lending.hpp"

#include <framex/plugin/export.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

using namespace framex;
using namespace std::chrono_literals;

struct parcel {
    std::string label;
    int weight = 0;
};
BOOST_DESCRIBE_STRUCT(parcel, (), (label, weight))

namespace lending {

class lender {
public:
    static inline plugin_metadata const metadata{.name = "lender", .version = "1.0.0"};

    /// How many calls and streams have neither ended nor been left.
    int open() { return open_; }
    int yielded() { return yielded_; }

    awaitable<int> fail(std::string kind, bool late)
    {
        visit here(open_);
        if (late)
            co_await sleep_for(1ms);
        if (kind == "http")
            throw http_error(418, "teapot", {{"X-Why", "because"}});
        if (kind == "issues")
            throw validation_error({issue("missing", {std::string("shelf")}, "Field required")});
        if (kind == "own")
            throw out_of_books(7);
        throw std::out_of_range("elsewhere");
    }
    awaitable<book> stamp(book lent)
    {
        co_await sleep_for(1ms);
        lent.pages.front() = book::copies;
        co_return lent;
    }
    parcel double_weight(parcel sent)
    {
        sent.weight *= 2;
        return sent;
    }
    /// Waits on a timer of Asio itself.
    awaitable<int> wait()
    {
        visit here(open_);
        asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
        co_await timer.async_wait(asio::use_awaitable);
        co_return 1;
    }
    async_generator<sse_event> events()
    {
        visit here(open_);
        for (;;) {
            co_await sleep_for(1ms);
            co_yield sse_event("loan", std::to_string(yielded_++));
        }
    }
    async_generator<std::string> lines()
    {
        visit here(open_);
        for (;;) {
            asio::steady_timer timer(co_await asio::this_coro::executor, 1ms);
            co_await timer.async_wait(asio::deferred);
            co_yield "line " + std::to_string(yielded_++);
        }
    }
    async_generator<book> books()
    {
        visit here(open_);
        for (;;) {
            book next("volume " + std::to_string(yielded_++));
            co_yield std::move(next);
        }
    }
    async_generator<book> last_books()
    {
        visit here(open_);
        book last("the last one");
        co_yield std::move(last);
        co_await sleep_for(1ms);
        throw out_of_books(9);
    }

    static void define(api<lender>& api)
    {
        api.get("/lender/open", &lender::open).callable_as("open");
        api.get("/lender/yielded", &lender::yielded).callable_as("yielded");
        api.function("fail", &lender::fail, arg("kind"), arg("late"));
        api.function("stamp", &lender::stamp, arg("lent"));
        api.function("double_weight", &lender::double_weight, arg("sent"));
        api.function("wait", &lender::wait);
        api.function("events", &lender::events);
        api.function("lines", &lender::lines);
        api.function("books", &lender::books);
        api.function("last_books", &lender::last_books);
    }

private:
    class visit {
    public:
        explicit visit(int& open) : open_(open) { ++open_; }
        visit(visit const&) = delete;
        visit& operator=(visit const&) = delete;
        ~visit() { --open_; }

    private:
        int& open_;
    };

    int open_ = 0;
    int yielded_ = 0;
};

} // namespace lending

FRAMEX_EXPORT_PLUGIN(lending::lender)
