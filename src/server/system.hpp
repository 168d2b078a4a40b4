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
    void describe(std::shared_ptr<route_table const> table) { table_ = std::move(table); }

private:
    openapi_info info_;
    std::vector<documented_plugin> plugins_;
    docs_pages pages_;
    std::shared_ptr<route_table const> table_;
    std::atomic<bool> is_ready_ = false;
    std::once_flag documented_;
    std::string document_;
    std::string document_tag_;
};

} // namespace framex
