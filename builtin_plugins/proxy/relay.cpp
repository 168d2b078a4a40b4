#include "relay.hpp"

#include "call_request.hpp"
#include "checked_form.hpp"

#include <framex/http/syntax.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace framex::proxy {

namespace {

/// Whether a text that came in pieces ends at the end of an event.
class event_boundary {
public:
    void take(std::string_view piece) noexcept
    {
        is_fresh_ = is_fresh_ && piece.empty();
        if (auto const inside = piece.find_last_not_of("\r\n"); inside != piece.npos) {
            lines_ = 0;
            last_ = 0;
            piece.remove_prefix(inside + 1);
        }
        for (char const c : piece) {
            if (!(c == '\n' && last_ == '\r')) // CR LF is one end
                lines_ = std::min(lines_ + 1, 2);
            last_ = c;
        }
    }
    bool is_reached() const noexcept { return lines_ >= 2 || is_fresh_; }

private:
    char last_ = 0;
    bool is_fresh_ = true;
    int lines_ = 0;
};

std::string error_event(std::exception_ptr const& failed)
{
    std::string text = "the upstream failed";
    int status = 502;
    try {
        std::rethrow_exception(failed);
    } catch (upstream_error const& error) {
        text = error.what();
        status = error.status();
    } catch (...) {
    }
    json::object data;
    data["status"] = status;
    data["message"] = text;
    return to_text(make_stream_event("error", json::value(std::move(data))));
}

/// The octets as they come. When they break off between two events, an event tells so; the stream is cut in
/// any case.
async_generator<std::string> events(body_reader body)
{
    event_boundary boundary;
    std::exception_ptr failed;
    while (!failed) {
        std::optional<std::string> piece;
        try {
            piece = co_await body.next();
        } catch (boost::system::system_error const&) {
            throw; // cancelled: nobody is left to be told
        } catch (...) {
            failed = std::current_exception();
        }
        if (failed)
            break;
        if (!piece)
            co_return;
        boundary.take(*piece);
        co_yield std::move(*piece);
    }
    if (boundary.is_reached())
        co_yield error_event(failed);
    std::rethrow_exception(failed);
}

/// A template without a parameter was looked at when it was taken.
void refuse_disabled(relay_way const& way, std::string const& path)
{
    if (way.described.route.find_first_of("{*") == std::string::npos)
        return;
    for (auto const* each : way.rules)
        if (each->disables(path))
            throw http_error(404, "Not Found");
}

bool is_cookie_of(operation const& one, std::string_view name)
{
    return std::ranges::any_of(one.parameters, [&](operation_parameter const& each) {
        return each.in == parameter_in::cookie && each.name == name;
    });
}

/// The cookies that are parameters of the operation, as the value of a Cookie field. RFC 6265 section 4.2.1.
std::string described_cookies(operation const& one, fields const& from)
{
    std::string kept;
    auto const [first, last] = from.equal_range(http::field::cookie);
    for (auto at = first; at != last; ++at) {
        std::string_view rest = at->value();
        while (!rest.empty()) {
            auto const end = rest.find(';');
            auto const pair = trim_whitespace(rest.substr(0, end));
            rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
            if (is_cookie_of(one, pair.substr(0, pair.find('='))))
                kept.append(kept.empty() ? "" : "; ").append(pair);
        }
    }
    return kept;
}

void set_credentials(relay_way const& way, request& asked)
{
    auto const cookies = described_cookies(way.described, asked.headers);
    asked.headers.erase(http::field::authorization);
    asked.headers.erase(http::field::cookie);
    if (!cookies.empty())
        asked.headers.set(http::field::cookie, cookies);
    auto key = way.settings->key_for(asked.path);
    if (key.empty())
        key = way.settings->key_for(way.described.route);
    if (!key.empty())
        asked.headers.set(http::field::authorization, key);
}

bool is_forced_stream(relay_way const& way, int status)
{
    auto const& paths = way.settings->force_stream_apis;
    return status >= 200 && status < 300 && std::ranges::find(paths, way.described.route) != paths.end();
}

awaitable<streamed_response> send(std::shared_ptr<relay_way const> way, request asked, body_reader body)
{
    auto client = asked.peer;
    auto sending = way->to.forward(std::move(asked), std::move(body), std::move(client));
    auto answer = co_await std::move(sending);
    if (is_forced_stream(*way, answer.status))
        answer.headers.set(http::field::content_type, "text/event-stream");
    if (answer.status != 101
        && media_type_is(std::string_view(answer.headers[http::field::content_type]), "text/event-stream"))
        answer.body = events(std::move(answer.body));
    co_return answer;
}

body_reader body_of(call_request& parts, request& asked)
{
    if (!parts.form) {
        if (!parts.content_type.empty())
            asked.headers.set(http::field::content_type, parts.content_type);
        return body_reader(std::move(parts.body));
    }
    multipart_writer form;
    for (auto& part : *parts.form)
        if (part.file)
            form.add_file(part.name, part.file->filename, std::move(part.content), part.file->content_type);
        else
            form.add(part.name, std::move(part.content));
    asked.headers.set(http::field::content_type, form.content_type());
    asked.headers.set(http::field::content_length, std::to_string(form.size().value()));
    return body_reader(std::move(form).body());
}

/// RFC 9110 section 15.5.22.
awaitable<streamed_response> want_websocket()
{
    auto answer = response::text("this path speaks WebSocket only", 426);
    answer.headers.set(http::field::upgrade, "websocket");
    co_return streamed_response(std::move(answer));
}

} // namespace

awaitable<streamed_response> relay(std::shared_ptr<relay_way const> way, request asked, body_reader body)
{
    refuse_disabled(*way, asked.path);
    if (way->described.is_websocket && !asked.opens_websocket)
        return want_websocket();
    set_credentials(*way, asked);
    if (asked.headers.count(http::field::content_type) > 1)
        throw http_error(400, "there are two Content-Type fields");
    if (way->described.body.kind == content_kind::multipart)
        body = checked_form(std::move(body), asked.headers[http::field::content_type]);
    return send(std::move(way), std::move(asked), std::move(body));
}

awaitable<streamed_response> call(std::shared_ptr<relay_way const> way, json::object arguments)
{
    auto parts = request_of(way->described, arguments);
    request asked(way->described.method, parts.target);
    refuse_disabled(*way, asked.path);
    for (auto const& [name, value] : parts.headers)
        asked.headers.insert(name, value);
    set_credentials(*way, asked);
    if (!parts.cookie.empty())
        asked.headers.set(http::field::cookie, parts.cookie);
    auto body = body_of(parts, asked);
    return send(std::move(way), std::move(asked), std::move(body));
}

} // namespace framex::proxy
