#include "lab.hpp"

#include <chrono>

namespace contract {

using framex::arg;
using framex::awaitable;
using framex::json::object;

void LabPlugin::define_cached(framex::api<LabPlugin>& api)
{
    api.get("/lab/cached", &LabPlugin::cached, arg("key")).cached();
    api.post("/lab/cached_model", &LabPlugin::cached_model, arg("model")).cached(std::chrono::seconds(1));
    api.put("/lab/cached_model", &LabPlugin::cached_model, arg("model"));
    api.get("/lab/cached_key", &LabPlugin::cached, arg("key")).cache_key([](std::string const& key) {
        return "k:" + key.substr(0, 1);
    });
    api.get("/lab/cached_none", &LabPlugin::cached_none).cached();
}

awaitable<object> LabPlugin::cached(std::string key)
{
    object answer{{"key", key}, {"hits", ++hits_}};
    co_return answer;
}

awaitable<object> LabPlugin::cached_model(Part model)
{
    object answer{{"sku", model.sku}, {"hits", ++hits_}};
    co_return answer;
}

awaitable<framex::json::value> LabPlugin::cached_none()
{
    ++hits_;
    co_return nullptr;
}

} // namespace contract
