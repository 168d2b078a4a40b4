// response_head against Beast's parser: whatever ours accepts, Beast accepts with the same meaning; and a
// head cut in two is the same head.
#include <framex/http/response_head.hpp>
#include <framex/http/syntax.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using framex::response_head;
using result = response_head::result;
namespace beast_http = boost::beast::http;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

result read(response_head& head, std::string_view text, std::uint32_t& resume)
{
    std::string const copy(text); // what is read past its end is seen by the sanitizer
    auto const verdict = head.read(copy.data(), copy.data() + copy.size(), resume, {});
    require(verdict != result::ok || head.size <= text.size());
    return verdict;
}

void check_split(std::string_view text, std::size_t cut, response_head const& whole, result verdict)
{
    response_head head;
    std::uint32_t resume = 0;
    auto first = read(head, text.substr(0, cut), resume);
    if (first == result::more)
        first = read(head, text, resume);
    require((verdict == result::ok) == (first == result::ok));
    if (verdict == result::ok)
        require(head.size == whole.size && head.field_count == whole.field_count
            && head.length == whole.length && head.chunked == whole.chunked && head.status == whole.status
            && head.keep_alive == whole.keep_alive);
}

// Our leniencies: equal Content-Length fields are one, and a later 1.x is 1.1.
void check_oracle(std::string text, response_head const& head)
{
    int lengths = 0;
    for (auto const* field = head.fields; field != head.fields + head.field_count; ++field)
        lengths += framex::equals_ignoring_case(field->name, "content-length")
            ? 1 + (field->value.find(',') != field->value.npos)
            : 0;
    if (lengths > 1)
        return;
    if (head.http11)
        text[std::string_view("HTTP/1.").size()] = '1';
    beast_http::response_parser<beast_http::empty_body> parser;
    parser.header_limit(1'000'000);
    parser.body_limit(boost::none);
    parser.eager(false);
    boost::system::error_code fault;
    parser.put(boost::asio::buffer(text.data(), text.size()), fault);
    require(!fault && parser.is_header_done());
    auto const& oracle = parser.get();
    require(static_cast<int>(oracle.result_int()) == head.status);
    require(head.reason.empty() || oracle.reason() == head.reason); // Beast has a text for an empty one
    require((oracle.version() > 10) == head.http11);
    require(parser.chunked() == head.chunked);
    bool const body = head.has_body("GET");
    require(!body || parser.content_length().value_or(0) == head.length);
    std::size_t at = 0;
    for (auto const& field : oracle) { // Beast keeps equal names together
        auto const found = oracle.equal_range(head.fields[at].name);
        bool same = false;
        for (auto entry = found.first; entry != found.second; ++entry)
            same |= entry->value() == head.fields[at].value;
        require(same && !field.name_string().empty());
        ++at;
    }
    require(at == head.field_count);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size < 2)
        return 0;
    std::size_t const cut = static_cast<std::size_t>(data[0] * 256 + data[1]) % (size - 1);
    std::string const text(reinterpret_cast<char const*>(data) + 2, size - 2);
    response_head head;
    std::uint32_t resume = 0;
    auto const verdict = head.read(text.data(), text.data() + text.size(), resume, {});
    check_split(text, cut, head, verdict);
    if (verdict == result::ok)
        check_oracle(text.substr(0, head.size), head);
    return 0;
}
