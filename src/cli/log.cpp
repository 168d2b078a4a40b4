#include "log.hpp"

#include "one_line.hpp"

#include <framex/model/json.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <ostream>

namespace framex::cli {

// ---- what a JSON line holds -------------------------------------------------------------------------

struct access_line {
    std::string time;
    log_level level = log_level::info;
    std::string event = "access";
    std::string method;
    std::string route;
    int status = 0;
    double duration_ms = 0;
    std::uint64_t bytes = 0;
    std::string request_id;
    std::string peer;
    request_end end = request_end::finished;
};
BOOST_DESCRIBE_STRUCT(
    access_line, (), (time, level, event, method, route, status, duration_ms, bytes, request_id, peer, end))

struct stream_line : access_line {
    std::uint64_t items = 0;
    std::optional<double> first_item_ms;
};
BOOST_DESCRIBE_STRUCT(stream_line, (access_line), (items, first_item_ms))

struct error_line {
    std::string time;
    log_level level = log_level::error;
    std::string event = "error";
    std::string method;
    std::string route;
    std::string request_id;
    std::string message;
};
BOOST_DESCRIBE_STRUCT(error_line, (), (time, level, event, method, route, request_id, message))

struct plugin_line {
    std::string time;
    log_level level = log_level::info;
    std::string event = "plugin";
    std::string plugin;
    std::string message;
};
BOOST_DESCRIBE_STRUCT(plugin_line, (), (time, level, event, plugin, message))

namespace {

constexpr std::string_view red = "1;31";
constexpr std::string_view green = "32";

std::string_view name_of(log_level level) { return boost::describe::enum_to_string(level, ""); }

log_level level_of(std::string_view name)
{
    auto level = log_level::info;
    boost::describe::enum_from_string(std::string(name).c_str(), level);
    return level;
}

/// Milliseconds with whole microseconds.
double in_ms(std::chrono::nanoseconds span)
{
    return static_cast<double>(std::chrono::duration_cast<std::chrono::microseconds>(span).count()) / 1000;
}

std::string short_span(std::chrono::nanoseconds span)
{
    auto const ms = in_ms(span);
    return ms < 1000 ? fmt::format("{:.1f} ms", ms) : fmt::format("{:.2f} s", ms / 1000);
}

std::string peer_of(asio::ip::tcp::endpoint const& peer)
{
    auto const host = peer.address().to_string();
    return fmt::format(fmt::runtime(peer.address().is_v6() ? "[{}]:{}" : "{}:{}"), host, peer.port());
}

std::string_view spelled(request_end end)
{
    switch (end) {
    case request_end::client_left:
        return "client left";
    case request_end::cancelled:
        return "cancelled";
    case request_end::error:
        return "error";
    case request_end::finished:
        break;
    }
    return "finished";
}

void fill(access_line& line, access_record const& record)
{
    line.method = record.method;
    line.route = record.route;
    line.status = record.status;
    line.duration_ms = in_ms(record.duration);
    line.bytes = record.bytes;
    line.request_id = record.request_id;
    line.peer = peer_of(record.peer);
    line.end = record.end;
}

} // namespace

log::log(log_output output, log_settings const& wanted)
    : output_(std::move(output)), least_(level_of(wanted.level)),
      is_json_(wanted.format == "json" || (wanted.format == "auto" && !output_.is_terminal)),
      ignored_(wanted.ignored_contains)
{
}

bool log::is_ignored(access_record const& record) const
{
    auto const text = fmt::format("{} {}", record.method, record.path);
    return std::ranges::any_of(ignored_, [&](auto const& part) { return text.find(part) != text.npos; });
}

/// "2026-11-21T04:47:25.125+00:00"
std::string log::json_time() const
{
    auto const now = std::chrono::time_point_cast<std::chrono::milliseconds>(output_.now());
    auto const second = std::chrono::floor<std::chrono::seconds>(now);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}+00:00",
        fmt::gmtime(std::chrono::system_clock::to_time_t(second)), (now - second).count());
}

/// "2026-11-21 05:47:25 info ", in local time.
std::string log::text_head(log_level level) const
{
    auto name = std::string(name_of(level));
    if (output_.paint == colours::on)
        name = fmt::format("\x1b[{}m{}\x1b[0m", level == log_level::error ? red : green, name);
    auto const second = std::chrono::system_clock::to_time_t(output_.now());
    return fmt::format("{:%Y-%m-%d %H:%M:%S} {} ", fmt::localtime(second), name);
}

void log::write(std::string line)
{
    line += '\n';
    std::lock_guard const only_one(guard_);
    output_.to << line << std::flush;
}

void log::access(access_record const& record)
{
    if (!writes(log_level::info) || is_ignored(record))
        return;
    if (is_json_) {
        stream_line line;
        line.time = json_time();
        fill(line, record);
        if (!record.stream)
            return write(to_json(static_cast<access_line const&>(line)));
        line.items = record.stream->items;
        if (record.stream->first_item)
            line.first_item_ms = in_ms(*record.stream->first_item);
        return write(to_json(line));
    }
    auto line = fmt::format("{}{} {} {} {} {} B", text_head(log_level::info), record.method, record.route,
        record.status, short_span(record.duration), record.bytes);
    if (record.stream)
        line += fmt::format(" {} items", record.stream->items);
    if (record.stream && record.stream->first_item)
        line += fmt::format(", first after {}", short_span(*record.stream->first_item));
    if (record.stream || record.end != request_end::finished)
        line += fmt::format(", {}", spelled(record.end));
    write(line + fmt::format(" from {} id {}", peer_of(record.peer), record.request_id));
}

void log::error(error_record const& record)
{
    if (!writes(log_level::error))
        return;
    if (is_json_) {
        error_line line;
        line.time = json_time();
        line.method = record.method;
        line.route = record.route;
        line.request_id = record.request_id;
        line.message = record.what;
        return write(to_json(line));
    }
    auto line = fmt::format(
        "{}{} {}: {}", text_head(log_level::error), record.method, record.route, on_one_line(record.what));
    if (!record.request_id.empty())
        line += fmt::format(" id {}", record.request_id);
    write(std::move(line));
}

void log::plugin(log_record const& record)
{
    if (!writes(record.level) || record.level == log_level::off)
        return;
    if (is_json_) {
        plugin_line line;
        line.time = json_time();
        line.level = record.level;
        line.plugin = record.plugin;
        line.message = record.text;
        return write(to_json(line));
    }
    write(fmt::format("{}{}: {}", text_head(record.level), record.plugin, on_one_line(record.text)));
}

void log::fault(problem const& what)
{
    auto text = render(what, is_json_ ? colours::off : output_.paint);
    while (text.ends_with('\n'))
        text.pop_back();
    auto const level = what.is_warning ? log_level::warning : log_level::error;
    if (is_json_)
        plugin({.plugin = "framex", .level = level, .text = text});
    else if (writes(level))
        write(std::move(text));
}

} // namespace framex::cli
