// From a request that has arrived to its route, and from the route's result to the answer.
#include "server/connection.hpp"

#include <framex/http/path.hpp>
#include <framex/http/syntax.hpp>

#include <boost/beast/http/verb.hpp>

#include <algorithm>
#include <span>

namespace framex {

namespace {
constexpr std::string_view json_type = "application/json";
constexpr std::string_view sse_type = "text/event-stream; charset=utf-8";
constexpr std::string_view text_type = "text/plain; charset=utf-8";
constexpr std::string_view lines_type = "application/x-ndjson";
constexpr std::size_t kept_input = 65536; // a larger buffer is given back after its request
constexpr std::string_view any_method = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
} // namespace

namespace {

/// Whether the request carries a key for the rules on its route and on its path, or for the route's own. Two
/// Authorization fields are no key.
bool is_opened(request_head const& head, route_table const& table, route const& target, std::string_view path)
{
    auto const* on_route = table.rule_of(target);
    bool const is_told = table.rules().empty() || target.keys || target.path == path;
    auto const* on_path = is_told ? nullptr : table.rules().find(path);
    key_rule const* on_decoded = nullptr;
    if (target.published && !table.rules().empty())
        if (auto const decoded = with_slashes_decoded(path))
            on_decoded = table.rules().find(*decoded);
    if (!on_route && !on_path && !on_decoded)
        return true;
    auto const* sent = head.find("Authorization");
    if (!sent)
        return false;
    for (auto const* field = sent + 1; field != head.fields + head.field_count; ++field)
        if (equals_ignoring_case(field->name, "authorization"))
            return false;
    return (!on_route || on_route->opened_by(sent->value)) && (!on_path || on_path->opened_by(sent->value))
        && (!on_decoded || on_decoded->opened_by(sent->value));
}

} // namespace

std::string_view stream_type(route const& entry) noexcept
{
    if (!entry.media_type.empty())
        return entry.media_type;
    return entry.answer == answer_kind::sse       ? sse_type
        : entry.answer == answer_kind::json_lines ? lines_type
                                                  : text_type;
}

/// Finds route_ for the head in `memory`. False: there is none, and the answer is written.
bool connection::locate(scratch_memory& memory)
{
    auto const& head = memory.head;
    route_ = nullptr;
    enveloped_ = true;
    auto const path = normalise_path(head.path, memory.path);
    if (!path) {
        write_failure(failure(400, "the path is malformed", failure::origin::protocol));
        return false;
    }
    call_.path = *path;
    enveloped_ = path->starts_with("/api") && !shared().excluded(*path);
    auto const& table = *shared().table;
    auto const [entry, target] = table.find(*path, head.method, memory.path_values);
    if (watch_) [[unlikely]]
        watch_->note_path(*path, entry ? std::string_view(entry->routes.front()->path) : std::string_view());
    if (!target && head.method_id == http::verb::options && (entry || *path == "*")) {
        answer_options(head, entry ? table.allow(*path) : std::string(any_method));
        return false;
    }
    if (!target) {
        failure why(404, "Not Found", failure::origin::raised);
        if (entry) {
            bool const unknown = head.method_id == http::verb::unknown;
            why = failure(unknown ? 501 : 405, unknown ? "Not Implemented" : "Method Not Allowed",
                failure::origin::raised);
            why.fields = "\r\nAllow: " + table.allow(*path);
        }
        write_failure(why);
        return false;
    }
    if (!is_opened(head, table, *target, *path)) {
        failure why(401, "Invalid API Key for API(" + target->path + ")", failure::origin::raised);
        why.fields = "\r\nWWW-Authenticate: Bearer realm=\"framex\"";
        write_failure(why);
        return false;
    }
    route_ = target;
    if (!entry->pattern.is_static()) {
        memory.path_values.resize(max_path_parameters); // equal patterns may name fewer
        call_.path_values = memory.path_values;
    }
    return true;
}

/// Also a preflight, which carries no key: auth.rules are not asked.
void connection::answer_options(request_head const& head, std::string_view allow)
{
    if (shared().cors.is_on())
        shared().cors.mark_preflight(head, allow, *added_);
    response reply(204);
    reply.headers.set(http::field::allow, std::string(allow));
    auto const before = out_.size();
    append_response(out_, reply, frame_);
    if (watch_)
        watch_->note_answer(std::string_view(out_).substr(before));
}

namespace {

/// A plain function answers at once: its requests are never in flight. So /healthz tells that the service
/// lives however busy it is.
bool lasts(route const& entry) noexcept
{
    return entry.serve || entry.stream || entry.answer == answer_kind::streamed;
}

} // namespace

connection::step connection::dispatch(scratch_memory& memory)
{
    call_.head = &memory.head;
    call_.query = memory.head.query;
    call_.body =
        body_.pulled ? std::string_view() : std::string_view(input_.begin() + head_size_, body_.size);
    call_.out = &memory.answer;
    if (lasts(*route_) && worker_->in_flight >= limits().requests_in_flight) {
        failure why(503, "too many requests are being served", failure::origin::protocol);
        why.fields = "\r\nRetry-After: 1";
        if (!body_.complete)
            take_no_more();
        write_failure(why);
        end_request();
        return step::next;
    }
    if (route_->serve) {
        ++worker_->in_flight;
        suspended_ = true;
        if (route_->published && route_->published->takes_websockets && memory.head.opens_websocket())
            [[unlikely]]
            offer_tunnel();
        enter(phase::handler, limits().handler_timeout);
        return step::serve;
    }
    try {
        route_->now(*route_, call_);
    } catch (...) {
        if (!body_.complete)
            take_no_more();
        write_failure(failure_of(std::current_exception()));
        end_request();
        return step::next;
    }
    return write_result();
}

connection::step connection::serve_finished(std::exception_ptr error)
{
    auto const* own = std::get_if<streamed_response>(&call_.result);
    is_tunnel_ = body_.kind == body_state::mode::tunnel && !error && own && own->status == 101;
    if (is_tunnel_)
        take_no_more();
    else if (!body_.pulled || error || !own || own->body.whole() || body_.kind == body_state::mode::tunnel)
        leave_body();
    bool const late = std::exchange(timed_out_, false); // of no matter to a handler that answers all the same
    if (error) {
        write_failure(
            late ? failure(504, "the handler took too long", failure::origin::protocol) : failure_of(error));
        end_request();
        return step::next;
    }
    return write_result();
}

/// The answer that need not be sent as a stream; else null.
response* connection::whole_answer()
{
    if (auto* const own = std::get_if<streamed_response>(&call_.result))
        if (auto text = own->body.take_whole()) {
            response whole(own->status, std::move(*text));
            whole.headers = std::move(own->headers);
            call_.result = std::move(whole);
        }
    return std::get_if<response>(&call_.result);
}

/// Writes what the route left in the invocation.
connection::step connection::write_result()
{
    auto const before = out_.size();
    if (!call_.issues.empty()) {
        failure why(422, "Request validation failed", failure::origin::raised);
        why.issues = std::move(call_.issues);
        write_failure(why);
    } else if (call_.result.index() == 0) {
        std::string_view const body = added_ ? coded_value() : std::string_view(*call_.out);
        append_answer(out_, 200, json_type, body, frame_,
            call_.fields.empty() ? not_cached : std::string_view(call_.fields));
        call_.fields.clear();
    } else if (auto* reply = is_tunnel_ ? nullptr : whole_answer()) {
        if (added_ && !shared().codings.empty()) [[unlikely]]
            added_->by_coding =
                compress_response(*reply, accepted_, shared().settings.compression.min_size.bytes);
        if (is_final(reply->status))
            append_response(out_, *reply, frame_);
        else
            write_failure(failure());
    } else if (write_stream_head())
        return begin_stream(before);
    if (watch_) [[unlikely]]
        watch_->note_answer(std::string_view(out_).substr(before));
    end_request();
    return step::next;
}

/// The JSON that stands in the invocation, in the coding that the client prefers.
std::string_view connection::coded_value()
{
    std::string_view const body = *call_.out;
    auto const least = shared().settings.compression.min_size.bytes;
    added_->by_coding = !shared().codings.empty() && body.size() >= least;
    auto& packed = worker_->scratch.packed;
    if (!added_->by_coding || !compress(accepted_, body, packed))
        return body;
    if (call_.fields.empty())
        call_.fields = not_cached;
    call_.fields.append("\r\nContent-Encoding: ").append(name_of(accepted_));
    return packed;
}

/// Whether a body follows.
bool connection::write_stream_head()
{
    auto const* own = std::get_if<streamed_response>(&call_.result);
    if (is_tunnel_) {
        append_tunnel_head(out_, *own, frame_);
        return true;
    }
    if (own && !is_final(own->status)) {
        write_failure(failure());
        return false;
    }
    if (own)
        promised_ = announced_length(*own);
    if (!frame_.http11 && !promised_)
        open_ = frame_.keep_alive = false; // the end of the connection ends the stream
    if (own)
        append_streamed_head(out_, *own, frame_, promised_);
    else
        append_stream_head(out_, stream_type(*route_), frame_);
    return !frame_.head_only && !(own && !may_have_body(own->status));
}

/// Its head begins at `head` in out_.
connection::step connection::begin_stream(std::size_t head)
{
    if (!suspended_)
        ++worker_->in_flight;
    suspended_ = true;
    if (watch_) {
        watch_->note_answer(std::string_view(out_).substr(head));
        watch_->note_stream();
    }
    sends_events_ = (call_.has_whole_events && !is_tunnel_)
        || (!std::holds_alternative<streamed_response>(call_.result)
            && media_type_is(stream_type(*route_), "text/event-stream"));
    if (!body_.has_reader) {
        input_.consume(head_size_ + body_.size);
        head_size_ = 0;
        body_.size = 0;
        input_.release();
    }
    enter(phase::stream, {});
    return step::stream;
}

bool connection::keeps_promise(std::size_t begin, bool ended)
{
    auto const octets = out_.size() - begin;
    bool const fits = octets <= *promised_;
    if (fits)
        *promised_ -= octets;
    else
        out_.resize(begin); // too few octets show the client that something is wrong
    bool const kept = fits && (!ended || *promised_ == 0);
    if (!kept)
        end_ = request_end::error;
    return kept;
}

void connection::stream_finished(bool whole)
{
    if (!whole) {
        open_ = false;
        if (end_ == request_end::finished)
            end_ = request_end::client_left;
    }
    end_request();
}

void connection::write_failure(failure const& why)
{
    failure_style chosen;
    chosen.enveloped = enveloped_;
    chosen.status_in_body = shared().settings.error_status == "envelope";
    auto const before = out_.size();
    append_failure(out_, why, frame_, chosen);
    if (watch_)
        watch_->note_answer(std::string_view(out_).substr(before));
}

failure connection::failure_of(std::exception_ptr const& error, bool client_sees_it)
{
    return told_failure(error, *route_, call_.request_id, shared().on_error, client_sees_it);
}

// ---- access -----------------------------------------------------------------------------------------

void connection::begin_watch(request_head const* head)
{
    watch_->begin(head);
    call_.request_id = watch_->request_id();
    added_->request_id = watch_->request_id();
    end_ = request_end::finished;
}

/// What every answer to the request carries; `head` null: it could not be read.
void connection::add_fields(request_head const* head)
{
    shared().cors.mark(head, *added_);
    added_->by_coding = false;
    accepted_ = coding::identity;
    if (!head || shared().codings.empty())
        return;
    accepted_codings accepted;
    for (auto const& field : std::span(head->fields, head->field_count))
        if (equals_ignoring_case(field.name, "accept-encoding"))
            accepted.add(field.value);
    accepted_ = accepted.best_of(shared().codings);
}

void connection::end_watch(request_end how) { watch_->end(shared().on_access, how); }

void connection::end_request()
{
    if (watch_) [[unlikely]]
        end_watch(end_);
    if (suspended_) {
        --worker_->in_flight;
        suspended_ = false;
    }
    if (!body_.complete && !body_.discard)
        open_ = false; // a pulled body that nobody read to its end
    input_.consume(head_size_ + body_.size);
    head_size_ = 0;
    body_.size = 0;
    body_.complete = true;
    body_.discard = false;
    if (input_.capacity() > kept_input)
        input_.release();
    route_ = nullptr;
    in_request_ = false;
    resume_ = 0;
    promised_.reset();
    call_.body_stream.reset();
    call_.issues.clear();
    call_.has_whole_events = call_.opens_websocket = is_tunnel_ = false;
    if (call_.result.index() != 0)
        call_.result = std::monostate{};
    renew();
    enter(phase::idle, limits().keep_alive);
}

} // namespace framex
