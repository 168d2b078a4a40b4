// The plugin of the tests with other programs: it calls APIs that only an upstream has, and offers some that
// other programs import.
#include <framex/framex.hpp>
#include <framex/plugin/export.hpp>

#include <string>
#include <vector>

namespace {

using framex::arg;

struct pair {
    std::int64_t left = 0;
    std::int64_t right = 0;
};
BOOST_DESCRIBE_STRUCT(pair, (), (left, right))

struct seen_item { // a part of what the upstream answers
    std::int64_t id = 0;
    std::vector<std::string> q;
    std::optional<std::string> note;
    std::optional<std::string> x_token;
};
BOOST_DESCRIBE_STRUCT(seen_item, (), (id, q, note, x_token))

struct line {
    std::int64_t number;
    explicit line(std::int64_t value = 0) : number(value) {}
};
BOOST_DESCRIBE_STRUCT(line, (), (number))

struct file {
    std::string filename;
    std::string content;
    std::string content_type;
};
BOOST_DESCRIBE_STRUCT(file, (), (filename, content, content_type))

struct photos {
    std::vector<framex::upload> files;
};
BOOST_DESCRIBE_STRUCT(photos, (), (files))

class calls {
public:
    static inline framex::plugin_metadata const metadata{.name = "calls",
        .version = framex::version,
        .description = "Calls what an upstream offers",
        .required_remote_apis = {"/api/v1/base/match", "/api/v1/base/version", "/api/v1/base/greet",
            "/api/v1/base/refused", "/api/v1/items/{item_id}", "/api/v1/lines", "/api/v1/teapot",
            "/api/v1/ticks", "/api/v1/upload", "/api/v1/nowhere"}};

    explicit calls(framex::plugin_context& context) : context_(context) {}

    framex::awaitable<std::int64_t> match(pair model)
    {
        return context_.call_plugin_api<std::int64_t>("/api/v1/base/match", arg("model") = model);
    }
    framex::awaitable<std::string> version()
    {
        return context_.call_plugin_api<std::string>("/api/v1/base/version");
    }
    framex::awaitable<std::string> greet(std::string name, int times)
    {
        return context_.call_plugin_api<std::string>(
            "/api/v1/base/greet", arg("name") = name, arg("times") = times);
    }
    framex::awaitable<seen_item> item(std::int64_t id)
    {
        return context_.call_plugin_api<seen_item>("/api/v1/items/{item_id}", arg("item_id") = id,
            arg("q") = std::vector<std::string>{"a b", "漢"}, arg("x-token") = std::string("t1"));
    }
    framex::async_generator<framex::sse_event> ticks(int count)
    {
        auto calling = context_.call_plugin_api<framex::async_generator<framex::sse_event>>(
            "/api/v1/ticks", arg("count") = count, arg("interval_ms") = 20);
        auto events = co_await std::move(calling);
        while (auto event = co_await events.next())
            co_yield std::move(*event);
    }
    framex::awaitable<std::int64_t> sum(int count)
    {
        auto calling =
            context_.call_plugin_api<framex::async_generator<line>>("/api/v1/lines", arg("count") = count);
        auto lines = co_await std::move(calling);
        std::int64_t all = 0;
        while (auto one = co_await lines.next())
            all += one->number;
        co_return all;
    }
    framex::awaitable<framex::json::value> upload(std::string content)
    {
        std::vector<file> files;
        files.push_back({"a.txt", content, "text/plain"});
        files.push_back({"b.bin", content + content, "application/octet-stream"});
        auto calling = context_.call_plugin_api<framex::json::value>(
            "/api/v1/upload", arg("files") = files, arg("title") = std::string("two"));
        co_return co_await std::move(calling);
    }
    /// How a call fails: the type of what is thrown, its status or the number of its issues, its text.
    framex::awaitable<std::string> failure(std::string name, bool argues)
    {
        try {
            framex::json::value got;
            if (argues) {
                auto calling = context_.call_plugin_api(name, arg("count") = true, arg("extra") = 2);
                got = co_await std::move(calling);
            } else {
                auto calling = context_.call_plugin_api(name);
                got = co_await std::move(calling);
            }
            co_return "none: " + framex::to_json(got);
        } catch (framex::http_error const& error) {
            co_return "http_error " + std::to_string(error.status()) + ": " + error.what();
        } catch (framex::upstream_error const& error) {
            co_return "upstream_error " + std::to_string(error.status()) + ": " + error.what();
        } catch (framex::call_error const& error) {
            co_return "call_error " + std::to_string(error.issues().size()) + ": " + error.what();
        }
    }

    // ---- for those who import this

    framex::async_generator<framex::sse_event> numbers(int count)
    {
        for (int number = 1; number <= count; ++number)
            co_yield framex::make_stream_event("message_chunk", std::to_string(number));
        co_yield framex::make_stream_event("finish");
    }
    /// The names and sizes of the files.
    framex::awaitable<std::string> photos_of(photos form)
    {
        std::string told;
        for (auto const& each : form.files)
            told += each.filename() + " " + std::to_string(each.size()) + ";";
        co_return told;
    }

    static void define(framex::api<calls>& api)
    {
        api.post("/calls/match", &calls::match, arg("model"));
        api.get("/calls/version", &calls::version);
        api.get("/calls/greet", &calls::greet, arg("name"), arg("times"));
        api.get("/calls/item", &calls::item, arg("id"));
        api.get("/calls/ticks", &calls::ticks, arg("count"));
        api.get("/calls/sum", &calls::sum, arg("count"));
        api.get("/calls/upload", &calls::upload, arg("content"));
        api.get("/calls/failure", &calls::failure, arg("name"), arg("argues") = false);
        api.get("/calls/numbers", &calls::numbers, arg("count"));
        api.post("/calls/photos", &calls::photos_of, arg("form"));
    }

private:
    framex::plugin_context& context_;
};

} // namespace

FRAMEX_EXPORT_PLUGIN(calls)
