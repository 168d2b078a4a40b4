#include <framex/error.hpp>
#include <framex/http/body.hpp>

namespace framex {

awaitable<std::string> read_all(body_reader body, std::size_t limit)
{
    std::string whole;
    while (auto chunk = co_await body.next()) {
        if (chunk->size() > limit - whole.size())
            throw http_error(413, "the body is longer than " + std::to_string(limit) + " octets");
        if (whole.empty())
            whole = std::move(*chunk);
        else
            whole += *chunk;
    }
    co_return whole;
}

} // namespace framex
