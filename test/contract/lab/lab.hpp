/// The plugin that the recorded corpus calls: a handler for each thing that a handler can do.
#pragma once

#include "models.hpp"

#include <framex/framex.hpp>

#include <atomic>

namespace contract {

class LabPlugin {
public:
    static inline framex::plugin_metadata const metadata{.name = "lab-meta",
        .version = "1.2.3",
        .description = "corpus lab",
        .author = "lab team",
        .url = "https://example.com/lab/repo",
        .required_remote_apis = {"/api/v1/echo", "/api/v1/echo_model", "/api/v1/echo_stream",
            "echo.EchoPlugin.confess", "/api/v1/lab/aliased", "lab.LabPlugin.aliased", "lab.LabPlugin.hidden",
            "/api/v1/lab/fail_value"}};

    explicit LabPlugin(framex::plugin_context& context) : context_(context) {}

    static void define(framex::api<LabPlugin>& api);

private:
    static void define_parameters(framex::api<LabPlugin>& api);
    static void define_answers(framex::api<LabPlugin>& api);
    static void define_paths(framex::api<LabPlugin>& api);
    static void define_cached(framex::api<LabPlugin>& api);

    framex::awaitable<FourTypes> types(framex::big_integer a, double b, bool c, std::string d);
    framex::awaitable<framex::json::object> defaulted(std::string q, std::int64_t limit);
    framex::awaitable<framex::json::object> nullable(std::optional<std::string> q);
    framex::awaitable<framex::json::object> colour(Colour colour);
    framex::awaitable<framex::json::object> list_body(std::vector<std::int64_t> ids);
    framex::awaitable<framex::json::object> dict_body(framex::json::object payload);
    framex::awaitable<framex::json::object> item(std::int64_t item_id);
    framex::awaitable<Item> model(Item item);
    framex::awaitable<Part> body_any_name(Part thing);
    framex::awaitable<Mixed> mixed(std::string message, Part model);
    framex::awaitable<framex::json::object> multi(std::string key);
    framex::awaitable<framex::json::object> reserved(std::string func);
    framex::awaitable<StoredFile> upload(UploadForm form);
    framex::awaitable<StoredFiles> uploads(std::string kind, UploadsForm form);

    framex::awaitable<framex::json::value> sample(std::string kind);
    framex::awaitable<Aliased> aliased();
    framex::awaitable<framex::response> raw(std::string kind);
    framex::awaitable<framex::response> response_object(std::string kind);
    framex::awaitable<std::string> fail_value();
    framex::awaitable<std::string> fail(std::string kind);
    framex::json::object sync();
    framex::async_generator<std::string> stream(std::string kind, std::int64_t n);
    framex::async_generator<framex::sse_event> stream_model(Part part);

    framex::awaitable<framex::json::object> cached(std::string key);
    framex::awaitable<framex::json::object> cached_model(Part model);
    framex::awaitable<framex::json::value> cached_none();

    framex::awaitable<framex::json::object> hidden(Part thing, framex::json::value n);
    framex::awaitable<framex::json::value> call(std::string kind);
    framex::awaitable<framex::json::value> call_echo(std::string kind);
    framex::awaitable<framex::json::value> call_lab(std::string kind);
    framex::awaitable<framex::json::value> call_wrongly(std::string kind);
    framex::awaitable<framex::json::value> call_stream();

    framex::plugin_context& context_;
    std::atomic<std::int64_t> hits_ = 0; ///< runs of the cached handlers
};

} // namespace contract
