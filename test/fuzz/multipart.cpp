// multipart_parser: the same parts, contents and verdict at every split.
#include <framex/http/multipart.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace framex;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

std::string parse(std::string_view body, std::size_t step)
{
    multipart_limits limits;
    limits.parts = 5;
    limits.head = 200;
    limits.head_fields = 4;
    limits.name = 20;
    limits.field = 60;
    limits.file = 90;
    limits.outside = 50;
    multipart_parser parser("b", limits);
    std::string text;
    std::size_t at = 0;
    try {
        for (;;) {
            auto const happened = parser.next();
            if (happened == multipart_parser::event::need_more || happened == multipart_parser::event::end) {
                if (at >= body.size() && happened == multipart_parser::event::end)
                    return text;
                if (at >= body.size())
                    parser.finish();
                else
                    parser.push(std::string(body.substr(at, step)));
                at += step;
            } else if (happened == multipart_parser::event::part_begin) {
                auto const& head = parser.head();
                auto const name = head.filename.value_or("-");
                require(name.find_first_of("/\\\r\n") == name.npos && name != "." && name != ".."
                    && !head.name.empty());
                text += "<" + head.name + "|" + name + "|" + head.content_type + ">";
            } else if (happened == multipart_parser::event::data) {
                require(!parser.data().empty());
                text += parser.data();
            } else
                text += "</>";
        }
    } catch (http_error const& fault) {
        // What was handed over before a limit was met depends on the split; the verdict does not.
        return std::to_string(fault.status());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size < 2)
        return 0;
    std::string_view const body(reinterpret_cast<char const*>(data) + 1, size - 1);
    auto const whole = parse(body, body.size());
    require(parse(body, 1) == whole);
    require(parse(body, data[0] + 1U) == whole);
    boundary_of("multipart/form-data" + std::string(body));
    return 0;
}
