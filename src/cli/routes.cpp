#include "routes.hpp"

#include "log.hpp"
#include "prepare.hpp"
#include "route_reasons.hpp"
#include "server/router.hpp"

#include <framex/engine/local_engine.hpp>
#include <framex/http/syntax.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <ostream>
#include <string_view>
#include <tuple>
#include <vector>

namespace framex::cli {

namespace {

/// The URLs of "proxy(URL)" among the tags.
std::vector<std::string> upstreams_of(route const& one)
{
    constexpr std::string_view before = "proxy(";
    std::vector<std::string> urls;
    for (auto const& tag : one.tags)
        if (one.published && tag.starts_with(before) && tag.ends_with(')'))
            urls.push_back(tag.substr(before.size(), tag.size() - before.size() - 1));
    return urls;
}

bool is_stream_media(std::string_view media_type)
{
    constexpr std::array<std::string_view, 3> streams = {
        "text/event-stream", "application/x-ndjson", "application/json-seq"};
    return std::ranges::any_of(streams, [&](auto each) { return media_type_is(media_type, each); });
}

/// Whether a success of the published operation is a stream, as its description says.
bool describes_stream(json::object const& operation)
{
    auto const* responses = operation.if_contains("responses");
    if (!responses || !responses->is_object())
        return false;
    for (auto const& [status, answer] : responses->get_object()) {
        auto const* content = answer.is_object() ? answer.get_object().if_contains("content") : nullptr;
        if (!status.starts_with('2') || !content || !content->is_object())
            continue;
        for (auto const& [media_type, described] : content->get_object())
            if (is_stream_media(media_type))
                return true;
    }
    return false;
}

bool is_stream(route const& one)
{
    if (one.published)
        return describes_stream(one.published->operation);
    return one.stream || one.answer == answer_kind::streamed;
}

/// One route, as it is shown.
struct route_row {
    route const* of;
    std::string source; ///< "local", "built-in", "function", "published", or the upstreams
    std::vector<std::string> upstreams;
    bool is_stream;
    key_rule const* rule; ///< that guards it; null: none does
};

std::string source_of(route const& one, std::vector<std::string> const& upstreams, settings const& wanted)
{
    if (one.method.empty())
        return "function";
    if (one.published) {
        std::string text;
        for (auto const& url : upstreams)
            text += (text.empty() ? "" : ", ") + url;
        return text.empty() ? "published" : text;
    }
    auto const& built_in = wanted.load_builtin_plugins;
    bool const is_own = one.plugin == own_plugin || std::ranges::find(built_in, one.plugin) != built_in.end();
    return is_own ? "built-in" : "local";
}

/// Those that a request or a call can reach.
std::vector<route_row> rows_of(route_table const& table, settings const& wanted)
{
    std::vector<route_row> rows;
    for (auto const& one : table.routes()) {
        if (std::ranges::find(table.duplicates(), &one, &duplicate_route::second) != table.duplicates().end())
            continue;
        auto upstreams = upstreams_of(one);
        auto source = source_of(one, upstreams, wanted);
        rows.push_back({&one, std::move(source), std::move(upstreams), is_stream(one),
            one.method.empty() ? nullptr : table.rule_of(one)});
    }
    std::ranges::sort(rows, {}, [](route_row const& row) {
        auto const& one = *row.of;
        bool const is_function = one.method.empty();
        return std::tuple(is_function, std::string_view(is_function ? one.function : one.path),
            std::string_view(one.method));
    });
    return rows;
}

/// "open", "keys" or "closed"; empty for what no request reaches.
std::string_view auth_of(route_row const& row)
{
    if (row.of->method.empty())
        return {};
    if (!row.rule)
        return "open";
    return row.rule->keys.empty() ? "closed" : "keys";
}

std::string auth_text(route_row const& row)
{
    auto const auth = auth_of(row);
    if (auth.empty())
        return "-";
    if (!row.rule)
        return std::string(auth);
    return std::string(auth) + " by " + (row.of->keys ? "the route" : row.rule->pattern);
}

using cells = std::array<std::string, 6>;

cells cells_of(route_row const& row)
{
    auto const& one = *row.of;
    bool const has_path = !one.method.empty();
    return {has_path ? one.method : "-", has_path ? one.path : one.function, one.plugin, row.source,
        row.is_stream ? "yes" : "-", auth_text(row)};
}

json::value text_or_null(std::string_view text)
{
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object object_of(route_row const& row)
{
    auto const& one = *row.of;
    bool const has_path = !one.method.empty();
    json::object made;
    made["method"] = text_or_null(one.method);
    made["path"] = text_or_null(has_path ? one.path : std::string());
    made["function"] = text_or_null(one.function);
    made["plugin"] = one.plugin;
    made["source"] = row.upstreams.empty() ? row.source : "upstream";
    made["upstreams"] = json::array(row.upstreams.begin(), row.upstreams.end());
    made["stream"] = row.is_stream;
    made["auth"] = text_or_null(auth_of(row));
    made["rule"] = text_or_null(row.rule && !one.keys ? row.rule->pattern : std::string());
    return made;
}

route_table table_of(app const& service)
{
    return route_table(service.routes(), key_rules(service.configuration().auth.rules));
}

/// Prepares an app as `run` does and calls `act` with it and its context. Returns the exit code.
int with_app(run_request const& request, cli_environment const& environment,
    std::function<void(app&, asio::io_context&)> const& act)
{
    auto const& wanted = request.configuration.settings();
    auto const paint = request.is_coloured ? colours::on : colours::off;
    log lines(
        {.to = environment.err, .is_terminal = environment.err_is_terminal, .paint = paint}, wanted.log);
    asio::io_context context(1);
    app service(context.get_executor(), wanted);
    service.on_log([&lines](log_record const& record) { lines.plugin(record); });
    service.on_error([&lines](error_record const& record) { lines.error(record); });
    auto const workers = std::max<std::int64_t>(wanted.server.num_cpus, 0);
    local_engine jobs(static_cast<std::size_t>(workers)); // ends before the plugins, which its jobs may use
    use_engine(context, jobs);
    try {
        prepare(service, request, environment,
            [](std::filesystem::path const& file) { return load_plugin(file); });
        act(service, context);
        return done;
    } catch (refusal const& refused) {
        environment.err << render(refused.problems, paint);
        return refused.code;
    }
}

/// Runs the context until the work has ended; what that throws is thrown.
void complete(asio::io_context& context, awaitable<> work)
{
    std::atomic<bool> ended = false;
    std::exception_ptr error;
    context.restart(); // it may have run out of work before
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr thrown) {
        ended = true;
        error = thrown;
    });
    run_until(context, ended);
    if (error)
        std::rethrow_exception(error);
}

} // namespace

