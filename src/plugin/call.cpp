#include <framex/plugin/call.hpp>

#include <boost/core/demangle.hpp>

#include <algorithm>

namespace framex {

call_error::call_error(std::string const& message, std::string told)
    : std::runtime_error(message), told_(std::move(told))
{
}
call_error::call_error(std::string const& message, std::vector<issue> issues)
    : std::runtime_error(message), issues_(std::move(issues))
{
}
call_error::~call_error() = default;

namespace detail {

namespace {

/// A type as a person writes it.
std::string name_of_type(native_type const& type)
{
    if (*type.info == typeid(void))
        return "nothing";
    static std::string const long_name = boost::core::demangle(typeid(std::string).name());
    auto name = boost::core::demangle(type.info->name());
    for (auto at = name.find(long_name); at != name.npos; at = name.find(long_name, at))
        name.replace(at, long_name.size(), "std::string");
    return name;
}

std::string name_of_result(native_type const& type, bool stream)
{
    return (stream ? "a stream of " : "") + name_of_type(type);
}

/// How every message begins.
std::string call_of(declared_api const& api)
{
    std::string text = "plugin ";
    text += api.caller;
    text += " calls the API " + api.name;
    if (api.target)
        text += " of plugin " + api.target->plugin;
    return text + ": ";
}

/// "(f: std::function<int (int)>, n: int)"
std::string taken_by(route const& target)
{
    std::string list;
    for (auto const& p : target.parameters)
        list += (list.empty() ? "" : ", ") + p.name + ": " + name_of_type(*p.type);
    return "(" + list + ")";
}

call_error unfit_arguments(declared_api const& api, std::vector<issue> issues)
{
    auto const message = call_of(api) + "it takes " + taken_by(*api.target)
        + ", and the caller's arguments do not fit: " + validation_error(issues).what();
    return call_error(message, std::move(issues));
}

bool goes_through_text(route const& target) { return !target.injects && (target.now || target.serve); }

bool gives(route const& target, result_form form)
{
    if (target.answer == answer_kind::streamed)
        return false; // its head and its body are for those who ask for a streamed_response
    switch (form) {
    case result_form::native:
        break;
    case result_form::nothing:
    case result_form::value:
        return !target.stream;
    case result_form::response:
        return target.answer == answer_kind::response;
    case result_form::events:
        return target.answer == answer_kind::sse;
    case result_form::texts:
        return target.stream;
    case result_form::values:
        return target.answer == answer_kind::json_lines;
    case result_form::json_values:
        return target.answer == answer_kind::json_lines || target.answer == answer_kind::chunked;
    }
    return false;
}

} // namespace

call_error mismatch(declared_api const& api, wanted_result wanted)
{
    auto const asked = name_of_result(*wanted.type, wanted.stream);
    if (!api.target)
        return call_error(call_of(api) + "it is one of another service, the caller asks for " + asked);
    auto const& target = *api.target;
    auto const gift = name_of_result(*target.result_type, target.stream);
    if (target.injects)
        return call_error(call_of(api) + "it takes the HTTP request itself, so plugins cannot call it");
    if (!goes_through_text(target))
        return call_error(call_of(api) + "it can be called with its own types only: it takes "
            + taken_by(target) + " and gives " + gift);
    return call_error(call_of(api) + "it gives " + gift + ", the caller asks for " + asked);
}

call_error unfit_result(declared_api const& api, wanted_result wanted, std::vector<issue> issues)
{
    auto message = mismatch(api, wanted).what() + std::string(", which does not fit: ")
        + validation_error(issues).what();
    return call_error(message, std::move(issues));
}

bool match_native(route const& target, wanted_result wanted, call_argument const* arguments,
    std::size_t count, void** values)
{
    if (target.injects || target.stream != wanted.stream || target.parameters.size() != count
        || *target.result_type != *wanted.type)
        return false;
    for (std::size_t i = 0; i < count; ++i) {
        auto const& parameter = target.parameters[i];
        // arguments usually stand in the order of the parameters
        auto const* given = arguments + i;
        if (given->name != parameter.name) {
            given = std::find_if(
                arguments, arguments + count, [&](auto const& a) { return a.name == parameter.name; });
            if (given == arguments + count)
                return false;
        }
        if (*given->type != *parameter.type)
            return false;
        values[i] = given->value;
    }
    return true;
}

argument_texts texts_of(
    declared_api const& api, wanted_result wanted, call_argument const* arguments, std::size_t count)
{
    auto const& target = *api.target;
    if (!goes_through_text(target) || !gives(target, wanted.form))
        throw mismatch(api, wanted);
    argument_texts texts;
    for (std::size_t i = 0; i < count; ++i) {
        auto const& a = arguments[i];
        auto const known = std::ranges::find(target.parameters, a.name, &parameter::name);
        if (known == target.parameters.end())
            throw call_error(call_of(api) + "it has no parameter " + std::string(a.name) + ", it takes "
                + taken_by(target));
        if (!a.text)
            throw call_error(call_of(api) + "it takes " + std::string(a.name) + " as "
                + name_of_type(*known->type) + ", the caller gives " + name_of_type(*a.type)
                + ", which cannot be written as JSON");
        texts.emplace_back(a.name, a.text(a.value));
    }
    return texts;
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): it lives as long as the caller
awaitable<text_answer> call_by_text(declared_api const& api, argument_texts arguments, result_form form)
{
    auto const& target = *api.target;
    text_answer answer;
    invocation call;
    call.arguments = &arguments;
    call.out = &answer.text;
    call.executor = co_await asio::this_coro::executor;
    if (target.now)
        target.now(target, call);
    else
        co_await target.serve(target, call);
    if (!call.issues.empty())
        throw unfit_arguments(api, std::move(call.issues));
    if (target.stream)
        answer.is_json = target.answer == answer_kind::json_lines;
    auto* reply = std::get_if<response>(&call.result);
    if (reply && form != result_form::response) {
        if (reply->status >= 400)
            throw http_error(reply->status, reply->body);
        answer.is_body = true;
        answer.is_json = is_json_media(reply->headers["Content-Type"]);
        answer.text = std::move(reply->body);
    } else
        answer.result = std::move(call.result);
    co_return answer;
}

async_generator<std::string> event_texts(async_generator<sse_event> events)
{
    while (auto event = co_await events.next()) {
        std::string text = to_text(*event);
        co_yield std::move(text);
    }
}

} // namespace detail
} // namespace framex
