/// A callee with every kind of result, and a caller of it.
#pragma once

#include <framex/coro/sleep.hpp>
#include <framex/plugin/plugin.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>

namespace call_test { // named: the types appear in messages

using namespace framex;

struct thing {
    thing() = default; // no aggregate: things are yielded
    std::string name;
    int size = 0;
};
BOOST_DESCRIBE_STRUCT(thing, (), (name, size))

struct sized {
    sized() = default;
    int size = 0;
};
BOOST_DESCRIBE_STRUCT(sized, (), (size))

struct callee {
    int runs = 0;
    int unwound = 0;
    struct unwinding {
        explicit unwinding(int& counter) : counter_(counter) {}
        unwinding(unwinding const&) = delete;
        unwinding& operator=(unwinding const&) = delete;
        ~unwinding() { ++counter_; }

    private:
        int& counter_;
    };

    async_generator<thing> things(int count)
    {
        for (int i = 0; i < count; ++i) {
            thing made;
            made.name = "n" + std::to_string(i);
            made.size = i;
            co_yield std::move(made);
        }
    }
    async_generator<std::string> chunks(int count)
    {
        for (int i = 0; i < count; ++i)
            co_yield std::string("c\"") + std::to_string(i);
    }
    async_generator<sse_event> events(int count)
    {
        for (int i = 0; i < count; ++i)
            co_yield sse_event("tick", std::to_string(i));
    }
    async_generator<thing> broken_things(int)
    {
        thing made;
        made.size = 1;
        co_yield std::move(made);
        throw http_error(409, "broken");
    }
    async_generator<thing> slow_things(int)
    {
        unwinding here(unwound);
        ++runs;
        co_await sleep_for(std::chrono::hours(1));
        thing made;
        co_yield std::move(made);
    }
    awaitable<response> reply(int status, std::string type)
    {
        response made(status, "\"body\"");
        made.headers.set("Content-Type", type);
        co_return made;
    }
    response plain_reply(int status) { return response::text("plain", status); }
    awaitable<> nothing(int)
    {
        ++runs;
        co_return;
    }
    void plain_nothing(int) { ++runs; }
    awaitable<thing> one(std::string name)
    {
        thing made;
        made.name = name;
        co_return made;
    }
    awaitable<int> fail(std::string kind)
    {
        fail_plainly(kind);
        co_return 1;
    }
    int fail_plainly(std::string kind)
    {
        if (kind == "http")
            throw http_error(418, "teapot", {{"X-Why", "because"}});
        if (kind == "issues")
            throw validation_error({issue("missing", {std::string("a")}, "Field required")});
        if (kind == "public")
            throw public_error("may be read");
        throw std::out_of_range("internal");
    }
    awaitable<int> slow(int)
    {
        unwinding here(unwound);
        ++runs;
        co_await sleep_for(std::chrono::hours(1));
        co_return 1;
    }
    awaitable<int> apply(std::function<int(int)> f, int n) { co_return f(n); }
    awaitable<std::string> whole(request incoming) { co_return incoming.body; }
};

struct fixture {
    asio::io_context context{1};
    callee target;
    std::vector<route> routes;
    std::optional<plugin_context> caller;

    fixture()
    {
        api<callee> table;
        table.function("things", &callee::things, arg("count"));
        table.function("chunks", &callee::chunks, arg("count"));
        table.function("events", &callee::events, arg("count"));
        table.function("broken_things", &callee::broken_things, arg("count"));
        table.function("slow_things", &callee::slow_things, arg("count"));
        table.function("reply", &callee::reply, arg("status"), arg("type") = "application/json");
        table.function("plain_reply", &callee::plain_reply, arg("status"));
        table.function("nothing", &callee::nothing, arg("n"));
        table.function("plain_nothing", &callee::plain_nothing, arg("n"));
        table.function("one", &callee::one, arg("name"));
        table.function("fail", &callee::fail, arg("kind"));
        table.function("fail_plainly", &callee::fail_plainly, arg("kind"));
        table.function("slow", &callee::slow, arg("n"));
        table.function("apply", &callee::apply, arg("f"), arg("n"));
        table.post("/whole", &callee::whole);
        routes = std::move(table).take("c", "C", &target);
        caller.emplace(context.get_executor(), "caller", "{}");
        for (auto const& one : routes)
            caller->declare(one.function.empty() ? one.path : one.function, one);
    }
    template <class R, class... A>
    R call(std::string_view name, A... arguments)
    {
        return run(caller->call_plugin_api<R>(name, std::move(arguments)...));
    }
    template <class T>
    T run(awaitable<T> call)
    {
        std::exception_ptr error;
        context.restart();
        if constexpr (std::is_void_v<T>) {
            asio::co_spawn(context, std::move(call), [&](std::exception_ptr e) { error = e; });
            context.run();
            if (error)
                std::rethrow_exception(error);
        } else {
            std::optional<T> result;
            asio::co_spawn(context, std::move(call), [&](std::exception_ptr e, T value) {
                error = e;
                result.emplace(std::move(value));
            });
            context.run();
            if (error)
                std::rethrow_exception(error);
            return std::move(*result);
        }
    }
    /// Calls for a stream and pulls it to its end.
    template <class T, class... A>
    std::vector<T> all(std::string_view name, A... arguments)
    {
        return run(drain<T>(caller->call_plugin_api<async_generator<T>>(name, std::move(arguments)...)));
    }
    template <class T>
    static awaitable<std::vector<T>> drain(awaitable<async_generator<T>> call)
    {
        auto stream = co_await std::move(call);
        std::vector<T> items;
        while (auto item = co_await stream.next())
            items.push_back(std::move(*item));
        co_return items;
    }
    template <class R, class... A>
    std::string refusal(std::string_view name, A... arguments)
    {
        try {
            static_cast<void>(call<R>(name, std::move(arguments)...));
        } catch (call_error const& error) {
            return error.what();
        }
        return "no call_error";
    }
    /// Cancels a call once its callee runs: whether it ends so.
    template <class T>
    bool ends_when_cancelled(awaitable<T> call)
    {
        asio::cancellation_signal signal;
        std::exception_ptr error;
        context.restart();
        asio::co_spawn(context, std::move(call),
            asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr e, T) { error = e; }));
        context.poll();
        signal.emit(asio::cancellation_type::terminal);
        context.run_for(std::chrono::seconds(10));
        return error != nullptr && context.stopped();
    }
};

} // namespace call_test
