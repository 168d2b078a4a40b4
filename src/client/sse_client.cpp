#include <framex/client/sse_client.hpp>
#include <framex/coro/sleep.hpp>

#include <algorithm>
#include <charconv>
#include <exception>
#include <random>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace framex {

using std::chrono::milliseconds;

namespace {

constexpr std::string_view event_stream = "text/event-stream";
constexpr milliseconds least_backoff{100}; // between attempts that fail, whatever the server's retry is

bool will_pass(int status) noexcept
{
    return status == 429 || status == 500 || (status >= 502 && status <= 504);
}

/// Retry-After in seconds; 0 for none, and for a date.
milliseconds retry_after(fields const& headers)
{
    std::string_view const text = headers[http::field::retry_after];
    std::uint32_t seconds = 0;
    auto const [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    bool const is_number = end == text.data() + text.size() && fault == std::errc();
    return is_number ? std::chrono::seconds(seconds) : milliseconds(0);
}

/// Up to a quarter of `wait`.
milliseconds jitter(milliseconds wait)
{
    thread_local std::minstd_rand source{std::random_device()()};
    return milliseconds(std::uniform_int_distribution<milliseconds::rep>(0, wait.count() / 4)(source));
}

} // namespace

stream_refused::stream_refused(
    std::string upstream, std::string const& url, int answered, std::string content_type)
    : upstream_error(upstream_errc::refused, std::move(upstream),
          url + " answered " + std::to_string(answered) + " with "
              + (content_type.empty() ? "no media type" : content_type)
              + " where a stream of events (text/event-stream) was expected"),
      answered_(answered), content_type_(std::move(content_type))
{
}
stream_refused::~stream_refused() = default;

struct sse_client::state {
    state(outgoing_request asked, sse_client_options given, http_client by)
        : client(std::move(by)), request(std::move(asked)), options(given), retry(given.retry)
    {
        bool const once = request.body.is_pulled();
        reconnects = options.reconnects.value_or(request.method == "GET" && !once);
        if (reconnects && once)
            throw std::invalid_argument("a body that is pulled cannot be sent again: "
                                        "a stream with one cannot reconnect");
        last_id = request.headers["Last-Event-ID"];
        auto set_default = [this](http::field name, std::string_view value) {
            if (request.headers.count(name) == 0)
                request.headers.set(name, value);
        };
        set_default(http::field::accept, event_stream);
        set_default(http::field::cache_control, "no-store");
    }

    outgoing_request next_request()
    {
        request.headers.erase("Last-Event-ID");
        if (!last_id.empty() && valid_field_value(last_id))
            request.headers.set("Last-Event-ID", last_id);
        if (!reconnects)
            return std::move(request);
        outgoing_request copy;
        copy.method = request.method;
        copy.to = request.to;
        copy.target = request.target;
        copy.headers = request.headers;
        copy.body = outgoing_body(request.body.text());
        return copy;
    }
    std::exception_ptr refusal(streamed_response const& answer) const
    {
        std::string const url = "http://" + upstream + path;
        return std::make_exception_ptr(
            stream_refused(upstream, url, answer.status, std::string(answer.headers["Content-Type"])));
    }
    void read(sse_parser& parser, std::string_view octets, std::vector<sse_event>& events) const
    {
        events.clear();
        try {
            parser.feed(octets, [&](sse_event&& event) { events.push_back(std::move(event)); });
        } catch (std::length_error const&) {
            throw upstream_error(upstream_errc::too_large, upstream);
        }
    }
    milliseconds wait(milliseconds asked_for) const
    {
        auto longer = std::min(retry, options.longest_wait);
        if (failures > 0)
            longer = std::max(longer, least_backoff);
        for (int i = 1; i < failures && longer < options.longest_wait; ++i)
            longer *= 2;
        longer = std::min(longer, options.longest_wait);
        return std::max(std::min(longer + jitter(longer), options.longest_wait), asked_for);
    }

    http_client client;
    outgoing_request request;
    sse_client_options options;
    bool reconnects = false;
    milliseconds retry;
    int failures = 0; ///< attempts in a row that brought no octet of a stream
    std::string last_id;
    std::string const upstream = request.to.name();
    std::string const path = request.target.substr(0, request.target.find('?'));
};

sse_client::sse_client(outgoing_request request, sse_client_options options, http_client client)
    : state_(std::make_shared<state>(std::move(request), options, std::move(client))), events_(follow(state_))
{
}

std::string const& sse_client::last_event_id() const noexcept { return state_->last_id; }

async_generator<sse_event> sse_client::follow(std::shared_ptr<state> self)
{
    std::vector<sse_event> events;
    for (;;) {
        std::exception_ptr fault;
        milliseconds asked_for{0};
        bool gave = false;
        {
            streamed_response answer; // its end leaves the connection
            try {
                answer = co_await self->client.stream(self->next_request());
            } catch (upstream_error const&) {
                fault = std::current_exception();
            }
            if (!fault && answer.status == 204)
                co_return;
            if (!fault
                && (answer.status != 200 || !media_type_is(answer.headers["Content-Type"], event_stream))) {
                fault = self->refusal(answer);
                asked_for = retry_after(answer.headers);
                if (!will_pass(answer.status) || asked_for > self->options.longest_wait)
                    std::rethrow_exception(fault);
            }
            sse_parser parser(self->options.event_size, self->last_id);
            while (!fault) {
                std::optional<std::string> piece;
                try {
                    piece = co_await answer.body.next();
                } catch (upstream_error const&) {
                    fault = std::current_exception();
                }
                if (!piece)
                    break;
                gave = true;
                self->read(parser, *piece, events);
                self->retry = parser.reconnection_time().value_or(self->retry);
                for (auto& event : events) {
                    self->last_id = event.id;
                    co_yield std::move(event);
                }
                self->last_id = parser.last_event_id();
            }
        }
        if (fault && !self->reconnects)
            std::rethrow_exception(fault);
        if (!self->reconnects)
            co_return;
        self->failures = gave ? 0 : self->failures + 1;
        if (fault && self->options.attempts != 0 && self->failures >= self->options.attempts)
            std::rethrow_exception(fault);
        co_await sleep_for(self->wait(asked_for));
    }
}

} // namespace framex
