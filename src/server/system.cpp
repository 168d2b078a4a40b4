#include "server/system.hpp"

#include "server/conditional.hpp"
#include "server/router.hpp"

namespace framex {

system_pages::system_pages(openapi_info info, std::vector<documented_plugin> plugins)
    : info_(std::move(info)), plugins_(std::move(plugins)), pages_(plugins_)
{
}

struct system_pages::described {
    std::shared_ptr<route_table const> table;
    json::object schemas;
    mutable std::once_flag once{};
    mutable std::string document{};
    mutable std::string tag{};

    described(std::shared_ptr<route_table const> t, json::object s)
        : table(std::move(t)), schemas(std::move(s))
    {
    }
};

void system_pages::describe(std::shared_ptr<route_table const> table, json::object published_schemas)
{
    auto next = std::make_shared<described const>(std::move(table), std::move(published_schemas));
    std::lock_guard const alone(guard_);
    described_ = std::move(next);
}

response system_pages::document(request asked)
{
    std::shared_ptr<described const> now;
    {
        std::lock_guard const alone(guard_);
        now = described_;
    }
    std::call_once(now->once, [&] {
        now->document = openapi_document(now->table->routes(), plugins_, info_, now->schemas);
        now->tag = etag_of(now->document);
    });
    bool const is_known = has_current(asked.headers, now->tag);
    auto answer = is_known ? response(304) : response::json(now->document);
    answer.headers.set("etag", now->tag);
    answer.headers.set("cache-control", "no-cache"); // to be kept, and asked for again: RFC 9111 5.2.2.4
    return answer;
}

/// Not ready: the plugins have not started, or the service is about to end.
response system_pages::ready()
{
    return is_ready_ ? response::text("ready") : response::text("not ready", 503);
}

std::vector<route> system_pages::routes()
{
    api<system_pages> table;
    table.get("/health", &system_pages::health).no_prefix().hidden();
    table.get("/healthz", &system_pages::health).no_prefix().hidden();
    table.get("/readyz", &system_pages::ready).no_prefix().hidden();
    table.get("/ping", &system_pages::ping).no_prefix().hidden();
    table.get("/version", &system_pages::version).no_prefix().hidden();
    table.get("/api/v1/openapi.json", &system_pages::document).hidden();
    for (auto const& page : docs_pages::entries()) {
        auto answer = [this, member = page.answer](request asked) { return (pages_.*member)(asked); };
        if (page.method == "POST")
            table.post(std::string(page.path), answer).no_prefix().hidden();
        else
            table.get(std::string(page.path), answer).no_prefix().hidden();
    }
    return std::move(table).take("framex", "system", this);
}

} // namespace framex
