#include "head_rules.hpp"

#include <framex/http/forwarding.hpp>

#include <string>
#include <vector>

namespace framex {

bool is_hop_by_hop(http::field name) noexcept
{
    switch (name) {
    case http::field::connection:
    case http::field::keep_alive:
    case http::field::proxy_connection:
    case http::field::te:
    case http::field::trailer:
    case http::field::transfer_encoding:
    case http::field::upgrade:
    case http::field::proxy_authenticate:
    case http::field::proxy_authorization:
        return true;
    default:
        return false;
    }
}

bool is_hop_by_hop(std::string_view name) noexcept { return is_hop_by_hop(http::string_to_field(name)); }

namespace {

/// RFC 9110 section 7.6.1: what is for all recipients must not be named in Connection. Who names it wants the
/// next server to see another request than this one.
bool is_for_all(std::string_view name) noexcept
{
    constexpr std::string_view forwarded = "x-forwarded-";
    switch (http::string_to_field(name)) {
    case http::field::host:
    case http::field::authorization:
    case http::field::cookie:
    case http::field::content_type:
    case http::field::content_length:
    case http::field::forwarded:
    case http::field::via:
        return true;
    default:
        return equals_ignoring_case(name, "x-request-id")
            || equals_ignoring_case(name.substr(0, forwarded.size()), forwarded);
    }
}

} // namespace

void remove_hop_by_hop(fields& headers)
{
    std::vector<std::string> named;
    auto const [first, last] = headers.equal_range(http::field::connection);
    for (auto line = first; line != last; ++line)
        each_element(line->value(), [&](std::string_view option) {
            if (!option.empty() && !is_for_all(option))
                named.emplace_back(option);
            return true;
        });
    for (auto const& name : named)
        headers.erase(name);
    for (auto line = headers.begin(); line != headers.end();) {
        if (is_hop_by_hop(line->name()))
            line = headers.erase(line);
        else
            ++line;
    }
}

} // namespace framex
