#include "test/received.hpp"

#include <framex/error.hpp>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace framex::test {

namespace {

std::size_t number_in(std::string_view text, int base)
{
    std::size_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number, base);
    return number;
}

std::string_view trimmed(std::string_view text)
{
    auto const begin = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(begin);
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

request request_of(std::string method, std::string target)
{
    try {
        return {method, target};
    } catch (http_error const&) { // a path that no framex would serve
        request made;
        made.method = std::move(method);
        made.target = std::move(target);
        return made;
    }
}

/// Nothing when the connection ends within the body.
std::optional<std::string> chunked_body(peer& client)
{
    std::string body;
    for (;;) {
        auto const line = client.until("\r\n");
        if (line.empty())
            return std::nullopt;
        auto const size = number_in(line, 16);
        auto const content = client.exactly(size + 2);
        if (content.size() < size + 2)
            return std::nullopt;
        if (size == 0)
            return body;
        body.append(content, 0, size);
    }
}

std::optional<std::string> body_of(peer& client, fields const& headers)
{
    if (!headers["Transfer-Encoding"].empty())
        return chunked_body(client);
    auto const size = number_in(headers["Content-Length"], 10);
    auto body = client.exactly(size);
    return body.size() == size ? std::optional(std::move(body)) : std::nullopt;
}

} // namespace

std::optional<request> read_request(peer& client)
{
    auto const head = client.head();
    std::string_view rest = head;
    auto const line = [&rest] {
        auto const end = std::min(rest.find("\r\n"), rest.size());
        auto const found = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 2, rest.size()));
        return found;
    };
    auto const first = line();
    auto const space = first.find(' '), last = first.rfind(' ');
    if (space == first.npos || last == space)
        return std::nullopt;
    auto made = request_of(
        std::string(first.substr(0, space)), std::string(first.substr(space + 1, last - space - 1)));
    for (auto field = line(); !field.empty(); field = line()) {
        auto const colon = std::min(field.find(':'), field.size() - 1);
        made.headers.insert(field.substr(0, colon), trimmed(field.substr(colon + 1)));
    }
    auto body = body_of(client, made.headers);
    if (!body)
        return std::nullopt;
    made.body = std::move(*body);
    return made;
}

} // namespace framex::test
