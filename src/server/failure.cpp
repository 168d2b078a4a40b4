#include "server/failure.hpp"

#include "http/clock_text.hpp"
#include "server/watch.hpp"

#include <framex/client/upstream_error.hpp>
#include <framex/engine/engine.hpp>
#include <framex/http/syntax.hpp>
#include <framex/model/json.hpp>
#include <framex/plugin/call.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace framex {

namespace {

constexpr std::string_view json_type = "application/json";

void append_message(std::string& out, failure const& why)
{
    if (why.message_is_json)
        out += why.message;
    else
        write_json(out, why.message);
}

void append_status(std::string& out, int status)
{
    out += "{\"status\":";
    write_json(out, status);
}

void append_stamp(std::string& out)
{
    out += ",\"timestamp\":\"";
    out += now_text().stamp;
    out += '"';
}

/// Fields of the answer that no error may set.
bool is_own_field(std::string_view name)
{
    auto const id = http::string_to_field(name);
    return id == http::field::content_type || frames_the_message(id);
}

std::string enveloped_body(failure const& why)
{
    std::string body;
    append_status(body, why.status);
    if (!why.issues.empty()) {
        body += ",\"message\":\"unexpected code\"";
        append_stamp(body);
        body += ",\"data\":{\"detail\":";
        write_issues(body, why.issues);
        body += "}}";
        return body;
    }
    body += ",\"message\":";
    append_message(body, why);
    append_stamp(body);
    body += '}';
    return body;
}

std::string plain_body(failure const& why)
{
    std::string body;
    if (!why.issues.empty()) {
        body += "{\"detail\":";
        write_issues(body, why.issues);
        body += '}';
        return body;
    }
    append_status(body, why.status);
    body += ",\"message\":";
    append_message(body, why);
    body += ",\"is_middleware_error\":true}";
    return body;
}

std::string body_of(failure const& why, failure_style style)
{
    bool const is_plain = !style.enveloped && why.from == failure::origin::raised;
    return is_plain ? plain_body(why) : enveloped_body(why);
}

/// For old clients a raised error travels under 200.
int status_of(failure const& why, failure_style style)
{
    bool const hidden =
        style.status_in_body && style.enveloped && why.from == failure::origin::raised && why.issues.empty();
    return hidden ? 200 : why.status;
}

} // namespace

failure failure::of(std::exception_ptr error)
{
    failure why(500, "Internal Server Error", origin::internal);
    try {
        std::rethrow_exception(error);
    } catch (http_error const& e) {
        if (!is_final(e.status()))
            return why;
        why = failure(e.status(), e.what(), origin::raised);
        why.message_is_json = e.is_json();
        for (auto const& [name, value] : e.headers())
            if (valid_field_name(name) && valid_field_value(value) && !is_own_field(name))
                why.fields.append("\r\n").append(name).append(": ").append(value);
    } catch (upstream_error const& e) { // never hidden in a 200
        why = failure(e.status(), e.what(), origin::protocol);
        why.is_hidden = true; // its cause
        if (why.status == 503)
            why.fields = "\r\nRetry-After: 1";
    } catch (engine_error const& e) {
        if (e.why() == engine_errc::missing) {
            why.is_hidden = true;
            return why;
        }
        why = failure(503, e.what(), origin::protocol);
        why.fields = "\r\nRetry-After: 1";
    } catch (validation_error const& e) {
        why = failure(422, e.what(), origin::raised);
        why.issues = e.issues();
    } catch (call_error const& e) {
        why.is_hidden = true;
        if (!e.told().empty())
            why.message = e.told();
    } catch (public_error const& e) {
        if (*e.what())
            why.message = e.what();
    } catch (std::exception const&) {
        why.is_hidden = true;
    } catch (...) {
        why.is_hidden = true;
    }
    return why;
}

void append_failure(std::string& out, failure const& why, answer_frame frame, failure_style style)
{
    append_answer(out, status_of(why, style), json_type, body_of(why, style), frame, why.fields);
}

response response_of(failure const& why, failure_style style)
{
    auto made = response::json(body_of(why, style), status_of(why, style));
    add_field_lines(made.headers, why.fields);
    return made;
}

failure told_failure(std::exception_ptr const& error, route const& entry, std::string_view request_id,
    error_sink const& sink, bool client_sees_it)
{
    auto why = failure::of(error);
    if (!sink || (client_sees_it && !why.is_hidden))
        return why;
    auto const what = text_of(error);
    error_record record;
    record.method = entry.method;
    record.route = entry.path;
    record.request_id = request_id;
    record.what = what;
    try {
        sink(record);
    } catch (...) { // a sink that fails costs its line, not the connection
    }
    return why;
}

sse_event error_event(failure const& why)
{
    std::string data;
    append_status(data, why.status);
    data += ",\"message\":";
    append_message(data, why);
    data += '}';
    return make_stream_event_from_json("error", data);
}

} // namespace framex
