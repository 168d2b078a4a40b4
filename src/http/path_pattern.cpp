#include <framex/http/path_pattern.hpp>

#include <algorithm>
#include <stdexcept>

namespace framex {
namespace {

[[noreturn]] void refuse(std::string const& text, char const* wanted)
{
    throw std::invalid_argument("path pattern \"" + text + "\": " + wanted);
}

bool is_name(std::string_view text) noexcept
{
    auto const letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !text.empty() && letter(text[0])
        && std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

// Cuts the first segment, without its "/", off a path that begins with one.
std::string_view cut_segment(std::string_view& path) noexcept
{
    auto const end = std::min(path.find('/', 1), path.size());
    auto const segment = path.substr(1, end - 1);
    path.remove_prefix(end);
    return segment;
}

} // namespace

path_pattern::path_pattern(std::string_view text) : text_(text)
{
    if (text.empty() || text[0] != '/')
        refuse(text_, "a pattern begins with \"/\"");
    while (!text.empty()) {
        auto const piece = cut_segment(text);
        add_segment(piece, text.empty());
    }
    static_ = std::all_of(
        segments_.begin(), segments_.end(), [](segment const& s) { return s.what == kind::text; });
}

void path_pattern::add_segment(std::string_view piece, bool last)
{
    constexpr std::string_view rest = ":path}";
    if (piece == "*") {
        if (!last)
            refuse(text_, "\"*\" may only be the last segment");
        segments_.emplace_back(kind::rest, std::string());
    } else if (piece.find_first_of("{}*") == piece.npos) {
        segments_.emplace_back(kind::text, std::string(piece));
    } else if (piece.front() != '{' || piece.back() != '}') {
        refuse(text_, "a parameter fills its whole segment, as in \"/files/{id}\"");
    } else if (piece.ends_with(rest)) {
        if (!last)
            refuse(text_, "\"{name:path}\" may only be the last segment");
        add_name(piece.substr(1, piece.size() - 1 - rest.size()));
        segments_.emplace_back(kind::rest, std::string());
    } else {
        add_name(piece.substr(1, piece.size() - 2));
        segments_.emplace_back(kind::parameter, std::string());
    }
}

void path_pattern::add_name(std::string_view name)
{
    if (!is_name(name))
        refuse(text_, "a parameter is written {name} or {name:path}, the name like a C++ name");
    if (std::find(names_.begin(), names_.end(), name) != names_.end())
        refuse(text_, "a parameter name appears twice");
    names_.emplace_back(name);
}

bool path_pattern::match(std::string_view path, std::vector<std::string_view>& values) const
{
    values.clear();
    if (static_)
        return path == text_;
    for (auto const& wanted : segments_) {
        if (path.empty() || path[0] != '/')
            return false;
        if (wanted.what == kind::rest) {
            if (values.size() < names_.size())
                values.push_back(path.substr(1));
            return true;
        }
        auto const piece = cut_segment(path);
        if (wanted.what == kind::text ? piece != wanted.text : piece.empty())
            return false;
        if (wanted.what == kind::parameter)
            values.push_back(piece);
    }
    return path.empty();
}

std::weak_ordering path_pattern::operator<=>(path_pattern const& other) const noexcept
{
    auto const common = std::min(segments_.size(), other.segments_.size());
    for (std::size_t i = 0; i < common; ++i) {
        auto const &a = segments_[i], &b = other.segments_[i];
        if (a.what != b.what)
            return a.what <=> b.what;
        if (auto const order = a.text.compare(b.text); order != 0)
            return order <=> 0;
    }
    return other.segments_.size() <=> segments_.size();
}

} // namespace framex
