#include "multipart_head.hpp"

#include <framex/http/syntax.hpp>

#include <algorithm>

namespace framex {
namespace {

[[noreturn]] void refuse(char const* sentence) { throw http_error(400, sentence); }

// WHATWG HTML 4.10.22.8: browsers write %22 for a quotation mark and leave every other "%" and "\" as it is.
// Others write quoted pairs; of these only \" and \\ are resolved, for the sake of old paths like
// "C:\dir\a.txt".
std::string resolve_escapes(std::string_view raw)
{
    std::string text;
    for (std::size_t at = 0; at < raw.size(); ++at) {
        auto const rest = raw.substr(at);
        if (rest.starts_with("%22")) {
            text += '"';
            at += 2;
        } else if (rest.starts_with("\\\"") || rest.starts_with("\\\\"))
            text += raw[++at];
        else
            text += raw[at];
    }
    return text;
}

// ext-value of RFC 8187 section 3.2.1: UTF-8'language'text with escapes.
std::string resolve_extended(std::string_view raw)
{
    auto const charset = raw.find('\'');
    auto const language = charset == raw.npos ? raw.npos : raw.find('\'', charset + 1);
    if (language == raw.npos || !equals_ignoring_case(raw.substr(0, charset), "utf-8"))
        refuse("a part's filename* is not UTF-8''text");
    std::string text;
    for (std::size_t at = language + 1; at < raw.size(); ++at) {
        if (raw[at] != '%') {
            text += raw[at];
            continue;
        }
        int const high = at + 2 < raw.size() ? hex_value(raw[at + 1]) : -1;
        int const low = at + 2 < raw.size() ? hex_value(raw[at + 2]) : -1;
        if (high < 0 || low < 0)
            refuse("a part's filename* has a malformed escape");
        text += static_cast<char>(high * 16 + low);
        at += 2;
    }
    return text;
}

void check_text(std::string_view text, multipart_limits const& limits)
{
    if (text.size() > limits.name)
        throw http_error(413, "a part's name is longer than " + std::to_string(limits.name) + " octets");
    if (!is_utf8(text))
        refuse("a part's name is not UTF-8");
    if (std::any_of(text.begin(), text.end(),
            [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
        refuse("a part's name has a control character");
}

// RFC 7578 section 4.2 and 7: no path of the sender's is taken over.
std::string last_of_path(std::string text)
{
    bool const given = !text.empty();
    if (auto const slash = text.find_last_of("/\\"); slash != text.npos)
        text.erase(0, slash + 1);
    if ((given && text.empty()) || text == "." || text == "..")
        refuse("a part's file name is a folder");
    return text;
}

// Content-Disposition: form-data; name="..."; filename="...", RFC 7578 section 4.2. filename* counts only
// where there is no filename: section 4.2 forbids it, old clients send it alone.
void read_disposition(std::string_view value, part_head& head, multipart_limits const& limits)
{
    auto const type_end = std::min(value.find(';'), value.size());
    if (!equals_ignoring_case(trim_whitespace(value.substr(0, type_end)), "form-data"))
        refuse("a part's Content-Disposition is not form-data");
    std::optional<std::string> name, filename, extended;
    auto set = [](std::optional<std::string>& target, std::string text) {
        if (target)
            refuse("a part's Content-Disposition has a parameter twice");
        target.emplace(std::move(text));
    };
    parameter_scanner scanner(value.substr(type_end));
    while (scanner.next()) {
        if (equals_ignoring_case(scanner.name(), "name"))
            set(name, resolve_escapes(scanner.raw_value()));
        else if (equals_ignoring_case(scanner.name(), "filename"))
            set(filename, resolve_escapes(scanner.raw_value()));
        else if (equals_ignoring_case(scanner.name(), "filename*"))
            set(extended, resolve_extended(scanner.raw_value()));
    }
    if (!scanner.valid())
        refuse("a part's Content-Disposition is malformed");
    if (!name || name->empty())
        refuse("a part has no name");
    if (!filename)
        filename.swap(extended);
    check_text(*name, limits);
    head.name = std::move(*name);
    if (filename) {
        check_text(*filename, limits);
        head.filename.emplace(last_of_path(std::move(*filename)));
    }
}

// One field line as in a request head: no folding, no bare CR or LF, no control octets.
void add_field(std::string_view line, fields& headers)
{
    auto const colon = std::min(line.find(':'), line.size());
    auto const name = line.substr(0, colon);
    if (colon == line.size() || !is_token(name))
        refuse("a part has a malformed header line");
    auto const value = trim_whitespace(line.substr(colon + 1));
    if (!std::all_of(value.begin(), value.end(), [](char c) { return is_octet(c, value_octet); }))
        refuse("a part's header has a control character");
    headers.insert(name, value);
}

} // namespace

part_head read_part_head(std::string_view text, multipart_limits const& limits)
{
    part_head head;
    for (std::uint32_t count = 0; !text.empty(); ++count) {
        if (count == limits.head_fields)
            throw http_error(413, "a part has more than " + std::to_string(limits.head_fields) + " headers");
        auto const end = text.find("\r\n");
        add_field(text.substr(0, end), head.headers);
        text.remove_prefix(end == text.npos ? text.size() : end + 2);
    }
    using boost::beast::http::field;
    if (head.headers.count(field::content_disposition) != 1)
        refuse("a part needs exactly one Content-Disposition");
    std::string_view const disposition = head.headers[field::content_disposition];
    read_disposition(disposition, head, limits);
    if (head.headers.count(field::content_type) > 1)
        refuse("a part has two Content-Types");
    if (auto const type = head.headers.find(field::content_type); type != head.headers.end())
        head.content_type = type->value();
    return head;
}

} // namespace framex
