/// A plugin with cached routes and a cache of its own, asked without a socket and with a clock that tests
/// move.
#pragma once

#include "server/cache.hpp"
#include "server/sample.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace framex::test {

struct counter {
    static inline plugin_metadata const metadata{.name = "counter", .version = "1.0.0"};

    std::atomic<int> runs = 0;

    awaitable<int> count(std::string) { co_return ++runs; }
    int plain(double, std::optional<int>) { return ++runs; }
    awaitable<int> slow(int ms)
    {
        int const mine = ++runs;
        co_await sleep_for(std::chrono::milliseconds(ms));
        co_return mine;
    }
    awaitable<int> fail(int ms)
    {
        ++runs;
        co_await sleep_for(std::chrono::milliseconds(ms));
        throw http_error(409, "not today");
    }
    awaitable<std::optional<int>> none(int ms)
    {
        ++runs;
        co_await sleep_for(std::chrono::milliseconds(ms));
        co_return std::nullopt;
    }
    awaitable<thing> take(std::string, thing body) { co_return body; }
    awaitable<big_integer> big(big_integer n) { co_return n; }

    static void define(api<counter>& api)
    {
        using namespace std::chrono_literals;
        api.get("/count", &counter::count, arg("key") = "k").cached();
        api.get("/short", &counter::count, arg("key")).cached(5s);
        api.get("/for_ever", &counter::count, arg("key")).cached(-1s);
        api.get("/own", &counter::count, arg("key")).cached().cache_key([](std::string const& key) {
            if (key == "bad")
                throw std::runtime_error("no key today");
            return "own:" + key.substr(0, 1);
        });
        api.get("/plain", &counter::plain, arg("ratio"), arg("n")).raw_response().cached();
        api.get("/slow", &counter::slow, arg("ms")).cached().callable_as("slow");
        api.get("/fail", &counter::fail, arg("ms")).cached();
        api.get("/none", &counter::none, arg("ms")).cached();
        api.post("/take/{note}", &counter::take, arg("note"), arg("body")).cached();
        api.get("/big", &counter::big, arg("n")).cached();
        api.get("/always", &counter::count, arg("key"));
    }
};

/// What one request got.
struct outcome {
    bool done = false;
    std::string body{}, status{}, key{};
    std::size_t issues = 0;
    std::exception_ptr error{};
};

/// The value of a field line of the invocation.
inline std::string field_in(std::string const& fields, std::string_view name)
{
    auto const at = fields.find(name);
    if (at == fields.npos)
        return {};
    auto const begin = at + name.size() + 2;
    return fields.substr(begin, fields.find('\r', begin) - begin);
}

class cached_counter {
public:
    /// A null store: caching is off.
    explicit cached_counter(std::unique_ptr<cache_store> store = make_memory_store(1000))
    {
        auto tell = [this](error_record const& record) {
            std::lock_guard const guard(guard_);
            told_.push_back(std::string(record.route) + ": " + std::string(record.what));
        };
        auto const clock = [this] { return now.load(); };
        std::shared_ptr<answer_cache> cache;
        if (store)
            cache = std::make_shared<answer_cache>(std::move(store), std::chrono::seconds(60), tell, clock);
        api<counter> table;
        counter::define(table);
        routes = std::move(table).take("counter", "counter", &plugin);
        keep_answers(routes, cache);
    }

    route const& at(std::string_view path) const
    {
        for (auto const& entry : routes)
            if (entry.path == std::string("/api/v1").append(path))
                return entry;
        throw std::logic_error("no such route");
    }

    /// One request; `target` is "/count?key=a" below /api/v1, `wish` the value of X-FrameX-Cache.
    static awaitable<> request(
        route const& entry, std::string target, std::string wish, std::string body, outcome& into)
    {
        auto const memory = std::make_unique<scratch>();
        memory->text = "POST " + target + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            + (wish.empty() ? "" : "X-FrameX-Cache: " + wish + "\r\n") + "\r\n";
        std::uint32_t resume = 0;
        memory->head.read(memory->text.data(), memory->text.data() + memory->text.size(), resume, {});
        invocation call;
        call.head = &memory->head;
        call.query = memory->head.query;
        std::array const values{memory->head.path.substr(memory->head.path.rfind('/') + 1)};
        call.path_values = values;
        call.body = body;
        call.out = &into.body;
        try {
            co_await entry.serve(entry, call);
        } catch (...) {
            into.error = std::current_exception();
        }
        into.issues = call.issues.size();
        into.status = field_in(call.fields, "X-FrameX-Cache-Status");
        into.key = field_in(call.fields, "X-FrameX-Cache-Key");
        into.done = true;
    }

    /// Runs one request to its end.
    outcome ask(std::string const& target, std::string wish = {}, std::string body = {})
    {
        outcome got;
        asio::io_context context(1);
        asio::co_spawn(context, request(of(target), target, std::move(wish), std::move(body), got),
            [](std::exception_ptr) {});
        context.run();
        return got;
    }

    /// The route of a target: by its path, or by the pattern that its first segment begins.
    route const& of(std::string_view target) const
    {
        return target.starts_with("/take") ? at("/take/{note}") : at(target.substr(0, target.find('?')));
    }

    std::vector<std::string> told()
    {
        std::lock_guard const guard(guard_);
        return told_;
    }

    counter plugin;
    std::atomic<cache_time> now = cache_time(std::chrono::seconds(1'800'000'000));
    std::vector<route> routes;

private:
    struct scratch {
        std::string text;
        request_head head;
    };
    std::mutex guard_;
    std::vector<std::string> told_;
};

} // namespace framex::test
