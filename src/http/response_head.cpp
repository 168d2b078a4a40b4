#include "field_scan.hpp"

#include <framex/http/response_head.hpp>

namespace framex {
namespace {

class response_scan : field_scan {
public:
    response_scan(response_head& head, char const* begin, char const* end, head_limits const& limits) noexcept
        : field_scan(head, begin, end, limits), head_(head)
    {
        head.too_large = false;
    }
    response_head::result run(std::uint32_t& resume);

private:
    outcome status_line();
    outcome reason();
    outcome note_field(field_view const& field);
    outcome note_length(std::string_view value);
    outcome framing();

    response_head& head_;
};

// RFC 9112 section 4; a later 1.x is read as 1.1 (RFC 9110 section 2.5). "d" stands for a digit.
outcome response_scan::status_line()
{
    constexpr std::string_view form = "HTTP/1.d ddd ";
    auto const have = std::min(static_cast<std::size_t>(end_ - p_), form.size());
    for (std::size_t i = 0; i < have; ++i)
        if (!(form[i] == 'd' ? is_octet(p_[i], digit_octet) : p_[i] == form[i]))
            return fail(400);
    if (have < form.size())
        return more();
    head_.http11 = p_[7] != '0';
    head_.status = (p_[9] - '0') * 100 + (p_[10] - '0') * 10 + (p_[11] - '0');
    if (head_.status < 100 || head_.status > 599)
        return fail(400);
    p_ += form.size();
    return reason();
}

outcome response_scan::reason()
{
    char const* const start = p_;
    while (p_ != end_ && is_octet(*p_, value_octet))
        ++p_;
    if (static_cast<std::size_t>(p_ - begin_) > limits_.line)
        return fail(431);
    if (p_ == end_)
        return more();
    if (*p_ != '\r')
        return fail(400);
    head_.reason = view(start, p_);
    return line_end();
}

outcome response_scan::note_field(field_view const& field)
{
    if (equals_ignoring_case(field.name, "connection"))
        return note_connection(field.value);
    if (equals_ignoring_case(field.name, "content-length"))
        return note_length(field.value);
    if (equals_ignoring_case(field.name, "transfer-encoding"))
        return note_coding(field.value);
    return outcome::next;
}

// RFC 9112 section 6.3: one number, or the same one several times.
outcome response_scan::note_length(std::string_view value)
{
    bool const good = each_element(value, [this](std::string_view number) {
        std::uint64_t length = 0;
        if (read_length(number, length) != 200 || (head_.has_length && length != head_.length))
            return false;
        head_.length = length;
        return head_.has_length = true;
    });
    return good ? outcome::next : fail(400);
}

// RFC 9112 sections 6.1, 6.3 and 9.3.
outcome response_scan::framing()
{
    if (coding_ && (coding_ != 200 || head_.has_length || !head_.http11))
        return fail(400);
    head_.chunked = coding_ != 0;
    head_.keep_alive = !close_ && (head_.http11 || keep_);
    return outcome::next;
}

response_head::result response_scan::run(std::uint32_t& resume)
{
    auto done = resumed(resume);
    if (done == outcome::next)
        done = status_line();
    while (done == outcome::next) {
        resume = static_cast<std::uint32_t>(p_ - begin_);
        field_view* entry = nullptr;
        done = resume > limits_.head ? fail(431) : field_line(entry);
        if (done == outcome::next)
            done = note_field(*entry);
    }
    if (done == outcome::end)
        done = framing();
    if (done == outcome::more)
        return response_head::result::more;
    if (done == outcome::bad) {
        head_.too_large = refusal_ == 431;
        return response_head::result::bad;
    }
    head_.size = static_cast<std::uint32_t>(p_ - begin_);
    return response_head::result::ok;
}

} // namespace

bool response_head::opens_websocket() const noexcept
{
    auto const* const upgrade = find("upgrade");
    return status == 101 && upgrade && equals_ignoring_case(upgrade->value, "websocket");
}

response_head::result response_head::read(
    char const* begin, char const* end, std::uint32_t& resume, head_limits const& limits)
{
    return response_scan(*this, begin, end, limits).run(resume);
}

} // namespace framex
