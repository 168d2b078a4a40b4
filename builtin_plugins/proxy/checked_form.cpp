#include "checked_form.hpp"

#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace framex::proxy {

namespace {

/// Only the heads are of interest: how much there may be of everything is the upstream's matter.
multipart_limits any_size()
{
    multipart_limits made;
    made.parts = made.outside = std::numeric_limits<std::uint32_t>::max();
    made.field = std::numeric_limits<std::uint64_t>::max();
    return made;
}

void read_on(multipart_parser& parser)
{
    for (;;) {
        auto const event = parser.next();
        if (event == multipart_parser::event::need_more || event == multipart_parser::event::end)
            return;
    }
}

async_generator<std::string> checked(body_reader body, std::unique_ptr<multipart_parser> parser)
{
    while (auto piece = co_await body.next()) {
        parser->push(std::move(*piece));
        read_on(*parser);
        if (auto passed = parser->take_passed(); !passed.empty())
            co_yield std::move(passed);
    }
    parser->finish();
    read_on(*parser);
    if (auto passed = parser->take_passed(); !passed.empty())
        co_yield std::move(passed);
}

} // namespace

body_reader checked_form(body_reader body, std::string_view content_type)
{
    if (!media_type_is(content_type, "multipart/form-data"))
        return body;
    auto const boundary = boundary_of(content_type);
    if (!boundary)
        throw http_error(400, "Content-Type must be multipart/form-data with a boundary");
    auto parser = std::make_unique<multipart_parser>(*boundary, any_size());
    if (auto const* whole = body.whole()) {
        parser->push(std::string(*whole));
        parser->finish();
        read_on(*parser);
        return body;
    }
    return body_reader(checked(std::move(body), std::move(parser)));
}

} // namespace framex::proxy
