// chunk_reader: the same at every split, and whatever it accepts Beast accepts with the same data.
#include <framex/http/chunk.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using framex::chunk_reader;
namespace beast_http = boost::beast::http;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

struct outcome {
    std::string data;
    std::size_t consumed = 0;
    bool done = false, failed = false;
    int status = 0;
    bool operator==(outcome const&) const = default;
};

outcome read(std::string_view body, std::size_t step)
{
    chunk_reader reader;
    outcome result;
    while (result.consumed < body.size() && !reader.done() && !reader.failed()) {
        std::string const piece(body.substr(result.consumed, step));
        auto const* end =
            reader.feed(piece.data(), piece.data() + piece.size(), [&](char const* p, std::size_t size) {
                require(size != 0);
                result.data.append(p, size);
            });
        result.consumed += static_cast<std::size_t>(end - piece.data());
    }
    result.done = reader.done();
    result.failed = reader.failed();
    result.status = reader.status();
    return result;
}

// Leniency: Beast 1.81 refuses a space or tab before the ";" of the first extension, which section 7.1.1 lets
// pass, and obs-text in quoted values.
bool beast_may_refuse(std::string_view body) { return body.find_first_of(" \t\"") != body.npos; }

void check_oracle(std::string_view body, std::string const& data)
{
    beast_http::request_parser<beast_http::string_body> parser;
    parser.body_limit(boost::none);
    parser.header_limit(1'000'000);
    parser.eager(true);
    std::string text = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    text += body;
    boost::system::error_code fault;
    for (std::size_t at = 0; at < text.size() && !fault && !parser.is_done();) {
        auto const used = parser.put(boost::asio::buffer(text.data() + at, text.size() - at), fault);
        at += used;
        if (used == 0)
            break;
    }
    if (fault && beast_may_refuse(body))
        return;
    require(!fault && parser.is_done());
    require(parser.get().body() == data);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size < 2)
        return 0;
    std::string_view const body(reinterpret_cast<char const*>(data) + 1, size - 1);
    auto const whole = read(body, body.size());
    require(read(body, 1) == whole);
    require(read(body, data[0] + 1U) == whole);
    if (whole.done)
        check_oracle(body.substr(0, whole.consumed), whole.data);
    return 0;
}
