#include <framex/http/multipart.hpp>

namespace framex {

struct detail::multipart_source {
    multipart_source(body_reader reader, std::string_view boundary, multipart_limits const& limits)
        : body(std::move(reader)), parser(boundary, limits)
    {
    }
    body_reader body;
    multipart_parser parser;
    std::uint64_t number = 0; // of the part being read, from 1
    bool open = false; // that part has more content
};

namespace {

using source_pointer = std::shared_ptr<detail::multipart_source>;
using event = multipart_parser::event;

awaitable<event> pull(source_pointer source)
{
    for (;;) {
        auto const happened = source->parser.next();
        if (happened != event::need_more)
            co_return happened;
        auto chunk = co_await source->body.next();
        if (chunk)
            source->parser.push(std::move(*chunk));
        else
            source->parser.finish();
    }
}

awaitable<std::optional<multipart_part>> next_part(source_pointer source)
{
    source->open = false;
    auto happened = co_await pull(source);
    while (happened == event::data || happened == event::part_end)
        happened = co_await pull(source);
    ++source->number;
    if (happened == event::part_begin) {
        source->open = true;
        multipart_part part(std::move(source->parser.head()), source, source->number);
        co_return std::optional<multipart_part>(std::move(part));
    }
    while (auto chunk = co_await source->body.next()) { // the epilogue
        source->parser.push(std::move(*chunk));
        source->parser.next();
    }
    co_return std::nullopt;
}

awaitable<std::optional<std::string>> next_piece(source_pointer source, std::uint64_t number)
{
    if (source->number != number || !source->open)
        co_return std::nullopt;
    auto const happened = co_await pull(source);
    if (happened == event::data)
        co_return source->parser.take_data();
    source->open = false;
    co_return std::nullopt;
}

} // namespace

multipart_part::multipart_part(part_head head, source_pointer source, std::uint64_t number) noexcept
    : head_(std::move(head)), source_(std::move(source)), number_(number)
{
}

awaitable<std::optional<std::string>> multipart_part::next() { return next_piece(source_, number_); }

multipart_reader::multipart_reader(
    body_reader body, std::string_view boundary, multipart_limits const& limits)
    : source_(std::make_shared<detail::multipart_source>(std::move(body), boundary, limits))
{
}

awaitable<std::optional<multipart_part>> multipart_reader::next() { return next_part(source_); }

} // namespace framex
