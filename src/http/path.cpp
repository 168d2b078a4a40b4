#include <framex/http/path.hpp>
#include <framex/http/syntax.hpp>

#include <algorithm>

namespace framex {
namespace {

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// The octet that an escape at `at` means, or -1 when it is malformed.
int escaped_octet(std::string_view text, std::size_t at) noexcept
{
    if (at + 2 >= text.size())
        return -1;
    int const high = hex_value(text[at + 1]), low = hex_value(text[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// A path of printable ASCII without escapes and without a segment that begins with a dot is normal as it is.
bool is_plain(std::string_view path) noexcept
{
    char before = 0;
    for (char c : path) {
        auto const octet = static_cast<unsigned char>(c);
        if (octet < 0x20 || octet > 0x7e || c == '%' || (c == '.' && before == '/'))
            return false;
        before = c;
    }
    return true;
}

bool decode_path(std::string_view raw, std::string& out)
{
    out.clear();
    for (std::size_t at = 0; at < raw.size(); ++at) {
        char c = raw[at];
        if (c == '%') {
            int const octet = escaped_octet(raw, at);
            if (octet < 0)
                return false;
            at += 2;
            c = static_cast<char>(octet);
            if (c == '/' || c == '%') {
                out += c == '/' ? "%2F" : "%25";
                continue;
            }
        }
        if (is_control(c))
            return false;
        out += c;
    }
    return is_utf8(out);
}

// RFC 3986 section 5.2.4, in place: the octets written never overtake those read.
void remove_dot_segments(std::string& path)
{
    std::size_t size = 0; // of the output: segments, each with the "/" before it
    for (std::size_t at = 0; at < path.size();) {
        auto const end = std::min(path.find('/', at + 1), path.size());
        auto const segment = std::string_view(path).substr(at + 1, end - at - 1);
        bool const up = segment == "..";
        if (up || segment == ".") {
            if (up && size != 0)
                size = path.rfind('/', size - 1);
            if (end == path.size())
                path[size++] = '/';
        } else {
            std::copy(path.begin() + static_cast<std::ptrdiff_t>(at),
                path.begin() + static_cast<std::ptrdiff_t>(end),
                path.begin() + static_cast<std::ptrdiff_t>(size));
            size += end - at;
        }
        at = end;
    }
    path.resize(size);
}

// Octets that are not UTF-8 become U+FFFD, one for each maximal subpart.
void replace_wrong_utf8(std::string& text)
{
    if (is_utf8(text))
        return;
    std::string good;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t wrong = 0;
        auto const size = utf8_length(text, at, &wrong);
        if (size)
            good.append(text, at, size);
        else
            good += "\xef\xbf\xbd";
        at += size ? size : wrong;
    }
    text.swap(good);
}

// One "name=value" of a query; calls with at least one octet.
struct query_piece {
    explicit query_piece(std::string_view piece) noexcept
        : name(piece.substr(0, piece.find('='))), value(piece.substr(std::min(name.size() + 1, piece.size())))
    {
    }
    std::string_view name, value;
};

bool is_encoded(std::string_view text) noexcept
{
    return std::any_of(text.begin(), text.end(),
        [](char c) { return c == '%' || c == '+' || static_cast<unsigned char>(c) >= 0x80; });
}

} // namespace

std::optional<std::string_view> normalise_path(std::string_view raw, std::string& scratch)
{
    if (raw == "*")
        return raw;
    if (raw.empty() || raw[0] != '/')
        return std::nullopt;
    if (is_plain(raw))
        return raw;
    if (!decode_path(raw, scratch))
        return std::nullopt;
    if (scratch.find("/.") != scratch.npos)
        remove_dot_segments(scratch);
    return scratch;
}

std::string decode_path_parameter(std::string_view normalised)
{
    std::string text;
    for (std::size_t at = 0; at < normalised.size(); ++at) {
        int const octet = normalised[at] == '%' ? escaped_octet(normalised, at) : -1;
        text += octet < 0 ? normalised[at] : static_cast<char>(octet);
        at += octet < 0 ? 0 : 2;
    }
    return text;
}

void percent_decode_query(std::string_view text, std::string& out)
{
    out.clear();
    for (std::size_t at = 0; at < text.size(); ++at) {
        int const octet = text[at] == '%' ? escaped_octet(text, at) : -1;
        if (octet >= 0) {
            out += static_cast<char>(octet);
            at += 2;
        } else
            out += text[at] == '+' ? ' ' : text[at];
    }
    replace_wrong_utf8(out);
}

bool find_query(std::string_view query, std::string_view name, std::string& value)
{
    std::string decoded;
    while (!query.empty()) { // from the end: the last one wins
        auto const separator = query.rfind('&');
        query_piece const piece(separator == query.npos ? query : query.substr(separator + 1));
        bool same = piece.name == name && !is_encoded(name);
        if (!same && is_encoded(piece.name)) {
            percent_decode_query(piece.name, decoded);
            same = decoded == name;
        }
        if (same && (!piece.name.empty() || !piece.value.empty())) {
            if (is_encoded(piece.value))
                percent_decode_query(piece.value, value);
            else
                value = piece.value;
            return true;
        }
        query = separator == query.npos ? std::string_view() : query.substr(0, separator);
    }
    return false;
}

std::vector<std::pair<std::string, std::string>> query_parameters(std::string_view query)
{
    std::vector<std::pair<std::string, std::string>> list;
    while (!query.empty()) {
        auto const end = std::min(query.find('&'), query.size());
        if (end != 0) {
            query_piece const piece(query.substr(0, end));
            auto& entry = list.emplace_back();
            percent_decode_query(piece.name, entry.first);
            percent_decode_query(piece.value, entry.second);
        }
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return list;
}

std::optional<std::string> with_slashes_decoded(std::string_view normalised)
{
    std::string decoded;
    bool found = false;
    for (std::size_t at = 0; at < normalised.size(); ++at) {
        bool const is_escape = normalised.substr(at, 3) == "%2F";
        bool const is_slash = is_escape || normalised[at] == '\\';
        found = found || is_slash;
        decoded += is_slash ? '/' : normalised[at];
        at += is_escape ? 2 : 0;
    }
    if (!found)
        return std::nullopt;
    std::string scratch;
    auto const normal = normalise_path(decoded, scratch);
    return normal ? std::string(*normal) : decoded;
}

} // namespace framex
