#include "head_rules.hpp"

#include <framex/http/forwarding.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace framex {

bool is_hop_by_hop(std::string_view name) noexcept
{
    constexpr std::array<std::string_view, 9> own{"connection", "keep-alive", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade", "proxy-authenticate", "proxy-authorization"};
    return std::ranges::any_of(own, [&](auto field) { return equals_ignoring_case(name, field); });
}

void remove_hop_by_hop(fields& headers)
{
    std::vector<std::string> named;
    auto const range = headers.equal_range("connection");
    for (auto field = range.first; field != range.second; ++field)
        each_element({field->value().data(), field->value().size()}, [&](std::string_view option) {
            if (!option.empty())
                named.emplace_back(option);
            return true;
        });
    for (auto const& name : named)
        headers.erase(name);
    for (auto field = headers.begin(); field != headers.end();) {
        auto const name = field->name_string();
        if (is_hop_by_hop({name.data(), name.size()}))
            field = headers.erase(field);
        else
            ++field;
    }
}

} // namespace framex
