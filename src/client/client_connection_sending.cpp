// The request's way out, and what comes while it is on its way.
#include "client/client_connection.hpp"
#include "client/request_text.hpp"

#include <boost/asio/bind_executor.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace framex {

namespace {
constexpr std::size_t joined_text = 16384; // a body up to here goes out in one write with its head
} // namespace

/// False when it failed, or an early answer made it needless.
awaitable<bool> client_connection::write(std::string_view octets)
{
    while (!octets.empty() && !early_) {
        expect(options_.write_timeout);
        co_await io(
            [&](auto handler) {
                transport_->write_some(asio::buffer(octets.data(), octets.size()), std::move(handler));
            },
            executor_, error_, transferred_);
        if (error_ && !early_)
            co_return fail(upstream_errc::write, upstream_errc::write_timeout);
        sent_ += transferred_;
        octets.remove_prefix(transferred_);
        if (!octets.empty())
            listen();
    }
    co_return octets.empty();
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): owned by the exchange
awaitable<bool> client_connection::send(outgoing_request& request, std::string head)
{
    auto const& text = request.body.text();
    bool const joined = text.size() <= joined_text;
    if (joined)
        head += text;
    if (!co_await write(head))
        co_return may_have_answered();
    if (!joined && !co_await write(text))
        co_return may_have_answered();
    auto* const source = request.body.source();
    if (!source)
        co_return true;
    auto& generator = source->next().source();
    co_return co_await send_pieces(generator, request.body.size());
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): owned by the exchange
awaitable<bool> client_connection::send_pieces(pieces& source, std::optional<std::uint64_t> size)
{
    for (;;) {
        listen();
        auto piece = co_await pull(source);
        if (expired_)
            co_return fail(upstream_errc::write, upstream_errc::write_timeout);
        if (early_)
            co_return cut_ = true;
        if (!piece)
            break;
        if (piece->empty())
            continue;
        if (size && piece->size() > *size)
            throw std::invalid_argument("the body of the request is longer than its announced size");
        if (size)
            *size -= piece->size();
        else
            *piece = chunk_of(*piece);
        if (!co_await write(*piece))
            co_return may_have_answered();
    }
    if (size && *size != 0)
        throw std::invalid_argument("the body of the request is shorter than its announced size");
    if (!size && !co_await write("0\r\n\r\n"))
        co_return may_have_answered();
    co_return true;
}

/// The next piece. Nothing at the end, and when the clock or an early answer has stopped the source.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): owned by the exchange
awaitable<std::optional<std::string>> client_connection::pull(pieces& source)
{
    if (early_ || expired_)
        co_return std::nullopt;
    pause();
    consumed_ = true;
    pulled_ = &source;
    std::optional<std::string> piece;
    try {
        piece = co_await source.next();
    } catch (...) {
        pulled_ = nullptr;
        if (!early_ && !expired_)
            throw;
    }
    pulled_ = nullptr;
    co_return piece;
}

/// Reads beside the sending: an answer, or the end, may come before the whole request has gone (RFC 9112
/// section 9.5), while the upstream takes nothing or the source gives nothing.
void client_connection::listen()
{
    if (listening_ || early_)
        return;
    listening_ = true;
    input_.make_room(std::max(block_, input_.size() + first_block));
    auto ended = [weak = weak_from_this()](error_code error, std::size_t size) {
        if (auto const self = weak.lock())
            self->heard(error, size);
    };
    transport_->read_some(asio::buffer(input_.free_begin(), input_.free_size()),
        asio::bind_executor(executor_, std::move(ended)));
}

void client_connection::heard(error_code error, std::size_t size)
{
    listening_ = false;
    bell_.cancel();
    if (expired_)
        return;
    heard_ = error;
    if (!error)
        arrived(size);
    if (!error && next_head(*std::make_unique<response_head>()) == response_head::result::more)
        return listen();
    early_ = true;
    interrupt();
}

} // namespace framex
