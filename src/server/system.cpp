#include "server/system.hpp"

namespace framex {

system_pages::system_pages(std::string service_version) : version_(std::move(service_version)) {}

std::vector<route> system_pages::routes()
{
    api<system_pages> table;
    table.get("/health", &system_pages::health).no_prefix().hidden();
    table.get("/ping", &system_pages::ping).no_prefix().hidden();
    table.get("/version", &system_pages::version).no_prefix().hidden();
    return std::move(table).take("framex", "system", this);
}

} // namespace framex