std::string routes_table(app const& service)
{
    auto const table = table_of(service);
    std::vector<cells> lines = {{"METHOD", "PATH", "PLUGIN", "SOURCE", "STREAM", "AUTH"}};
    for (auto const& row : rows_of(table, service.configuration()))
        lines.push_back(cells_of(row));
    std::array<std::size_t, std::tuple_size_v<cells>> widths{};
    for (auto const& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], line[i].size());
    std::string text;
    for (auto const& line : lines) {
        for (std::size_t i = 0; i + 1 < line.size(); ++i)
            text.append(line[i]).append(widths[i] + 2 - line[i].size(), ' ');
        text += line.back() + "\n";
    }
    return text;
}

std::string routes_as_json(app const& service)
{
    auto const table = table_of(service);
    json::array all;
    for (auto const& row : rows_of(table, service.configuration()))
        all.push_back(object_of(row));
    return json::serialize(all) + "\n";
}

int list_routes(run_request const& request, cli_environment const& environment, bool as_json)
{
    return with_app(request, environment, [&](app& service, asio::io_context& context) {
        try_to(request, [&] { complete(context, service.start()); });
        environment.out << (as_json ? routes_as_json(service) : routes_table(service));
        complete(context, service.finish());
    });
}

int explain_route(run_request const& request, cli_environment const& environment, std::string const& method,
    std::string const& path)
{
    return with_app(request, environment,
        [&](app& service, asio::io_context&) { environment.out << reasons_of(service, method, path); });
}

} // namespace framex::cli
