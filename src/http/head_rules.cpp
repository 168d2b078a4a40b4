#include "head_rules.hpp"

#include <arpa/inet.h>
#include <string>

namespace framex {
namespace {

constexpr std::size_t longest_ip6 = 45;

// RFC 3986 section 2.1
bool escapes_are_whole(std::string_view text) noexcept
{
    for (std::size_t at = 0; (at = text.find('%', at)) != text.npos; at += 3)
        if (at + 2 >= text.size() || !is_octet(text[at + 1], hex_octet) || !is_octet(text[at + 2], hex_octet))
            return false;
    return true;
}

// "" or ":" *DIGIT (RFC 3986 section 3.2.3), at most 65535
bool is_port(std::string_view text) noexcept
{
    if (text.empty())
        return true;
    if (text[0] != ':' || text.size() > 6)
        return false;
    unsigned value = 0;
    for (char c : text.substr(1)) {
        if (!is_octet(c, digit_octet))
            return false;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value <= 65535;
}

bool is_ip6(std::string_view text)
{
    if (text.size() > longest_ip6)
        return false;
    in6_addr address;
    return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

} // namespace

bool is_authority(std::string_view text)
{
    if (text.empty())
        return false;
    if (text[0] == '[') {
        auto const close = text.find(']');
        return close != text.npos && is_ip6(text.substr(1, close - 1)) && is_port(text.substr(close + 1));
    }
    std::size_t size = 0;
    bool escaped = false;
    for (; size < text.size() && is_octet(text[size], name_octet); ++size)
        escaped |= text[size] == '%';
    auto const name = text.substr(0, size);
    return size != 0 && is_port(text.substr(size)) && (!escaped || escapes_are_whole(name));
}

expectations read_expectations(std::string_view list)
{
    expectations asked;
    each_element(list, [&asked](std::string_view one) {
        bool const known = equals_ignoring_case(one, "100-continue");
        asked.to_continue |= known;
        asked.others |= !known && !one.empty();
        return true;
    });
    return asked;
}

int judge_codings(std::string_view list)
{
    if (equals_ignoring_case(list, "chunked"))
        return 200;
    bool final_chunked = false;
    bool const tokens = each_element(list, [&](std::string_view coding) {
        bool const again = final_chunked;
        final_chunked = equals_ignoring_case(coding, "chunked");
        return !again && is_token(coding);
    });
    return tokens && final_chunked ? 501 : 400;
}

} // namespace framex
