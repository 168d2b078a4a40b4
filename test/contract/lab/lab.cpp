#include "lab.hpp"

#include "contract_plugins.hpp"

namespace contract {

using framex::arg;
using framex::awaitable;
using framex::json::object;

namespace {

/// A handler that answers the same object always.
template <class Key, class Value>
auto constant(Key key, Value value)
{
    return [key, value]() -> object { return {{key, value}}; };
}

} // namespace

void LabPlugin::define(framex::api<LabPlugin>& api)
{
    define_parameters(api);
    define_answers(api);
    define_paths(api);
    define_cached(api);
    api.function("hidden", &LabPlugin::hidden, arg("thing"), arg("n"));
    api.get("/lab/call", &LabPlugin::call, arg("kind"));
}

void LabPlugin::define_parameters(framex::api<LabPlugin>& api)
{
    api.get("/lab/types", &LabPlugin::types, arg("a"), arg("b"), arg("c"), arg("d"));
    api.get("/lab/defaulted", &LabPlugin::defaulted, arg("q"), arg("limit") = 10);
    api.get("/lab/nullable", &LabPlugin::nullable, arg("q"));
    api.get("/lab/colour", &LabPlugin::colour, arg("colour"));
    api.post("/lab/list_body", &LabPlugin::list_body, arg("ids"));
    api.post("/lab/dict_body", &LabPlugin::dict_body, arg("payload"));
    api.get("/lab/item/{item_id}", &LabPlugin::item, arg("item_id"));
    api.post("/lab/model", &LabPlugin::model, arg("item"));
    api.post("/lab/body_any_name", &LabPlugin::body_any_name, arg("thing"));
    api.put("/lab/mixed", &LabPlugin::mixed, arg("message"), arg("model"));
    api.patch("/lab/multi", &LabPlugin::multi, arg("key"));
    api.del("/lab/multi", &LabPlugin::multi, arg("key"));
    api.get("/lab/reserved", &LabPlugin::reserved, arg("func"));
    api.post("/lab/upload", &LabPlugin::upload, arg("form"));
    api.post("/lab/uploads", &LabPlugin::uploads, arg("kind"), arg("form"));
}

void LabPlugin::define_answers(framex::api<LabPlugin>& api)
{
    api.get("/lab/value", &LabPlugin::sample, arg("kind"));
    api.get("/lab/aliased", &LabPlugin::aliased).callable_as("aliased");
    api.get("/lab/raw", &LabPlugin::raw, arg("kind")).raw_response();
    api.get("/lab/response_object", &LabPlugin::response_object, arg("kind"));
    api.get("/lab/fail_value", &LabPlugin::fail_value);
    api.get("/lab/fail", &LabPlugin::fail, arg("kind"));
    api.get("/lab/sync", &LabPlugin::sync);
    api.get("/lab/stream", &LabPlugin::stream, arg("kind"), arg("n"))
        .media_type("text/event-stream; charset=utf-8");
    api.post("/lab/stream_model", &LabPlugin::stream_model, arg("part"));
}

void LabPlugin::define_paths(framex::api<LabPlugin>& api)
{
    api.get("/lab/no_prefix", constant("wrapped", "no")).no_prefix();
    api.get("/api/v2/lab/versioned", constant("version", 2)).no_prefix();
    api.get("/api/v2/lab/prefixed", constant("version", "prefixed"));
    api.get("lab/relative", constant("relative", true));
    api.get("/api/v1/lab/full", constant("full", true)).tags({"custom-tag"});
    api.get("/lab/unlisted", [] { return std::string("unlisted"); }).hidden();
    api.get("/lab/special/route", [] { return std::string("special"); });
}

awaitable<FourTypes> LabPlugin::types(framex::big_integer a, double b, bool c, std::string d)
{
    FourTypes all;
    all.a = std::move(a);
    all.b = b;
    all.c = c;
    all.d = std::move(d);
    co_return all;
}

awaitable<object> LabPlugin::defaulted(std::string q, std::int64_t limit)
{
    object both{{"q", q}, {"limit", limit}};
    co_return both;
}

awaitable<object> LabPlugin::nullable(std::optional<std::string> q)
{
    object answer;
    if (q)
        answer["q"] = *q;
    else
        answer["q"] = nullptr;
    co_return answer;
}

awaitable<object> LabPlugin::colour(Colour colour)
{
    object answer{{"colour", colour == Colour::red ? "red" : "blue"}};
    co_return answer;
}

awaitable<object> LabPlugin::list_body(std::vector<std::int64_t> ids)
{
    object answer;
    answer["ids"] = framex::json::array(ids.begin(), ids.end());
    co_return answer;
}

awaitable<object> LabPlugin::dict_body(object payload)
{
    object answer;
    answer["payload"] = std::move(payload);
    co_return answer;
}

awaitable<object> LabPlugin::item(std::int64_t item_id)
{
    object answer{{"item_id", item_id}};
    co_return answer;
}

awaitable<Item> LabPlugin::model(Item item) { co_return item; }

awaitable<Part> LabPlugin::body_any_name(Part thing) { co_return thing; }

awaitable<Mixed> LabPlugin::mixed(std::string message, Part model)
{
    Mixed both;
    both.message = std::move(message);
    both.model = std::move(model);
    co_return both;
}

awaitable<object> LabPlugin::multi(std::string key)
{
    object answer{{"key", key}};
    co_return answer;
}

awaitable<object> LabPlugin::reserved(std::string func)
{
    object answer{{"func", func}};
    co_return answer;
}

framex::plugin_entry lab_plugin() { return framex::plugin_entry_of<LabPlugin>("lab"); }

} // namespace contract
