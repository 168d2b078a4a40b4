/// A plugin that takes forms, and a way to call its routes with a body as a connection does.
#pragma once

#include "http/spool_files.hpp"

#include <framex/plugin/plugin.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <string>
#include <vector>

namespace framex::test::form_lab {

enum class shade { light, dark };
BOOST_DESCRIBE_ENUM(shade, light, dark)

struct profile {
    std::string name;
    int age = 0;
    std::optional<double> weight = 1.5;
    std::vector<std::string> tags;
    std::vector<int> marks;
    shade look = shade::dark;
    bool agrees = false;
    upload picture;
    std::optional<upload> letter;
    std::vector<upload> others;

    static constexpr auto rules()
    {
        return framex::rules(field(&profile::name, length{1, 8}), field(&profile::age, range{0, 150}),
            field(&profile::tags, defaulted), field(&profile::marks, defaulted, length{0, 3}),
            field(&profile::look, defaulted, alias{"theLook"}), field(&profile::agrees, defaulted),
            field(&profile::others, defaulted, length{0, 2}));
    }
};
BOOST_DESCRIBE_STRUCT(profile, (), (name, age, weight, tags, marks, look, agrees, picture, letter, others))

struct listed {
    std::vector<upload> files;
    std::vector<bool> flags;
    std::optional<upload> last;

    static constexpr auto rules()
    {
        return framex::rules(field(&listed::flags, defaulted), field(&listed::last, defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(listed, (), (files, flags, last))

inline std::string shown(upload const& file)
{
    return file.filename() + "(" + file.content_type() + ")" + file.text();
}

/// All that came, one member after the other.
inline std::string shown(profile const& p)
{
    std::string text = p.name + "," + std::to_string(p.age) + ",";
    text += p.weight ? to_json(*p.weight) : "no weight";
    for (auto const& tag : p.tags)
        text += ",#" + tag;
    for (int const mark : p.marks)
        text += "," + std::to_string(mark);
    text += p.look == shade::dark ? ",dark" : ",light";
    text += p.agrees ? ",yes" : ",no";
    text += "," + shown(p.picture) + (p.letter ? ",letter " + shown(*p.letter) : "");
    for (auto const& other : p.others)
        text += ",other " + shown(other);
    return text;
}

struct desk {
    static inline plugin_metadata const metadata{.name = "desk", .version = "1.0.0"};

    awaitable<std::string> take(profile form) { co_return shown(form); }
    std::string plain(profile form) { return shown(form); }
    awaitable<response> own(profile form) { co_return response::text(shown(form)); }
    async_generator<std::string> stream(profile form) { co_yield shown(form); }
    awaitable<> nothing(profile) { co_return; }
    awaitable<std::string> list(listed form)
    {
        std::string text = std::to_string(form.files.size()) + " files";
        for (bool const flag : form.flags)
            text += flag ? ",1" : ",0";
        text += form.last ? "," + form.last->filename() : "";
        co_return text;
    }
    awaitable<std::string> numbered(int number, profile form)
    {
        co_return std::to_string(number) + shown(form);
    }
    awaitable<std::string> spooled(listed form)
    {
        co_return std::to_string(spool_files()) + " spooled, " + std::to_string(form.files.front().size());
    }

    static void define(api<desk>& api)
    {
        api.post("/take", &desk::take, arg("form"));
        api.post("/plain", &desk::plain, arg("form"));
        api.post("/own", &desk::own, arg("form"));
        api.post("/stream", &desk::stream, arg("form"));
        api.post("/nothing", &desk::nothing, arg("form"));
        api.post("/list", &desk::list, arg("form"));
        api.post("/numbered", &desk::numbered, arg("number"), arg("form"));
        api.post("/spooled", &desk::spooled, arg("form"));
    }
};

inline route const& route_at(std::string const& path)
{
    static desk instance;
    static auto const all = [] {
        api<desk> table;
        desk::define(table);
        return std::move(table).take("desk", "desk", &instance);
    }();
    for (auto const& each : all)
        if (each.path == "/api/v1" + path)
            return each;
    throw std::logic_error("no route " + path);
}

inline std::string field_part(std::string const& name, std::string const& text)
{
    return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + text + "\r\n";
}
inline std::string file_part(std::string const& name, std::string const& filename, std::string const& content)
{
    return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + filename
        + "\"\r\nContent-Type: text/x\r\n\r\n" + content + "\r\n";
}
inline std::string const form_end = "--B--\r\n";

inline async_generator<std::string> in_pieces(std::string body, std::size_t first, std::size_t step)
{
    if (first != 0)
        co_yield body.substr(0, first);
    for (std::size_t at = first; at < body.size(); at += step)
        co_yield body.substr(at, step);
}

/// One call of a route with a body that comes in chunks.
struct submission {
    std::string type = "multipart/form-data; boundary=B";
    std::string query{};
    body_limits limits{};

    submission() = default;

    /// The answer's data; else the issues as JSON; else the status and text of what was thrown.
    std::string of(std::string const& path, async_generator<std::string> chunks) const
    {
        asio::io_context context;
        route const& entry = route_at(path);
        request_head head;
        head.content_type = type;
        std::string out;
        invocation call;
        call.head = &head;
        call.query = query;
        call.out = &out;
        call.limits = &limits;
        call.body_stream = body_reader(std::move(chunks));
        std::exception_ptr fault;
        asio::co_spawn(context, entry.serve(entry, call), [&](std::exception_ptr e) { fault = e; });
        context.run();
        try {
            if (fault)
                std::rethrow_exception(fault);
        } catch (http_error const& error) {
            return std::to_string(error.status()) + " " + error.what();
        }
        if (!call.issues.empty()) {
            out.clear();
            write_issues(out, call.issues);
            return out;
        }
        if (auto const* reply = std::get_if<response>(&call.result))
            return reply->body;
        auto const data = out.find("\"data\":");
        return data == out.npos ? out : out.substr(data + 7, out.size() - data - 8);
    }
    std::string of(std::string const& path, std::string const& body, std::size_t first = 0,
        std::size_t step = 1000) const
    {
        return of(path, in_pieces(body, first, step));
    }
};

/// The shape of one issue without a context.
inline std::string issue_text(std::string const& type, std::string const& loc, std::string const& msg,
    std::string const& input = "null")
{
    return R"({"type":")" + type + R"(","loc":["body",)" + loc + R"(],"msg":")" + msg + R"(","input":)"
        + input + "}";
}

} // namespace framex::test::form_lab
