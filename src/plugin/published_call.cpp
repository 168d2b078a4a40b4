// Calls of routes that are published: the answer of another service as what the caller asks for.
#include <framex/error.hpp>
#include <framex/plugin/call.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace framex::detail {

namespace {

constexpr std::size_t most_of_a_value = 64 << 20; // octets of an answer that is wanted as a whole
constexpr std::size_t most_of_an_error = 64 << 10; // of one that tells what went wrong
constexpr std::size_t most_of_a_line = 16 << 20;

std::string call_of(declared_api const& api)
{
    return "plugin " + std::string(api.caller) + " calls the API " + api.name + ": ";
}

/// The whole body. What is too large is the other service's fault, not the client's.
awaitable<std::string> read_whole(body_reader body, std::size_t limit)
{
    std::string whole;
    while (auto piece = co_await body.next()) {
        if (piece->size() > limit - whole.size())
            throw http_error(502, "the answer of the other service is too large");
        whole += *piece;
    }
    co_return whole;
}

async_generator<sse_event> events_of(body_reader body)
{
    sse_parser parser;
    std::vector<sse_event> ready;
    while (auto piece = co_await body.next()) {
        ready.clear();
        try {
            parser.feed(*piece, [&](sse_event&& event) { ready.push_back(std::move(event)); });
        } catch (std::length_error const&) {
            throw http_error(502, "an event of the other service is too large");
        }
        for (auto& event : ready)
            co_yield std::move(event);
    }
}

async_generator<std::string> lines_of(body_reader body)
{
    std::string rest;
    while (auto piece = co_await body.next()) {
        rest += *piece;
        std::size_t begin = 0;
        for (auto end = rest.find('\n'); end != rest.npos; end = rest.find('\n', begin)) {
            std::string line = rest.substr(begin, end - begin);
            begin = end + 1;
            if (line.find_first_not_of(" \t\r") != line.npos)
                co_yield std::move(line);
        }
        rest.erase(0, begin);
        if (rest.size() > most_of_a_line)
            throw http_error(502, "a line of the stream is longer than 16 MB");
    }
    if (rest.find_first_not_of(" \t\r") != rest.npos)
        co_yield std::move(rest);
}

/// What an envelope holds instead of the envelope, or why it holds nothing.
void unfold(declared_api const& api, std::string& text)
{
    boost::system::error_code no_json;
    auto value = json::parse(text, no_json);
    auto* const envelope = no_json ? nullptr : value.if_object();
    auto const* const status = envelope ? envelope->if_contains("status") : nullptr;
    auto const* const message = envelope ? envelope->if_contains("message") : nullptr;
    if (!status || !status->is_int64() || !message || !envelope->contains("timestamp"))
        return; // a plain answer
    auto const& legal = api.elsewhere->legal_statuses();
    auto const code = status->get_int64();
    if (std::ranges::find(legal, code) == legal.end()) {
        auto const why = message->is_string() ? std::string(message->get_string()) : to_json(*message);
        throw http_error(code >= 400 && code < 600 ? static_cast<int>(code) : 502,
            "Proxy API " + api.name + " returned status " + std::to_string(code) + ": " + why);
    }
    auto const* const data = envelope->if_contains("data");
    text = data ? to_json(*data) : "null";
}

/// Whether the JSON is a text, which a caller gets as it would from a plugin: without quotes and escapes.
bool is_json_text(std::string_view json)
{
    auto const begin = json.find_first_not_of(" \t\r\n");
    return begin != json.npos && json[begin] == '"';
}

bool is_stream(result_form form)
{
    return form == result_form::events || form == result_form::texts || form == result_form::values
        || form == result_form::json_values;
}

void take_stream(
    declared_api const& api, result_form form, streamed_response gift, std::string_view type, text_answer& to)
{
    bool const events = media_type_is(type, "text/event-stream");
    if (form == result_form::events && !events)
        throw call_error(call_of(api) + "the caller asks for events, and it gives "
            + (type.empty() ? "no media type" : std::string(type)));
    if (events && form != result_form::values && form != result_form::json_values) {
        if (form == result_form::events)
            to.result = events_of(std::move(gift.body));
        else
            to.result = event_texts(events_of(std::move(gift.body)));
        return;
    }
    bool const lines = form == result_form::values || form == result_form::json_values;
    to.result = lines ? lines_of(std::move(gift.body)) : std::move(gift.body).chunks();
}

} // namespace

json::object json_of(declared_api const& api, call_argument const* arguments, std::size_t count)
{
    json::object made;
    for (auto const* a = arguments; a != arguments + count; ++a) {
        if (!a->text)
            throw call_error(
                call_of(api) + "the argument " + std::string(a->name) + " cannot be written as JSON");
        made[a->name] = json::parse(a->text(a->value));
    }
    return made;
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): it lives as long as the caller
awaitable<text_answer> call_published(declared_api const& api, json::object arguments, wanted_result wanted)
{
    auto const target = api.elsewhere->find(api.name);
    if (!target)
        throw call_error("api(" + api.name + ") not found: plugin " + std::string(api.caller)
                + " requires it, no plugin offers it, and no upstream that was read; see `framex routes`",
            "api(" + api.name + ") not found");
    auto const& published = *target->published;
    if (!published.call)
        throw call_error(call_of(api) + "plugin " + target->plugin + " publishes it for requests only");
    auto asking = published.call(std::move(arguments));
    auto gift = co_await std::move(asking);
    text_answer answer;
    std::string const type(gift.headers[http::field::content_type]);
    bool const is_success = gift.status < 300;
    if (is_stream(wanted.form) && is_success) {
        take_stream(api, wanted.form, std::move(gift), type, answer);
        co_return answer;
    }
    auto body = co_await read_whole(std::move(gift.body),
        is_success || wanted.form == result_form::response ? most_of_a_value : most_of_an_error);
    if (wanted.form == result_form::response) {
        response made(gift.status, std::move(body));
        made.headers = std::move(gift.headers);
        answer.result = std::move(made);
        co_return answer;
    }
    if (gift.status >= 400)
        throw http_error(gift.status, std::move(body));
    if (!is_success)
        throw http_error(
            502, "the other service sends the call elsewhere: it answers " + std::to_string(gift.status));
    answer.is_json = is_json_media(type);
    answer.text = std::move(body);
    if (answer.is_json)
        unfold(api, answer.text);
    answer.is_body = !answer.is_json || !is_json_text(answer.text);
    co_return answer;
}

} // namespace framex::detail
