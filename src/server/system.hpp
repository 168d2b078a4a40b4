/// The routes that every app has: probes, the OpenAPI document, the documentation pages.
#pragma once

#include <framex/plugin/api.hpp>
#include <framex/server/docs.hpp>
#include <framex/server/openapi.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace framex {

class route_table;

class system_pages {
public:
    system_pages(openapi_info info, std::vector<documented_plugin> plugins);

    std::string health() { return "ok"; }
    response ready();
    std::string ping() { return "pong"; }
    std::string version() { return info_.runtime; }
    /// Made at the first request for it; describes the table given to describe(). Of a client that has it
    /// already, 304.
    response document(request asked);

    /// The routes, bound to this object.
    std::vector<route> routes();
    /// What /readyz says from now on. On any thread.
    void set_ready(bool is) noexcept { is_ready_ = is; }
    /// What document() describes from now on, with the schemas that published operations refer to. On any
    /// thread.
    void describe(std::shared_ptr<route_table const> table, json::object published_schemas);

private:
    /// A table, and its document once somebody has asked for it.
    struct described;

    openapi_info info_;
    std::vector<documented_plugin> plugins_;
    docs_pages pages_;
    std::atomic<bool> is_ready_ = false;
    std::mutex guard_; // of what follows
    std::shared_ptr<described const> described_;
};

} // namespace framex
