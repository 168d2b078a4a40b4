/// Upstreams that do what a script says, octet by octet.
#pragma once

#include <framex/test/upstream.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace framex::test {

using scripted = upstream;

/// Answers `count` requests, each with this whole answer, and waits for the client to leave.
inline scripted::script answers(std::string answer, int count = 1000)
{
    return [answer = std::move(answer), count](peer& client) {
        for (int i = 0; i < count; ++i)
            if (client.head().empty() || !client.say(answer))
                return;
    };
}

inline std::string with_length(std::string_view body, std::string_view fields = {})
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(fields)
        + "\r\n" + std::string(body);
}

} // namespace framex::test
