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

void remove_hop_by_hop(fields& headers)
{
    std::vector<std::string> named;
    auto const [first, last] = headers.equal_range(http::field::connection);
    for (auto line = first; line != last; ++line)
        each_element(line->value(), [&](std::string_view option) {
            if (!option.empty())
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
