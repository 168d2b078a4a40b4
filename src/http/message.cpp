#include <framex/error.hpp>
#include <framex/http/message.hpp>
#include <framex/http/path.hpp>
#include <framex/http/syntax.hpp>

#include <algorithm>

namespace framex {
namespace {

std::optional<std::string_view> last_value(name_value_list const& list, std::string_view name)
{
    auto const found =
        std::find_if(list.rbegin(), list.rend(), [&](auto const& entry) { return entry.first == name; });
    if (found == list.rend())
        return std::nullopt;
    return found->second;
}

response with_type(char const* content_type, std::string&& body, int status)
{
    response reply(status, std::move(body));
    reply.headers.set(http::field::content_type, content_type);
    return reply;
}

// type/subtype without parameters, RFC 9110 section 8.3.1
std::string_view media_type_of(std::string_view content_type) noexcept
{
    return trim_whitespace(content_type.substr(0, content_type.find(';')));
}

} // namespace

request::request(std::string verb, std::string request_target, std::string content)
    : method(std::move(verb)), target(std::move(request_target)), body(std::move(content))
{
    std::string_view const whole = target;
    auto const end = std::min(whole.find('?'), whole.size());
    std::string scratch;
    auto const normal = normalise_path(whole.substr(0, end), scratch);
    if (!normal)
        throw http_error(400, "the path is malformed");
    path = *normal;
    query = query_parameters(whole.substr(std::min(end + 1, whole.size())));
}

std::optional<std::string_view> request::query_value(std::string_view name) const
{
    return last_value(query, name);
}

std::optional<std::string_view> request::path_value(std::string_view name) const
{
    return last_value(path_parameters, name);
}

response response::text(std::string body, int status)
{
    return with_type("text/plain; charset=utf-8", std::move(body), status);
}

response response::json(std::string json_text, int status)
{
    return with_type("application/json", std::move(json_text), status);
}

response response::html(std::string body, int status)
{
    return with_type("text/html; charset=utf-8", std::move(body), status);
}

bool valid_field_name(std::string_view name) noexcept { return is_token(name); }

bool valid_field_value(std::string_view value) noexcept
{
    if (value.empty())
        return true;
    unsigned common = value_octet; // one look at each octet, and one decision
    for (char const c : value)
        common &= detail::octet_classes[static_cast<unsigned char>(c)];
    auto const is_space = [](char c) { return c == ' ' || c == '\t'; };
    return common != 0 && !is_space(value.front()) && !is_space(value.back());
}

bool media_type_is(std::string_view content_type, std::string_view media_type) noexcept
{
    return equals_ignoring_case(media_type_of(content_type), media_type);
}

bool is_json_media(std::string_view content_type) noexcept
{
    constexpr std::string_view type = "application/", json = "json", suffix = "+json";
    auto const media = media_type_of(content_type);
    if (!equals_ignoring_case(media.substr(0, type.size()), type))
        return false;
    auto const subtype = media.substr(type.size());
    return equals_ignoring_case(subtype, json)
        || (subtype.size() > suffix.size() && is_token(subtype)
            && equals_ignoring_case(subtype.substr(subtype.size() - suffix.size()), suffix));
}

} // namespace framex
