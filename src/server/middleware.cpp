#include "server/middleware.hpp"

#include "server/connection.hpp"

#include <framex/error.hpp>
#include <framex/http/path_pattern.hpp>
#include <framex/http/syntax.hpp>
#include <framex/plugin/binder.hpp>
#include <framex/server/app.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace framex {

namespace {

/// The middleware of a route in an app, with what its handler was called by before.
struct surrounded_route final : detail::middleware_list {
    service const& owner;
    path_pattern pattern;
    void (*now)(route const&, invocation&);
    awaitable<> (*serve)(route const&, invocation&);

    surrounded_route(route const& entry, service const& app)
        : owner(app), pattern(entry.path), now(entry.now), serve(entry.serve)
    {
    }
};

surrounded_route const& surroundings_of(route const& entry)
{
    return static_cast<surrounded_route const&>(*entry.middleware);
}

/// The head that a handler is bound to, as views of `asked`.
void describe(request_head& head, request const& asked)
{
    std::string_view const target = asked.target;
    auto const end = std::min(target.find('?'), target.size());
    head.http11 = true;
    head.method = asked.method;
    head.method_id = http::string_to_verb(asked.method);
    head.target = target;
    head.path = target.substr(0, end);
    head.query = target.substr(std::min(end + 1, target.size()));
    for (auto const& field : asked.headers) {
        if (head.field_count == std::size(head.fields))
            throw http_error(431, "the request has more than 100 header fields");
        auto& view = head.fields[head.field_count++];
        view.name = field.name_string();
        view.value = field.value();
        if (equals_ignoring_case(view.name, "content-type"))
            head.content_type = view.value;
        else if (equals_ignoring_case(view.name, "host"))
            head.host = view.value;
    }
}

void rethrow_cancellation(asio::cancellation_state const& state, std::exception_ptr const& failed)
{
    if (state.cancelled() != asio::cancellation_type::none)
        std::rethrow_exception(failed);
}

bool is_cancellation(std::exception_ptr const& failed)
{
    try {
        std::rethrow_exception(failed);
    } catch (boost::system::system_error const& e) {
        return e.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

/// Calls from other plugins.
awaitable<> run_alone(route const& entry, invocation& call)
{
    auto const& around = surroundings_of(entry);
    if (around.serve)
        co_await around.serve(entry, call);
    else
        around.now(entry, call);
}

/// One request of a route with middleware.
class exchange final : public detail::passage, private sender, public std::enable_shared_from_this<exchange> {
public:
    exchange(route const& entry, invocation& call)
        : service_(*call.served_by), entry_(entry), around_(surroundings_of(entry)), path_(call.path),
          executor_(call.executor), limits_(call.limits), body_(std::move(call.body_stream)),
          request_id_(call.request_id), peer_(call.from ? call.from->address() : std::string())
    {
    }

    awaitable<streamed_response> go_on(std::size_t at, request asked) override
    {
        if (at == around_.all.size())
            return run_handler(shared_from_this(), std::move(asked));
        if (at == 0)
            return call(at, std::move(asked));
        return call_inner(shared_from_this(), at, std::move(asked));
    }

    /// Whether the handler gave an event stream.
    bool made_events() const noexcept { return made_events_; }

private:
    awaitable<streamed_response> call(std::size_t at, request asked)
    {
        auto const& one = around_.all[at];
        return one.call(
            one.object.get(), entry_.instance, std::move(asked), next_handler(shared_from_this(), at + 1));
    }
    static awaitable<streamed_response> call_inner(
        std::shared_ptr<exchange> self, std::size_t at, request asked);
    static awaitable<streamed_response> run_handler(std::shared_ptr<exchange> self, request asked);

    std::string address() const override { return peer_; }
    streamed_response answer_of(invocation& call, std::string& text);
    streamed_response answer_of(failure const& why) const;
    failure failure_of(std::exception_ptr const& error, bool client_sees_it) const;
    streamed_response stream_answer(async_generator<std::string> body) const;
    template <class T>
    static async_generator<std::string> pieces(
        std::shared_ptr<exchange> self, async_generator<T> items, bool events);

    std::shared_ptr<service const> service_; // a middleware may keep next_handler or the body
    route const& entry_;
    surrounded_route const& around_;
    std::string path_;
    asio::any_io_executor executor_;
    body_limits const* limits_;
    std::optional<body_reader> body_; // the handler pulls it
    std::string request_id_;
    std::string peer_;
    bool made_events_ = false;
};

/// What an inner middleware throws is an answer to the outer one, as what a handler throws.
awaitable<streamed_response> exchange::call_inner(
    std::shared_ptr<exchange> self, std::size_t at, request asked)
{
    std::exception_ptr failed;
    streamed_response answer;
    try {
        answer = co_await self->call(at, std::move(asked));
    } catch (...) {
        failed = std::current_exception();
    }
    if (failed) {
        auto const state = co_await asio::this_coro::cancellation_state;
        rethrow_cancellation(state, failed);
        answer = self->answer_of(self->failure_of(failed, true));
    }
    co_return answer;
}

awaitable<streamed_response> exchange::run_handler(std::shared_ptr<exchange> self, request asked)
{
    auto const head = std::make_unique<request_head>();
    std::string text;
    std::exception_ptr failed;
    invocation call;
    call.head = head.get();
    call.path = self->path_;
    call.body = asked.body;
    call.from = self.get();
    call.body_stream = std::exchange(self->body_, std::nullopt);
    call.executor = self->executor_;
    call.limits = self->limits_;
    call.opens_websocket = asked.opens_websocket;
    call.request_id = self->request_id_;
    call.out = &text;
    std::vector<std::string_view> values;
    self->around_.pattern.match(self->path_, values);
    values.resize(max_path_parameters);
    call.path_values = values;
    try {
        describe(*head, asked);
        call.query = head->query;
        if (self->around_.serve)
            co_await self->around_.serve(self->entry_, call);
        else
            self->around_.now(self->entry_, call);
    } catch (...) {
        failed = std::current_exception();
    }
    streamed_response answer;
    if (failed) {
        auto const state = co_await asio::this_coro::cancellation_state;
        rethrow_cancellation(state, failed);
        answer = self->answer_of(self->failure_of(failed, true));
    } else
        answer = self->answer_of(call, text);
    co_return answer;
}

/// What the handler left in `call`, as the connection would send it.
streamed_response exchange::answer_of(invocation& call, std::string& text)
{
    if (!call.issues.empty()) {
        failure why(422, "Request validation failed", failure::origin::raised);
        why.issues = std::move(call.issues);
        return answer_of(why);
    }
    if (auto* own = std::get_if<response>(&call.result))
        return is_final(own->status) ? streamed_response(std::move(*own)) : answer_of(failure());
    if (auto* own = std::get_if<streamed_response>(&call.result))
        return is_final(own->status) || (own->status == 101 && call.opens_websocket) ? std::move(*own)
                                                                                     : answer_of(failure());
    bool const events = media_type_is(stream_type(entry_), "text/event-stream");
    if (auto* items = std::get_if<async_generator<sse_event>>(&call.result)) {
        made_events_ = events;
        return stream_answer(pieces(shared_from_this(), std::move(*items), events));
    }
    if (auto* items = std::get_if<async_generator<std::string>>(&call.result)) {
        made_events_ = events;
        return stream_answer(pieces(shared_from_this(), std::move(*items), events));
    }
    auto made = response::json(std::move(text));
    add_field_lines(made.headers, call.fields.empty() ? not_cached : std::string_view(call.fields));
    return made;
}

streamed_response exchange::answer_of(failure const& why) const
{
    failure_style style;
    style.enveloped = path_.starts_with("/api") && !around_.owner.excluded(path_);
    style.status_in_body = around_.owner.settings.error_status == "envelope";
    return response_of(why, style);
}

failure exchange::failure_of(std::exception_ptr const& error, bool client_sees_it) const
{
    return told_failure(error, entry_, request_id_, around_.owner.on_error, client_sees_it);
}

streamed_response exchange::stream_answer(async_generator<std::string> body) const
{
    streamed_response made(200, std::move(body));
    made.headers.set(http::field::content_type, std::string(stream_type(entry_)));
    made.headers.set(http::field::cache_control, "no-store");
    made.headers.set("X-Accel-Buffering", "no");
    return made;
}

/// The items as texts. What their source throws is the last event of an event stream; any other one breaks
/// off.
template <class T>
async_generator<std::string> exchange::pieces(
    std::shared_ptr<exchange> self, async_generator<T> items, bool events)
{
    std::exception_ptr failed;
    while (!failed) {
        std::string piece;
        try {
            auto item = co_await items.next();
            if (!item)
                co_return;
            append_item(piece, *item, false);
        } catch (...) {
            failed = std::current_exception();
        }
        if (!failed)
            co_yield std::move(piece);
    }
    if (!events || is_cancellation(failed))
        std::rethrow_exception(failed);
    std::string last;
    append_item(last, error_event(self->failure_of(failed, true)), false);
    co_yield std::move(last);
}

// ---- routes -----------------------------------------------------------------------------------------

awaitable<> pass(std::shared_ptr<exchange> way, request asked, invocation& call)
{
    auto answer = co_await way->go_on(0, std::move(asked));
    call.has_whole_events = way->made_events() && answer.headers.count(http::field::content_encoding) == 0
        && answer.headers.count(http::field::content_length) == 0
        && media_type_is(std::string_view(answer.headers[http::field::content_type]), "text/event-stream");
    call.result = std::move(answer);
}

awaitable<> serve_surrounded(route const& entry, invocation& call)
{
    if (call.arguments)
        return run_alone(entry, call);
    auto way = std::make_shared<exchange>(entry, call);
    return pass(std::move(way), detail::make_request(entry, call), call);
}

} // namespace

void put_middleware(
    std::vector<route>& routes, std::vector<detail::any_middleware> const& around, service const& owner)
{
    std::vector<std::string> reasons;
    for (auto& entry : routes) {
        bool const has_own = entry.middleware != nullptr;
        if (entry.method.empty()) {
            if (has_own)
                reasons.push_back("plugin " + entry.plugin + ": the function " + entry.function
                    + " has middleware, which only requests pass; register it as a route, or call a function "
                      "of your own in it");
            continue;
        }
        if (!has_own && around.empty())
            continue;
        auto all = std::make_shared<surrounded_route>(entry, owner);
        all->all = around;
        if (has_own)
            all->all.insert(all->all.end(), entry.middleware->all.begin(), entry.middleware->all.end());
        entry.middleware = std::move(all);
        entry.now = nullptr;
        entry.serve = &serve_surrounded;
    }
    if (!reasons.empty())
        throw load_error(std::move(reasons));
}

} // namespace framex
