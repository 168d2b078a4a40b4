// sse_parser: the same events at every split; and no text makes append_event() write more than one event.
#include <framex/http/sse.hpp>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace framex;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

std::vector<sse_event> read(std::string_view stream, std::size_t step)
{
    sse_parser parser(1'000);
    std::vector<sse_event> events;
    try {
        for (std::size_t at = 0; at < stream.size(); at += step) {
            std::string const piece(stream.substr(at, step));
            parser.feed(piece, [&](sse_event&& event) { events.push_back(std::move(event)); });
        }
    } catch (std::length_error const&) {
        events.emplace_back("over the limit");
    }
    return events;
}

void require_same(std::vector<sse_event> const& a, std::vector<sse_event> const& b)
{
    require(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        require(a[i].event == b[i].event && a[i].data == b[i].data && a[i].id == b[i].id
            && a[i].retry == b[i].retry);
}

// Line ends in data all become LF on the way.
std::string one_kind_of_line_end(std::string const& text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == '\r') {
            out += '\n';
            i += i + 1 < text.size() && text[i + 1] == '\n' ? 1 : 0;
        } else
            out += text[i];
    return out;
}

void check_writer(std::string const& text)
{
    sse_event event("t" + text, text + "d", text);
    event.comment = text;
    std::string out;
    append_event(out, event);
    std::size_t count = 0;
    sse_parser(10'000'000).feed(out, [&](sse_event&& read_back) {
        ++count;
        require(read_back.data == one_kind_of_line_end(event.data) && !read_back.retry);
    });
    require(count == 1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size < 2)
        return 0;
    std::string const stream(reinterpret_cast<char const*>(data) + 1, size - 1);
    auto const whole = read(stream, stream.size());
    require_same(whole, read(stream, 1));
    require_same(whole, read(stream, data[0] + 1U));
    check_writer(stream);
    return 0;
}
