#include <framex/http/sse.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace framex {
namespace {

bool ends_line(char c) noexcept { return c == '\r' || c == '\n'; }

std::size_t end_of_line(std::string_view text) noexcept
{
    auto const feed = std::min(text.find('\n'), text.size());
    return std::min(text.substr(0, feed).find('\r'), feed);
}

// "name: text" with a line for every line of the text.
void append_lines(std::string& out, std::string_view name, std::string_view text)
{
    for (;;) {
        auto const end = end_of_line(text);
        out.append(name).append(": ").append(text.substr(0, end)) += '\n';
        if (end == text.size())
            return;
        text.remove_prefix(text.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
    }
}

// "name: text" on one line whatever the text holds.
void append_line(std::string& out, std::string_view name, std::string_view text)
{
    auto const fits = [](char c) { return !ends_line(c) && c != '\0'; };
    out.append(name).append(": ");
    if (std::ranges::all_of(text, fits))
        out += text;
    else
        std::ranges::copy_if(text, std::back_inserter(out), fits);
    out += '\n';
}

} // namespace

void append_event(std::string& out, sse_event const& event)
{
    if (!event.comment.empty())
        append_lines(out, "", event.comment);
    if (!event.event.empty())
        append_line(out, "event", event.event);
    if (!event.id.empty())
        append_line(out, "id", event.id);
    bool const retry = event.retry && event.retry->count() >= 0;
    if (retry)
        append_line(out, "retry", std::to_string(event.retry->count()));
    bool const bare = event.event.empty() && event.data.empty();
    if (!bare || (event.comment.empty() && event.id.empty() && !retry))
        append_lines(out, "data", event.data);
    out += '\n';
}

std::string to_text(sse_event const& event)
{
    std::string out;
    append_event(out, event);
    return out;
}

sse_event make_stream_event(std::string_view type) { return make_stream_event_from_json(type, "{}"); }

sse_event make_stream_event(std::string_view type, std::string_view content)
{
    if (content.empty())
        return make_stream_event(type);
    return make_stream_event_from_json(type, "{\"content\":" + to_json(content) + '}');
}

sse_event make_stream_event_from_json(std::string_view type, std::string_view json_text)
{
    return sse_event(std::string(type), spaced_json(json_text));
}

std::string spaced_json(std::string_view compact)
{
    std::string out;
    out.reserve(compact.size() + compact.size() / 8);
    bool in_string = false;
    for (std::size_t at = 0; at < compact.size(); ++at) {
        char const c = compact[at];
        out += c;
        if (c == '"')
            in_string = !in_string;
        else if (in_string && c == '\\' && at + 1 < compact.size())
            out += compact[++at];
        else if (!in_string && (c == ':' || c == ','))
            out += ' ';
    }
    return out;
}

// Moves octets into the line up to its end. True once the line is whole.
bool sse_parser::read_line(std::string_view& octets)
{
    if (line_done_)
        line_.clear();
    line_done_ = false;
    if (after_cr_ && !octets.empty()) {
        after_cr_ = false;
        octets.remove_prefix(octets[0] == '\n' ? 1 : 0);
    }
    auto const size =
        static_cast<std::size_t>(std::find_if(octets.begin(), octets.end(), ends_line) - octets.begin());
    if (size > limit_ - line_.size() - std::min(event_.data.size(), limit_ - line_.size()))
        throw std::length_error("an event is longer than " + std::to_string(limit_) + " octets");
    line_ += octets.substr(0, size);
    if (size == octets.size()) {
        octets = {};
        return false;
    }
    after_cr_ = octets[size] == '\r';
    octets.remove_prefix(size + 1);
    if (first_line_ && line_.starts_with("\xef\xbb\xbf"))
        line_.erase(0, 3);
    first_line_ = false;
    return line_done_ = true;
}

// True when the line ends an event that is to be dispatched.
bool sse_parser::take_line()
{
    if (line_.empty()) {
        last_id_ = id_;
        if (has_data_)
            return true;
        event_ = {};
        return false;
    }
    std::string_view const line = line_;
    auto const colon = std::min(line.find(':'), line.size());
    auto value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' '))
        value.remove_prefix(1);
    take_field(line.substr(0, colon), value);
    return false;
}

void sse_parser::take_field(std::string_view name, std::string_view value)
{
    if (name == "data") {
        if (has_data_)
            event_.data += '\n';
        event_.data += value;
        has_data_ = true;
    } else if (name == "event") {
        event_.event = value;
    } else if (name == "id") {
        if (value.find('\0') == value.npos)
            id_ = value;
    } else if (name == "retry") {
        std::chrono::milliseconds::rep count = 0;
        auto const [end, fault] = std::from_chars(value.data(), value.data() + value.size(), count);
        if (fault == std::errc() && end == value.data() + value.size() && value[0] != '-')
            event_.retry = retry_ = std::chrono::milliseconds(count);
    }
}

sse_event sse_parser::take_event()
{
    sse_event event;
    std::swap(event, event_);
    event.id = last_id_;
    has_data_ = false;
    return event;
}

} // namespace framex
