#include <framex/plugin/context.hpp>

#include <algorithm>

namespace framex {

plugin_context::plugin_context(asio::any_io_executor executor, std::string id, std::string settings_text)
    : executor_(std::move(executor)), id_(std::move(id)), settings_(std::move(settings_text))
{
}
plugin_context::~plugin_context() = default;

void plugin_context::declare(std::string name, route const& target)
{
    declared_.emplace_back(std::move(name), &target);
}

route const* plugin_context::find(std::string_view name) const noexcept
{
    auto const found = std::ranges::find(declared_, name, &std::pair<std::string, route const*>::first);
    return found == declared_.end() ? nullptr : found->second;
}

std::exception_ptr plugin_context::undeclared(std::string_view name)
{
    return std::make_exception_ptr(public_error("API " + std::string(name)
        + " is not declared in current plugin remote_apis; add it to required_remote_apis."));
}

std::exception_ptr plugin_context::wrong_types(route const& target)
{
    return std::make_exception_ptr(
        public_error("API " + (target.function.empty() ? target.path : target.function)
            + " gives another type than the caller asks for"));
}

namespace detail {

bool match_native(route const& target, std::type_info const& result, bool stream,
    call_argument const* arguments, std::size_t count, void** values)
{
    if (target.injects || target.stream != stream || target.parameters.size() != count
        || *target.result_type != result)
        return false;
    for (std::size_t i = 0; i < count; ++i) {
        auto const& wanted = target.parameters[i];
        // arguments usually stand in the order of the parameters
        auto const* given = arguments + i;
        if (given->name != wanted.name) {
            given = std::find_if(
                arguments, arguments + count, [&](auto const& a) { return a.name == wanted.name; });
            if (given == arguments + count)
                return false;
        }
        if (*given->type != *wanted.type)
            return false;
        values[i] = given->value;
    }
    return true;
}

argument_texts texts_of(route const& target, call_argument const* arguments, std::size_t count)
{
    argument_texts texts;
    for (std::size_t i = 0; i < count; ++i) {
        auto const& a = arguments[i];
        auto const known = std::ranges::find(target.parameters, a.name, &parameter::name);
        if (known == target.parameters.end())
            throw public_error(
                "API " + target.function + target.path + " has no parameter " + std::string(a.name));
        if (!a.text)
            throw public_error("The argument " + std::string(a.name) + " cannot be written as JSON");
        texts.emplace_back(a.name, a.text(a.value));
    }
    return texts;
}

awaitable<std::string> call_by_text(route const& target, argument_texts arguments)
{
    std::string out;
    invocation call;
    call.arguments = &arguments;
    call.out = &out;
    call.executor = co_await asio::this_coro::executor;
    if (target.injects || target.stream || target.answer == answer_kind::streamed
        || (!target.now && !target.serve))
        throw public_error("API " + target.function + target.path + " cannot be called with JSON arguments");
    if (target.now)
        target.now(target, call);
    else
        co_await target.serve(target, call);
    if (!call.issues.empty())
        throw validation_error(std::move(call.issues));
    if (auto* reply = std::get_if<response>(&call.result))
        out = std::move(reply->body);
    co_return out;
}

} // namespace detail
} // namespace framex
