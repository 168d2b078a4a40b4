// Calls `lender`, which is a library of its own, and tells what came back.
#include "lending.hpp"

#include <framex/plugin/export.hpp>

#include <boost/system/system_error.hpp>

#include <chrono>

using namespace framex;

/// The other library has a type of this name, too, and another order of members.
struct parcel {
    int weight = 0;
    std::string label;
};
BOOST_DESCRIBE_STRUCT(parcel, (), (label, weight))

namespace lending {

struct tasting {
    std::vector<std::string> items;
    int yielded = 0; ///< by the lender
    int open_before = 0; ///< streams of the lender while this one was held,
    int open_after = 0; ///< and when it had been left
    int copies = 0;
};
BOOST_DESCRIBE_STRUCT(tasting, (), (items, yielded, open_before, open_after, copies))

struct loan {
    bool same_text = false; ///< the text came back at its address
    int copies_there = -1;
    int copies_here = -1;
};
BOOST_DESCRIBE_STRUCT(loan, (), (same_text, copies_there, copies_here))

namespace {

std::string text_of(sse_event const& item) { return item.event + " " + item.data; }
std::string text_of(std::string const& item) { return item; }
std::string text_of(book const& item) { return item.title; }

} // namespace

class borrower {
public:
    static inline plugin_metadata const metadata{.name = "borrower",
        .version = "1.0.0",
        .required_remote_apis = {"lender.lender.open", "lender.lender.yielded", "lender.lender.fail",
            "lender.lender.stamp", "lender.lender.double_weight", "lender.lender.wait",
            "lender.lender.events", "lender.lender.lines", "lender.lender.books",
            "lender.lender.last_books"}};

    explicit borrower(plugin_context& context) : context_(context) {}

    awaitable<std::string> caught(std::string kind, bool late)
    {
        try {
            co_await context_.call_plugin_api<int>(
                "lender.lender.fail", arg("kind") = kind, arg("late") = late);
        } catch (http_error const& error) {
            co_return "http_error " + std::to_string(error.status()) + " " + error.what() + " "
                + error.headers().front().first;
        } catch (validation_error const& error) {
            co_return "validation_error " + error.issues().front().type + " "
                + std::get<std::string>(error.issues().front().loc.front());
        } catch (out_of_books const& error) {
            co_return "out_of_books " + std::to_string(error.shelf()) + " " + error.what();
        } catch (std::out_of_range const& error) {
            co_return std::string("out_of_range ") + error.what();
        }
        co_return "nothing";
    }
    awaitable<std::string> last()
    {
        auto books = co_await context_.call_plugin_api<async_generator<book>>("lender.lender.last_books");
        std::string titles;
        try {
            while (auto next = co_await books.next())
                titles += next->title;
        } catch (out_of_books const& error) {
            titles += ", then shelf " + std::to_string(error.shelf());
        }
        co_return titles;
    }
    awaitable<std::string> double_weight()
    {
        parcel sent;
        sent.weight = 21;
        sent.label = "a label too long to be kept inside of the string object";
        auto const back = co_await context_.call_plugin_api<parcel>(
            "lender.lender.double_weight", arg("sent") = std::move(sent));
        co_return back.label + ": " + std::to_string(back.weight);
    }
    awaitable<loan> borrow()
    {
        book mine("a title too long to be kept inside of the string object");
        mine.pages.push_back(-1);
        auto const* const text = mine.title.data();
        book::copies = 0;
        auto const back =
            co_await context_.call_plugin_api<book>("lender.lender.stamp", arg("lent") = std::move(mine));
        loan seen;
        seen.same_text = back.title.data() == text;
        seen.copies_there = back.pages.front();
        seen.copies_here = book::copies;
        co_return seen;
    }
    awaitable<tasting> taste(std::string kind, int count)
    {
        if (kind == "events")
            return taste_of<sse_event>("lender.lender.events", count);
        if (kind == "lines")
            return taste_of<std::string>("lender.lender.lines", count);
        return taste_of<book>("lender.lender.books", count);
    }
    awaitable<int> wait() { return context_.call_plugin_api<int>("lender.lender.wait"); }
    awaitable<std::string> hurry()
    {
        try {
            co_await with_timeout(wait(), std::chrono::milliseconds(5));
        } catch (boost::system::system_error const& error) {
            if (error.code() == asio::error::timed_out)
                co_return "timed out";
        }
        co_return "in time";
    }
    async_generator<sse_event> follow()
    {
        auto events = co_await context_.call_plugin_api<async_generator<sse_event>>("lender.lender.events");
        while (auto next = co_await events.next())
            co_yield std::move(*next);
    }

    static void define(api<borrower>& api)
    {
        api.get("/borrower/caught", &borrower::caught, arg("kind"), arg("late"));
        api.get("/borrower/last", &borrower::last);
        api.get("/borrower/borrow", &borrower::borrow);
        api.get("/borrower/double_weight", &borrower::double_weight);
        api.get("/borrower/taste", &borrower::taste, arg("kind"), arg("count"));
        api.get("/borrower/wait", &borrower::wait);
        api.get("/borrower/hurry", &borrower::hurry);
        api.get("/borrower/follow", &borrower::follow);
    }

private:
    template <class T>
    awaitable<tasting> taste_of(std::string name, int count)
    {
        book::copies = 0;
        tasting seen;
        auto stream = co_await context_.call_plugin_api<async_generator<T>>(name);
        for (int i = 0; i < count; ++i) {
            auto const item = co_await stream.next();
            seen.items.push_back(text_of(*item));
        }
        seen.open_before = co_await context_.call_plugin_api<int>("lender.lender.open");
        stream = async_generator<T>();
        seen.open_after = co_await context_.call_plugin_api<int>("lender.lender.open");
        seen.yielded = co_await context_.call_plugin_api<int>("lender.lender.yielded");
        seen.copies = book::copies;
        co_return seen;
    }

    plugin_context& context_;
};

} // namespace lending

FRAMEX_EXPORT_PLUGIN(lending::borrower)
