#include <framex/error.hpp>
#include <framex/http/body.hpp>

namespace framex {

namespace {

async_generator<std::string> one_piece(std::string body) { co_yield std::move(body); }

} // namespace

void body_reader::unfold()
{
    auto text = std::move(*whole_);
    whole_.reset();
    if (!text.empty())
        chunks_ = one_piece(std::move(text));
}

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
