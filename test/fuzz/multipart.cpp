// multipart_parser: the same parts, contents and verdict at every split; and what multipart_writer writes is
// read back as it was.
#include <framex/http/multipart.hpp>
#include <framex/http/multipart_writer.hpp>
#include <framex/http/syntax.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
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
    bool const takes = step % 2 == 0;
    std::string text, passed;
    std::size_t at = 0;
    try {
        for (;;) {
            auto const happened = parser.next();
            if (happened == multipart_parser::event::need_more || happened == multipart_parser::event::end) {
                if (!takes)
                    passed += parser.take_passed();
                require(body.starts_with(passed));
                if (at >= body.size() && happened == multipart_parser::event::end) {
                    require(takes || passed == body);
                    return text;
                }
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
                text += takes ? parser.take_data() : std::string(parser.data());
            } else
                text += "</>";
        }
    } catch (http_error const& fault) {
        // What was handed over before a limit was met depends on the split; the verdict does not.
        return std::to_string(fault.status());
    }
}

/// Whether a name is read back as it is: escapes are not undone but for the quotation mark, and folders of a
/// file name are dropped.
bool stays_the_same(std::string const& name)
{
    return is_utf8(name) && name.find_first_of("%\\/\r\n") == name.npos && name != "." && name != "..";
}

/// What the writer gives for a field and a file, or nothing when it refuses the name.
std::string form_of(std::string const& name, std::string const& content)
{
    multipart_writer form("b");
    try {
        form.add(name, content).add_file("f", name, content, "a/b");
    } catch (std::invalid_argument const&) {
        return {};
    }
    auto const size = form.size();
    auto pieces = std::move(form).body();
    std::string text;
    for (;;) {
        require(stream_access::step(pieces)); // all is in memory
        auto const* piece = stream_access::item(pieces);
        if (!piece)
            break;
        text += *piece;
    }
    require(text.size() == size);
    return text;
}

void check_writer(std::string const& name, std::string const& content)
{
    auto const form = form_of(name, content);
    if (form.empty() || !stays_the_same(name))
        return;
    multipart_parser parser("b");
    parser.push(std::string(form));
    parser.finish();
    std::string text;
    for (int files = 0; files < 2; ++files) {
        require(parser.next() == multipart_parser::event::part_begin);
        require(files == 1 || parser.head().name == name);
        require(files == 0 || parser.head().filename == name);
        text.clear();
        auto happened = parser.next();
        for (; happened == multipart_parser::event::data; happened = parser.next())
            text += parser.data();
        require(happened == multipart_parser::event::part_end && text == content);
    }
    require(parser.next() == multipart_parser::event::end);
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
    auto const cut = std::min<std::size_t>(data[0] % 32, body.size());
    std::string const content(body.substr(cut));
    if (content.find("--b") == content.npos && content.size() < 60'000) // what has the boundary ends there
        check_writer(std::string(body.substr(0, cut)), content);
    boundary_of("multipart/form-data" + std::string(body));
    return 0;
}
