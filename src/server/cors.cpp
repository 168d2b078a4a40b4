#include "server/cors.hpp"

#include "http/head_rules.hpp"

#include <framex/http/syntax.hpp>

#include <algorithm>
#include <chrono>
#include <span>

namespace framex {

namespace {

constexpr std::string_view every_origin = "*";
constexpr std::string_view star_label = "*.";

std::string joined(std::vector<std::string> const& words)
{
    std::string text;
    for (auto const& word : words)
        text.append(text.empty() ? "" : ", ").append(word);
    return text;
}

std::string line(std::string_view name, std::string_view value)
{
    return std::string("\r\n").append(name).append(": ").append(value);
}

/// "https://" of "https://app.example"; empty without one.
std::string_view scheme_of(std::string_view origin)
{
    auto const end = origin.find("://");
    return end == origin.npos ? std::string_view() : origin.substr(0, end + 3);
}

bool has_capital(std::string_view text)
{
    return std::ranges::any_of(text, [](char c) { return c != to_lower(c); });
}

/// Why no browser sends such an origin; empty when it may. WHATWG HTML section 7.1.1: scheme, host and the
/// port where that is not the scheme's own.
std::string_view fault_of(std::string_view origin)
{
    auto const scheme = scheme_of(origin);
    if (scheme.empty() || !is_token(scheme.substr(0, scheme.size() - 3)))
        return R"(should begin with a scheme, as in "https://app.example")";
    auto host = origin.substr(scheme.size());
    if (host.find('/') != host.npos)
        return R"(should end after host and port: browsers send neither path nor final "/")";
    if (has_capital(origin))
        return "should be in lower case, as browsers send it";
    if (host.starts_with(star_label))
        host.remove_prefix(star_label.size());
    if (host.find('*') != host.npos)
        return R"(should have its star in the place of the first label, as in "https://*.example")";
    if (host.empty() || host.starts_with('.') || !is_authority(host))
        return "should name a host, and a port when it is not the scheme's own";
    if ((scheme == "https://" && host.ends_with(":443")) || (scheme == "http://" && host.ends_with(":80")))
        return "should leave out the scheme's own port, as browsers do";
    return {};
}

/// Letters, digits and hyphens, dot by dot.
bool is_domain_part(std::string_view text)
{
    return !text.empty() && !text.starts_with('.') && !text.ends_with('.') && text.find("..") == text.npos
        && std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
           });
}

bool is_list_of_tokens(std::string_view list)
{
    return each_element(list, [](std::string_view element) { return is_token(element); });
}

void check_origins(cors_settings const& wanted, std::vector<issue>& issues)
{
    for (std::size_t i = 0; i < wanted.origins.size(); ++i) {
        auto const& origin = wanted.origins[i];
        location const place{"server", "cors", "origins", i};
        if (origin != every_origin) {
            if (auto const fault = fault_of(origin); !fault.empty())
                issues.emplace_back("value_error", place, std::string(fault));
        } else if (wanted.origins.size() > 1)
            issues.emplace_back(
                "contradiction", place, R"(should be the only origin when it is "*", which means every one)");
        else if (wanted.credentials)
            issues.emplace_back("contradiction", location{"server", "cors", "credentials"},
                R"(should be false while origins is "*": browsers refuse that pair; list the origins that may )"
                R"(send cookies)");
    }
}

void check_names(cors_settings const& wanted, std::string const& key, std::vector<std::string> const& names,
    std::vector<issue>& issues)
{
    for (std::size_t i = 0; i < names.size(); ++i) {
        location const place{"server", "cors", key, i};
        if (!is_token(names[i]))
            issues.emplace_back("value_error", place, "should be one name");
        else if (names[i] == "*" && wanted.credentials)
            issues.emplace_back("contradiction", place,
                R"(should be a name: "*" is no wildcard for browsers that send credentials)");
    }
}

} // namespace

std::vector<issue> issues_of(cors_settings const& wanted)
{
    std::vector<issue> issues;
    check_origins(wanted, issues);
    check_names(wanted, "methods", wanted.methods, issues);
    check_names(wanted, "headers", wanted.headers, issues);
    check_names(wanted, "expose", wanted.expose, issues);
    return issues;
}

cors_policy::cors_policy(cors_settings const& wanted)
    : methods_(joined(wanted.methods)), headers_(joined(wanted.headers)),
      max_age_(std::to_string(
          std::chrono::duration_cast<std::chrono::seconds>(std::chrono::milliseconds(wanted.max_age))
              .count()))
{
    for (auto const& origin : wanted.origins) {
        auto const scheme = scheme_of(origin);
        if (origin == every_origin)
            any_ = true;
        else if (auto const host = origin.substr(scheme.size()); host.starts_with(star_label))
            below_.push_back({std::string(scheme), host.substr(1)});
        else
            exact_.push_back(origin);
    }
    if (wanted.credentials)
        lines_ += line("Access-Control-Allow-Credentials", "true");
    if (!wanted.expose.empty())
        lines_ += line("Access-Control-Expose-Headers", joined(wanted.expose));
}

bool cors_policy::allows(std::string_view origin) const
{
    if (std::ranges::find(exact_, origin) != exact_.end())
        return true;
    return std::ranges::any_of(below_, [&](below const& one) {
        auto const ends = one.scheme.size() + one.domain.size();
        return origin.size() > ends && origin.starts_with(one.scheme) && origin.ends_with(one.domain)
            && is_domain_part(origin.substr(one.scheme.size(), origin.size() - ends));
    });
}

void cors_policy::mark(request_head const* asked, added_fields& answer) const
{
    answer.shares = is_on();
    answer.sharing.clear();
    answer.by_origin = is_on() && !any_;
    auto const* origin = asked && answer.by_origin ? asked->find("origin") : nullptr;
    if (any_)
        answer.sharing = line("Access-Control-Allow-Origin", every_origin);
    else if (origin && allows(origin->value))
        answer.sharing = line("Access-Control-Allow-Origin", origin->value);
    if (!answer.sharing.empty())
        answer.sharing += lines_;
}

void cors_policy::mark_preflight(
    request_head const& asked, std::string_view allow, added_fields& answer) const
{
    if (answer.sharing.empty() || !asked.find("origin") || !asked.find("access-control-request-method"))
        return;
    answer.sharing += line("Access-Control-Allow-Methods", methods_.empty() ? allow : methods_);
    auto const* wished = asked.find("access-control-request-headers");
    if (!headers_.empty())
        answer.sharing += line("Access-Control-Allow-Headers", headers_);
    else if (wished && is_list_of_tokens(wished->value))
        answer.sharing += line("Access-Control-Allow-Headers", wished->value);
    answer.sharing += line("Access-Control-Max-Age", max_age_);
}

} // namespace framex
