#include "multipart_head.hpp"

#include <framex/http/multipart.hpp>
#include <framex/http/syntax.hpp>

#include <algorithm>
#include <utility>

namespace framex {
namespace {

constexpr std::size_t longest_boundary = 70, longest_padding = 64;

// RFC 2046 section 5.1.1, bchars; not with a space at the end.
bool is_boundary(std::string_view text) noexcept
{
    constexpr std::string_view marks = "'()+_,-./:=? ";
    auto const good = [marks](char c) {
        return is_octet(c, digit_octet) || (to_lower(c) >= 'a' && to_lower(c) <= 'z')
            || marks.find(c) != marks.npos;
    };
    return !text.empty() && text.size() <= longest_boundary && text.back() != ' '
        && std::all_of(text.begin(), text.end(), good);
}

// How much of the text cannot be the beginning of the delimiter, nor hold it.
std::size_t certain_data(std::string_view text, std::string_view delimiter) noexcept
{
    auto at = text.size() - std::min(text.size(), delimiter.size() - 1);
    for (; (at = text.find('\r', at)) != text.npos; ++at)
        if (delimiter.starts_with(text.substr(at)))
            return at;
    return text.size();
}

std::size_t pair_of(char first, char second) noexcept
{
    return static_cast<std::size_t>(static_cast<unsigned char>(first) << 4)
        ^ static_cast<std::size_t>(static_cast<unsigned char>(second));
}

[[noreturn]] void over_limit(char const* what, std::uint64_t limit)
{
    throw http_error(413, std::string(what) + std::to_string(limit));
}

} // namespace

std::optional<std::string> boundary_of(std::string_view content_type)
{
    if (!media_type_is(content_type, "multipart/form-data"))
        return std::nullopt;
    std::optional<std::string> boundary;
    parameter_scanner scanner(content_type.substr(std::min(content_type.find(';'), content_type.size())));
    while (scanner.next()) {
        if (!equals_ignoring_case(scanner.name(), "boundary"))
            continue;
        if (boundary)
            return std::nullopt;
        boundary.emplace(scanner.value());
    }
    if (!scanner.valid() || !boundary || !is_boundary(*boundary))
        return std::nullopt;
    return boundary;
}

// A body may begin with its delimiter; the CR LF before it is then not there, so the buffer begins with one.
multipart_parser::multipart_parser(std::string_view boundary, multipart_limits const& limits)
    : limits_(limits), delimiter_("\r\n--"), buffer_("\r\n")
{
    delimiter_ += boundary;
    for (std::size_t at = 1; at < delimiter_.size(); ++at)
        pairs_.set(pair_of(delimiter_[at - 1], delimiter_[at]));
}

void multipart_parser::push(std::string&& octets)
{
    data_ = {};
    if (at_ == buffer_.size())
        buffer_ = std::move(octets);
    else {
        buffer_.erase(0, at_);
        buffer_ += octets;
    }
    at_ = 0;
}

multipart_parser::event multipart_parser::next()
{
    if (fault_)
        throw *fault_;
    try {
        for (;;)
            if (auto const happened = read())
                return *happened;
    } catch (http_error const& fault) {
        fault_.emplace(fault);
        throw;
    }
}

std::optional<multipart_parser::event> multipart_parser::read()
{
    switch (step_) {
    case step::preamble:
        return read_preamble();
    case step::head:
        return read_head();
    case step::content:
        return read_content();
    case step::epilogue:
        break;
    }
    skip_outside(unread().size());
    return event::end;
}

multipart_parser::event multipart_parser::starve(char const* missing) const
{
    if (finished_)
        throw http_error(400, missing);
    return event::need_more;
}

// What stands before the first delimiter, and after the last, is ignored (RFC 2046 section 5.1.1) up to a
// limit.
void multipart_parser::skip_outside(std::size_t size)
{
    at_ += size;
    size_ += size;
    if (size_ > limits_.outside)
        over_limit("the form has more octets outside of its parts than ", limits_.outside);
}

// The rest of a delimiter's line: "--" ends the form; then only padding may stand before the line's end.
multipart_parser::border multipart_parser::judge(std::string_view rest, std::size_t& length) const noexcept
{
    auto const whole = rest.size();
    bool const close = rest.starts_with("--");
    if (close)
        rest.remove_prefix(2);
    else if (rest == "-" && !finished_)
        return border::unknown;
    auto const padding = std::min(rest.find_first_not_of(" \t"), rest.size());
    rest.remove_prefix(padding);
    length = delimiter_.size() + whole - rest.size();
    if (padding > longest_padding)
        return border::none;
    if (rest.starts_with("\r\n")) {
        length += 2;
        return close ? border::close : border::part;
    }
    if (finished_)
        return close && rest.empty() ? border::close : border::none;
    return rest.empty() || rest == "\r" ? border::unknown : border::none;
}

// Looks at two octets where each delimiter would have two of its own: most are none of these, and so no
// delimiter is around them. Several times as fast as a search from CR to CR.
std::size_t multipart_parser::find_delimiter(std::string_view text, std::size_t from) const noexcept
{
    auto const stride = delimiter_.size() - 1;
    for (auto at = from + stride; at < text.size(); at += stride) {
        if (!pairs_[pair_of(text[at - 1], text[at])])
            continue;
        auto const first = at - stride;
        auto const begin = text.substr(first, 2 * stride).find(delimiter_);
        if (begin != text.npos)
            return first + begin;
    }
    return text.npos;
}

// Finds the next delimiter line, or how far the octets are surely none. A delimiter that its line goes on
// after, as in data of a form within, is data.
multipart_parser::found multipart_parser::find_border() const noexcept
{
    auto const text = unread();
    for (std::size_t from = 0;;) {
        auto const at = find_delimiter(text, from);
        if (at == text.npos)
            return {border::none, finished_ ? text.size() : certain_data(text, delimiter_), 0};
        found result{border::none, at, 0};
        result.what = judge(text.substr(at + delimiter_.size()), result.length);
        if (result.what != border::none)
            return result;
        from = at + delimiter_.size();
    }
}

std::optional<multipart_parser::event> multipart_parser::read_preamble()
{
    auto const border_line = find_border();
    skip_outside(border_line.at);
    if (border_line.what == border::none || border_line.what == border::unknown)
        return starve("the form has no boundary line");
    cross(border_line);
    return std::nullopt;
}

void multipart_parser::cross(found const& border_line)
{
    at_ += border_line.length;
    size_ = searched_ = 0;
    step_ = border_line.what == border::close ? step::epilogue : step::head;
}

std::optional<multipart_parser::event> multipart_parser::read_head()
{
    auto const text = unread();
    auto end = text.starts_with("\r\n") ? 0 : text.find("\r\n\r\n", searched_);
    if (end == text.npos ? text.size() > limits_.head + 3 : end > limits_.head)
        over_limit("the head of a part is longer than ", limits_.head);
    if (end == text.npos) {
        searched_ = text.size() - std::min<std::size_t>(text.size(), 3);
        return starve("the form ends inside the head of a part");
    }
    if (++parts_ > limits_.parts)
        over_limit("the form has more parts than ", limits_.parts);
    head_ = read_part_head(text.substr(0, end), limits_);
    is_file_ = head_.filename.has_value();
    at_ += end + (end == 0 ? 2 : 4);
    step_ = step::content;
    return event::part_begin;
}

std::optional<multipart_parser::event> multipart_parser::read_content()
{
    auto const border_line = find_border();
    if (border_line.at != 0)
        return hand_over(border_line.at);
    if (border_line.what == border::none || border_line.what == border::unknown)
        return starve("the form ends inside a part");
    cross(border_line);
    return event::part_end;
}

multipart_parser::event multipart_parser::hand_over(std::size_t size)
{
    auto const limit = is_file_ ? limits_.file : limits_.field;
    size_ += size;
    if (size_ > limit)
        over_limit(
            is_file_ ? "a file of the form is longer than " : "a field of the form is longer than ", limit);
    data_ = unread().substr(0, size);
    at_ += size;
    return event::data;
}

std::string multipart_parser::take_data()
{
    bool const is_most = data_.data() == buffer_.data() && data_.size() >= buffer_.size() / 2;
    if (!is_most) { // little of a large text would keep all of its memory
        std::string copy(data_);
        data_ = {};
        return copy;
    }
    std::string rest(buffer_, at_);
    auto taken = std::exchange(buffer_, std::move(rest));
    taken.resize(std::exchange(at_, 0));
    data_ = {};
    return taken;
}

std::string multipart_parser::take_passed()
{
    data_ = {};
    std::string rest(buffer_, at_);
    auto passed = std::exchange(buffer_, std::move(rest));
    passed.resize(std::exchange(at_, 0));
    auto const own = std::min(own_, passed.size());
    own_ -= own;
    passed.erase(0, own);
    return passed;
}

} // namespace framex
