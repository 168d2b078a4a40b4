#include "field_scan.hpp"
#include "head_rules.hpp"

#include <algorithm>
#include <cstring>

namespace framex {
namespace {

using boost::beast::http::verb;

constexpr std::size_t longest_method = 32;

verb method_of(std::string_view text) noexcept
{
    if (text == "GET")
        return verb::get;
    if (text == "POST")
        return verb::post;
    return boost::beast::http::string_to_verb(text);
}

class head_scan : field_scan {
public:
    head_scan(request_head& head, char const* begin, char const* end, head_limits const& limits) noexcept
        : field_scan(head, begin, end, limits), head_(head)
    {
    }
    request_head::result run(std::uint32_t& resume);

private:
    outcome first_lines(std::uint32_t& resume);
    outcome empty_line();
    outcome method();
    outcome target();
    outcome version();
    outcome field();
    outcome note_field(std::string_view name, std::string_view value);
    outcome note_length(std::string_view value);
    outcome framing();
    outcome form_of_target();

    request_head& head_;
    int hosts_ = 0;
    bool continue_ = false, other_expectation_ = false;
};

// RFC 9112 section 2.2: one empty line before the request line is ignored.
outcome head_scan::empty_line() { return p_ == end_ || *p_ != '\r' ? outcome::next : line_end(); }

// RFC 9112 section 3.1; a method that is too long is none that we know: 501 (RFC 9110 section 9.1).
outcome head_scan::method()
{
    char const* const start = p_;
    while (p_ != end_ && is_octet(*p_, token_octet))
        ++p_;
    if (static_cast<std::size_t>(p_ - start) > longest_method)
        return fail(501);
    if (p_ == end_)
        return more();
    if (*p_ != ' ' || p_ == start)
        return fail(400);
    head_.method = view(start, p_++);
    return outcome::next;
}

// RFC 9112 section 3.2: the octets only, path and query of the origin form; the other forms wait for the
// fields.
outcome head_scan::target()
{
    char const* const start = p_;
    head_.query = {};
    if (p_ != end_ && *p_ == '/') {
        while (p_ != end_ && is_octet(*p_, path_octet))
            ++p_;
        head_.path = view(start, p_);
        if (p_ != end_ && *p_ == '?') {
            char const* const query = ++p_;
            while (p_ != end_ && is_octet(*p_, query_octet))
                ++p_;
            head_.query = view(query, p_);
        }
    } else
        while (p_ != end_ && is_octet(*p_, query_octet))
            ++p_;
    if (static_cast<std::size_t>(p_ - start) > limits_.target)
        return fail(414);
    if (p_ == end_)
        return more();
    if (*p_ != ' ' || p_ == start)
        return fail(400);
    head_.target = view(start, p_++);
    return outcome::next;
}

// RFC 9112 section 2.3; a later 1.x is read as 1.1 (RFC 9110 section 2.5).
outcome head_scan::version()
{
    constexpr std::string_view wanted = "HTTP/1.1\r\n";
    auto const have = std::min(static_cast<std::size_t>(end_ - p_), wanted.size());
    if (have == wanted.size() && std::memcmp(p_, wanted.data(), wanted.size()) == 0)
        head_.http11 = true;
    else {
        for (std::size_t i = 0; i < have; ++i)
            if (!(i == 5 || i == 7 ? is_octet(p_[i], digit_octet) : p_[i] == wanted[i]))
                return fail(400);
        if (have < wanted.size())
            return more();
        if (p_[5] != '1')
            return fail(505);
        head_.http11 = p_[7] != '0';
    }
    p_ += wanted.size();
    return outcome::next;
}

outcome head_scan::field()
{
    field_view* entry = nullptr;
    auto const done = field_line(entry);
    return done == outcome::next ? note_field(entry->name, entry->value) : done;
}

// The few fields that framing and routing depend on.
outcome head_scan::note_field(std::string_view name, std::string_view value)
{
    switch (name.size()) {
    case 4:
        if (equals_ignoring_case(name, "host")) {
            ++hosts_;
            head_.host = value;
        }
        break;
    case 6:
        if (equals_ignoring_case(name, "expect")) {
            auto const asked = read_expectations(value);
            continue_ |= asked.to_continue;
            other_expectation_ |= asked.others;
        }
        break;
    case 10:
        if (equals_ignoring_case(name, "connection"))
            return note_connection(value);
        break;
    case 12:
        if (equals_ignoring_case(name, "content-type"))
            head_.content_type = value;
        break;
    case 14:
        if (equals_ignoring_case(name, "content-length"))
            return note_length(value);
        break;
    case 17:
        if (equals_ignoring_case(name, "transfer-encoding"))
            return note_coding(value);
        break;
    }
    return outcome::next;
}

// RFC 9112 section 6.3: one number; a second field or a list, even of equal numbers, is refused.
outcome head_scan::note_length(std::string_view value)
{
    if (head_.has_length)
        return fail(400);
    head_.has_length = true;
    auto const status = read_length(value, head_.length);
    return status == 200 ? outcome::next : fail(status);
}

// The message as a whole: Host (RFC 9112 section 3.2), Transfer-Encoding and Content-Length (6.1, 6.3),
// Expect (RFC 9110 section 10.1.1), Connection (RFC 9112 section 9.3).
outcome head_scan::framing()
{
    if (hosts_ > 1 || (hosts_ == 0 && head_.http11))
        return fail(400);
    if (!head_.host.empty() && !is_authority(head_.host))
        return fail(400);
    if (coding_ && (head_.has_length || !head_.http11))
        return fail(400);
    if (coding_ > 200)
        return fail(coding_);
    head_.chunked = coding_ != 0;
    if (other_expectation_ && head_.http11)
        return fail(417);
    head_.expect_continue = continue_ && head_.http11 && (head_.chunked || head_.length != 0);
    head_.keep_alive = !close_ && (head_.http11 || keep_);
    return outcome::next;
}

// RFC 9112 section 3.2.1 to 3.2.4. We are no tunnel: CONNECT is 501 in every form.
outcome head_scan::form_of_target()
{
    head_.method_id = method_of(head_.method);
    if (head_.method_id == verb::connect)
        return fail(501);
    auto const target = head_.target;
    if (target[0] == '/')
        return hosts_ && head_.host.empty() ? fail(400) : outcome::next;
    bool const options = head_.method_id == verb::options;
    if (target == "*") {
        head_.path = target;
        return options ? outcome::next : fail(400);
    }
    auto const scheme = target.find("://");
    if (scheme == target.npos)
        return fail(400);
    if (auto const name = target.substr(0, scheme);
        !equals_ignoring_case(name, "http") && !equals_ignoring_case(name, "https"))
        return fail(400);
    auto const rest = target.substr(scheme + 3);
    auto const path = std::min(rest.find_first_of("/?"), rest.size());
    head_.host = rest.substr(0, path);
    if (!is_authority(head_.host))
        return fail(400);
    auto const query = std::min(rest.find('?', path), rest.size());
    head_.path = rest.substr(path, query - path);
    head_.query = rest.substr(std::min(query + 1, rest.size()));
    if (head_.path.empty())
        head_.path = options && query == rest.size() ? "*" : "/";
    return std::all_of(head_.path.begin(), head_.path.end(), [](char c) { return is_octet(c, path_octet); })
        ? outcome::next
        : fail(400);
}

outcome head_scan::first_lines(std::uint32_t& resume)
{
    auto done = resumed(resume);
    if (done == outcome::next)
        done = empty_line();
    if (done == outcome::next)
        done = method();
    if (done == outcome::next)
        done = target();
    return done == outcome::next ? version() : done;
}

request_head::result head_scan::run(std::uint32_t& resume)
{
    head_.host = head_.content_type = {};
    auto done = first_lines(resume);
    while (done == outcome::next) {
        resume = static_cast<std::uint32_t>(p_ - begin_);
        done = resume > limits_.head ? fail(431) : field();
    }
    if (done == outcome::end) {
        done = framing();
        if (done == outcome::next)
            done = form_of_target();
    }
    if (done == outcome::more)
        return request_head::result::more;
    if (done == outcome::bad) {
        head_.status = refusal_;
        return request_head::result::bad;
    }
    head_.size = static_cast<std::uint32_t>(p_ - begin_);
    return request_head::result::ok;
}

} // namespace

request_head::result request_head::read(
    char const* begin, char const* end, std::uint32_t& resume, head_limits const& limits)
{
    return head_scan(*this, begin, end, limits).run(resume);
}

namespace {

/// Whether the word is an element of the comma-separated list.
bool lists(std::string_view list, std::string_view word) noexcept
{
    return !each_element(list, [word](std::string_view one) { return !equals_ignoring_case(one, word); });
}

} // namespace

bool request_head::opens_websocket() const noexcept
{
    if (method_id != verb::get || !http11 || chunked || length != 0)
        return false;
    bool upgrades = false, names_it = false;
    for (auto const* entry = fields; entry != fields + field_count; ++entry) {
        if (equals_ignoring_case(entry->name, "connection"))
            upgrades |= lists(entry->value, "upgrade");
        else if (equals_ignoring_case(entry->name, "upgrade"))
            names_it |= lists(entry->value, "websocket");
    }
    return upgrades && names_it;
}

field_view const* message_head::find(std::string_view name) const noexcept
{
    for (auto const* entry = fields; entry != fields + field_count; ++entry)
        if (entry->name == name || equals_ignoring_case(entry->name, name)) // as most write it
            return entry;
    return nullptr;
}

} // namespace framex
