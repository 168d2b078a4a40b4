/// The routes that every app has: /health, /ping, /version.
#pragma once

#include <framex/plugin/api.hpp>

#include <string>
#include <vector>

namespace framex {

class system_pages {
public:
    explicit system_pages(std::string service_version);

    std::string health() { return "ok"; }
    std::string ping() { return "pong"; }
    std::string version() { return version_; }

    /// The routes, bound to this object.
    std::vector<route> routes();

private:
    std::string version_;
};

} // namespace framex
