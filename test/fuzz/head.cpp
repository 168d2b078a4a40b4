// request_head against Beast's parser: whatever ours accepts, Beast accepts with the same meaning; and a head
// cut in two, or dripped, is the same head.
#include <framex/http/head.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using framex::request_head;
using result = request_head::result;
namespace beast_http = boost::beast::http;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

result read(request_head& head, std::string_view text, std::uint32_t& resume)
{
    std::string const copy(text); // what is read past its end is seen by the sanitizer
    auto const verdict = head.read(copy.data(), copy.data() + copy.size(), resume, {});
    require(verdict != result::ok || (head.size <= text.size() && head.path.size() <= head.target.size()));
    return verdict;
}

void check_split(std::string_view text, std::size_t cut, request_head const& whole, result verdict)
{
    request_head head;
    std::uint32_t resume = 0;
    auto first = read(head, text.substr(0, cut), resume);
    if (first == result::more)
        first = read(head, text, resume);
    // A limit may show earlier in a longer text, so only acceptance and its meaning are compared.
    if (verdict == result::ok && first == result::ok)
        require(head.size == whole.size && head.field_count == whole.field_count
            && head.length == whole.length && head.chunked == whole.chunked
            && head.keep_alive == whole.keep_alive);
    require((verdict == result::ok) == (first == result::ok));
}

// Our leniencies: one empty line before the request (RFC 9112 section 2.2), and a later 1.x is 1.1.
void check_oracle(std::string text, request_head const& head)
{
    if (text.starts_with("\r\n"))
        text.erase(0, 2);
    if (head.http11)
        text[head.method.size() + head.target.size() + std::string_view("  HTTP/1.").size()] = '1';
    beast_http::request_parser<beast_http::empty_body> parser;
    parser.header_limit(1'000'000);
    parser.body_limit(boost::none);
    parser.eager(false);
    boost::system::error_code fault;
    parser.put(boost::asio::buffer(text.data(), text.size()), fault);
    require(!fault && parser.is_header_done());
    auto const& oracle = parser.get();
    require(oracle.method_string() == head.method && oracle.method() == head.method_id);
    require(oracle.target() == head.target);
    require((oracle.version() > 10) == head.http11);
    require(parser.chunked() == head.chunked);
    require(parser.content_length().value_or(0) == head.length
        && parser.content_length().has_value() == head.has_length);
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
    request_head head;
    std::uint32_t resume = 0;
    auto const verdict = head.read(text.data(), text.data() + text.size(), resume, {});
    check_split(text, cut, head, verdict);
    if (verdict == result::ok)
        check_oracle(text.substr(0, head.size), head);
    return 0;
}
