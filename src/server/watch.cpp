#include "server/watch.hpp"

#include <framex/client/upstream_error.hpp>
#include <framex/http/syntax.hpp>

#include <array>
#include <random>

namespace framex {

namespace {

constexpr std::size_t longest_request_id = 128;
constexpr std::string_view nothing = "-";

/// 128 random bits in hex.
std::string new_request_id()
{
    static thread_local std::random_device source;
    std::string id;
    for (int word = 0; word < 4; ++word) {
        auto bits = source();
        for (int digit = 0; digit < 8; ++digit, bits >>= 4)
            id += "0123456789abcdef"[bits & 15];
    }
    return id;
}

} // namespace

void request_watch::begin(request_head const* head)
{
    began_ = std::chrono::steady_clock::now();
    record_ = {};
    method_ = head ? head->method : nothing;
    path_.clear();
    record_.route = nothing;
    auto const* sent = head ? head->find("x-request-id") : nullptr;
    bool const is_sane = sent && sent->value.size() <= longest_request_id && is_token(sent->value);
    request_id_ = is_sane ? std::string(sent->value) : new_request_id();
    active_ = true;
}

void request_watch::note_path(std::string_view path, std::string_view route)
{
    path_ = path;
    if (!route.empty())
        record_.route = route;
}

void request_watch::note_answer(std::string_view answer)
{
    record_.status = 0;
    for (char const digit : answer.substr(9, 3)) // "HTTP/1.1 200"
        record_.status = record_.status * 10 + (digit - '0');
    record_.bytes = answer.size();
}

void request_watch::note_items(std::uint64_t items, std::size_t octets)
{
    record_.bytes += octets;
    if (items && !record_.stream->first_item)
        record_.stream->first_item = elapsed();
    record_.stream->items += items;
}

void request_watch::end(access_sink const& sink, request_end how)
{
    if (!active_)
        return;
    active_ = false;
    record_.method = method_;
    record_.path = path_;
    record_.request_id = request_id_;
    record_.duration = elapsed();
    record_.peer = peer;
    record_.end = how;
    try {
        sink(record_);
    } catch (...) { // a sink that fails costs its line, not the connection
    }
}

std::string text_of(std::exception_ptr const& error)
{
    try {
        std::rethrow_exception(error);
    } catch (upstream_error const& known) {
        std::string text = known.what();
        if (known.cause())
            text += ": " + known.cause().message();
        if (!known.not_repeated().empty())
            text += "; not repeated: " + known.not_repeated();
        return text;
    } catch (std::exception const& known) {
        return known.what();
    } catch (...) {
        return "an exception that is no std::exception";
    }
}

} // namespace framex
