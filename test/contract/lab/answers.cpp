#include "lab.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <chrono>
#include <limits>
#include <map>

namespace contract {

using framex::awaitable;
using framex::http_error;
using framex::public_error;
using framex::response;
using framex::json::array;
using framex::json::object;
using framex::json::value;

namespace {

template <class T>
value as_json(T const& v)
{
    return framex::json::parse(framex::to_json(v));
}

Part part_of(std::string sku, std::int64_t qty)
{
    Part part;
    part.sku = std::move(sku);
    part.qty = qty;
    return part;
}

std::map<std::string, value> make_samples()
{
    std::map<std::string, value> samples;
    samples["none"] = nullptr;
    samples["true"] = true;
    samples["int"] = 7;
    samples["bigint"] = std::int64_t{9007199254740993};
    samples["float"] = 1.5;
    samples["intfloat"] = 2.0;
    samples["str"] = "plain";
    samples["unicode"] = "grün 漢字 🙂";
    samples["html"] = "<a href=\"x\">&</a>";
    samples["list"] = array{1, "two", nullptr};
    samples["empty_list"] = array();
    samples["empty_dict"] = object();
    samples["nested"] = framex::json::parse(R"({"a":{"b":[{"c":1}]}})");
    samples["enum"] = as_json(Colour::blue);
    samples["datetime"] = "2026-01-02T03:04:05";
    samples["date"] = "2026-01-02";
    samples["decimal"] = 1.1;
    samples["tuple"] = array{1, 2};
    samples["set"] = array{5};
    samples["bytes"] = "raw";
    samples["model"] = as_json(part_of("s1", 2));
    samples["alias"] = as_json(Aliased(3, "ann"));
    samples["dataclass"] = {{"x", 1}, {"y", 2}};
    samples["nan"] = std::numeric_limits<double>::quiet_NaN();
    samples["inf"] = std::numeric_limits<double>::infinity();
    samples["intkeys"] = {{"1", "one"}};
    samples["status_like"] = {{"status", 404}, {"message", "m"}, {"is_middleware_error", true}};
    samples["control"] = "tab\tnl\nquote\"back\\slash\x01\u2028";
    return samples;
}

response with_field(response reply, std::string_view name, std::string_view text)
{
    reply.headers.set({name.data(), name.size()}, {text.data(), text.size()});
    return reply;
}

} // namespace

awaitable<value> LabPlugin::sample(std::string kind)
{
    static auto const samples = make_samples();
    auto const found = samples.find(kind);
    if (found == samples.end())
        throw public_error("no sample " + kind);
    co_return found->second;
}

awaitable<Aliased> LabPlugin::aliased() { co_return Aliased(9, "zoe"); }

awaitable<response> LabPlugin::raw(std::string kind)
{
    if (kind == "dict")
        co_return with_field(response::json("{\"raw\":true}"), "X-FrameX-Cache-Status", "BYPASS");
    if (kind == "str")
        co_return response::json("\"raw string\"");
    if (kind == "text")
        co_return with_field(response::text("plain body", 202), "X-Lab", "yes");
    if (kind == "html")
        co_return response::html("<p>hi</p>");
    if (kind == "empty")
        co_return response(204);
    throw public_error("raw boom");
}

awaitable<response> LabPlugin::response_object(std::string kind)
{
    if (kind == "text")
        co_return response::text("not json");
    if (kind == "json_text")
        co_return response::text("{\"is\": \"json\"}", 201);
    if (kind == "empty")
        co_return response(204);
    co_return with_field(response::json("[1,2]", 206), "X-Lab", "kept");
}

awaitable<std::string> LabPlugin::fail_value()
{
    throw public_error("boom value");
    co_return std::string();
}

awaitable<std::string> LabPlugin::fail(std::string kind)
{
    if (kind == "noargs")
        throw std::runtime_error("not for the caller");
    if (kind == "key")
        throw public_error("missing_key");
    if (kind == "cause")
        throw public_error("inner cause");
    if (kind == "unicode")
        throw public_error("错误 grün");
    if (kind == "nonstr")
        throw public_error("{\"a\": 1}");
    if (kind == "http")
        throw http_error(418, "teapot");
    if (kind == "http_dict")
        throw http_error::with_json(409, "{\"code\":7,\"why\":\"conflict\"}", {{"X-Why", "because"}});
    if (kind == "http_500")
        throw http_error(500, "explicit 500");
    co_return std::string("fine");
}

object LabPlugin::sync() { return {{"sync", true}}; }

framex::async_generator<std::string> LabPlugin::stream(std::string kind, std::int64_t n)
{
    using namespace std::chrono_literals;
    for (std::int64_t i = 0; i < n; ++i) {
        auto const number = std::to_string(i);
        std::string piece;
        if (kind == "plain")
            piece = "chunk" + number + ";";
        else if (kind == "bytes")
            piece = "b" + number;
        else if (kind == "dict")
            piece = to_text(framex::make_stream_event("message_chunk", object{{"i", i}, {"text", "grün"}}));
        else if (kind == "debug")
            piece = to_text(framex::make_stream_event("debug", "d" + number));
        else
            piece = to_text(framex::make_stream_event("message_chunk", "t" + number));
        co_yield std::move(piece);
        co_await framex::sleep_for(20ms);
    }
    if (kind == "raise")
        throw public_error("mid stream");
    if (kind == "http")
        throw http_error(403, "stop here");
    if (kind == "noargs")
        throw std::runtime_error("not for the caller");
    co_yield to_text(framex::make_stream_event("finish"));
}

framex::async_generator<framex::sse_event> LabPlugin::stream_model(Part part)
{
    for (std::int64_t i = 0; i < part.qty; ++i)
        co_yield framex::make_stream_event("message_chunk", part);
    co_yield framex::make_stream_event("finish");
}

} // namespace contract
